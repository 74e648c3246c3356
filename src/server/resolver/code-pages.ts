import { type EffectiveStatus, ok, parseCode, present, type Result } from "../../core/index.ts";
import { publicPlates } from "../data/index.ts";
import { etagOf } from "../http/etag.ts";
import { byteTextOf } from "../http/json-bytes.ts";
import { codePageMain, codePageTitle, type Language, renderPage } from "../pages/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { readHistory } from "../registry/history.ts";
import { elsewhere, type RenderedAnswer } from "../registry/index.ts";
import type { Moment } from "../registry/moment.ts";
import type { FoundRecord } from "../registry/record-views.ts";
import type { Services } from "../services.ts";
import { createKeptPages } from "./kept-pages.ts";

/** What one page of a code shows, and another does not. */
export type PageWish = {
  readonly language: Language;
  /** Where the same page is to be had in the other language. */
  readonly otherLanguage: string;
  readonly keepsLanguage?: boolean;
  /** How many children to pass over. */
  readonly childrenFrom: number;
  /** The address as it stands on the plate that led here, where it holds a seal. */
  readonly seal?: string;
};

/** A record to be shown, as of a moment where one was named. */
export type Shown = {
  readonly found: FoundRecord;
  readonly effective: EffectiveStatus;
  readonly moment: Moment | undefined;
};

/** Gives `undefined` where there is more to be said than a page. */
export type PageMaker = () => Promise<RenderedAnswer | undefined>;

/** The pages of codes. */
export type CodePages = {
  /** Makes a page. */
  make(shown: Shown, wish: PageWish): Promise<Result<string, AnyRefusal>>;
  /** The page of a plain visit, if it was made before and still says what it would say now. */
  kept(code: string, language: Language): RenderedAnswer | undefined;
  /** What makes that page; `undefined` for what has none, or is no longer in use, or is spelt otherwise. */
  plain(code: string, language: Language): PageMaker | undefined;
};

const PAGE_CHILDREN = 20;
const PAGE_HISTORY = 20;

export function createCodePages(services: Services): CodePages {
  const { ledger, state, views } = services;
  const kept = createKeptPages(services);

  const make: CodePages["make"] = async ({ found, effective, moment }, wish) => {
    const { language, otherLanguage, keepsLanguage = false, childrenFrom, seal } = wish;
    const { record } = found;
    // Most codes have none, and the index need not be asked.
    const children =
      record.children.count > 0
        ? await ledger.children(record.code, childrenFrom, PAGE_CHILDREN)
        : undefined;
    const history = readHistory(services, record, PAGE_HISTORY);
    if (!history.ok) return history;
    // What hangs there today says nothing of another day.
    const plates = moment === undefined ? await publicPlates(services, record) : [];
    const block = present(ledger.blockOf(found.index), "the block of a record");
    const page = {
      found,
      effective,
      children: children ?? { codes: [], start: 0, count: 0 },
      history: history.value.items,
      plates,
      recordedMilliseconds: block.timeMilliseconds,
      moment,
      language,
      ...(seal !== undefined && { seal }),
    };
    const frame = {
      title: `${codePageTitle(page)} ${record.code}`,
      language,
      otherLanguage,
      keepsLanguage,
      isDemonstration: services.node.demonstration === true,
      isScratch: services.scratch !== undefined,
    };
    return ok(renderPage(frame, codePageMain(services, page)));
  };

  const makePlain = async (
    shown: Shown,
    language: Language,
  ): Promise<RenderedAnswer | undefined> => {
    const { record } = shown.found;
    const begun = kept.now();
    const otherLanguage = `/${record.code}?lang=${language === "zh" ? "en" : "zh"}`;
    const text = await make(shown, { language, otherLanguage, childrenFrom: 0 });
    if (!text.ok) return undefined;
    const page = { etag: etagOf(text.value), body: byteTextOf(text.value) };
    kept.put(record, language, page, begun);
    return page;
  };

  return {
    make,
    kept: kept.get,
    plain(text, language) {
      const code = parseCode(text);
      if (!code.ok || elsewhere(state, code.value) !== undefined) return undefined;
      const found = views.find(code.value);
      if (found === undefined) return undefined;
      const effective = views.effective(found.record);
      const isInUse = effective.status === "active" || effective.status === "suspended";
      if (!isInUse) return undefined;
      return () => makePlain({ found, effective, moment: undefined }, language);
    },
  };
}
