import {
  type Code,
  codeKey,
  type OpenDataset,
  openDataset,
  parseCode,
  type Result,
} from "../../core/index.ts";
import type { SearchQuery } from "../../ledger/index.ts";
import { datasetNamed } from "../data/kept.ts";
import { openGrantOf } from "../data/open-grant.ts";
import { answer, answerJson } from "../http/answer.ts";
import { type Json, toJson } from "../http/json.ts";
import { nextLink, pageOf, readPage } from "../http/page.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import { catalogueJson, type Listed } from "./dcat.ts";

const MAX_TEXT_CHARACTERS = 128;
/** A page names all that it lists in full. */
const MAX_LISTED = 100;
const JSON_LD = "application/ld+json";

/**
 * `GET /v1/datasets` and `GET /catalog`: every dataset of the ledger that is in force, whoever may read it, so that it can be
 * found and asked for. What it says of itself is public; what its entries say is not.
 */
export function mountCatalogue(app: App, services: Services): void {
  const { ledger, state, datasets, config, problem } = services;

  app.get("/v1/datasets", async (c) => {
    const page = await readListed(c);
    if (!page.ok) return problem(c, page.error);
    const { items, next } = page.value;
    const json = pageOf(items.map(datasetJson), next);
    return answerJson(c, json, { headers: nextLink(c, next) });
  });

  app.get("/catalog", async (c) => {
    const page = await readListed(c);
    if (!page.ok) return problem(c, page.error);
    const { items, next } = page.value;
    const link = nextLink(c, next);
    const nextUrl = /<(.*)>/.exec(link.Link ?? "")?.[1];
    const json = catalogueJson({
      ...{ publicUrl: config.publicUrl, datasets: items, path: pathOf(c), nameOf },
      ...(nextUrl !== undefined && { next: config.publicUrl + nextUrl }),
    });
    return answer(c, JSON.stringify(json), { type: JSON_LD, headers: link });
  });

  app.get("/catalog/:code", (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const dataset = datasetNamed(state, code.value);
    if (!dataset.ok) return problem(c, dataset.error);
    const json = catalogueJson({
      ...{ publicUrl: config.publicUrl, datasets: [listed(dataset.value)], nameOf },
      path: pathOf(c),
    });
    return answer(c, JSON.stringify(json), { type: JSON_LD });
  });

  /** `q`, `under`, `open=1`: open data only; `limit`, `cursor`. */
  async function readListed(
    c: AppContext,
  ): Promise<Result<{ items: readonly Listed[]; next: string | undefined }, AnyRefusal>> {
    const query = readQuery(c);
    if (!query.ok) return query;
    const { codes, cursor } = await ledger.search(query.value);
    const items = codes.flatMap((each) => {
      const dataset = openDataset(state, each as Code);
      return dataset.ok ? [listed(dataset.value)] : [];
    });
    const isOpenOnly = c.req.query("open") === "1";
    const shown = items.filter(({ open }) => !isOpenOnly || open !== undefined);
    return { ok: true, value: { items: shown, next: cursor } };
  }

  function listed(dataset: OpenDataset): Listed {
    const log = datasets?.find(dataset.reference);
    const isHere = log !== undefined && log.origin === dataset.value.log.origin;
    const open = openGrantOf(services, dataset);
    return { dataset, ...(isHere && { entries: log.size }), ...(open && { open }) };
  }

  /** What an office is called, in each language in which its name is public. */
  function nameOf(code: Code): { readonly [language: string]: string } {
    const names = state.remembered.get(codeKey(code))?.names ?? {};
    return Object.fromEntries(
      Object.entries(names).flatMap(([language, name]) =>
        "value" in name ? [[language, name.value]] : [],
      ),
    );
  }
}

function datasetJson({ dataset, entries, open }: Listed): Json {
  const { record, reference, value } = dataset;
  return {
    ...{ code: record.code, reference, ...(toJson(value) as object) },
    ...(entries !== undefined && { entries }),
    ...(open && { open: toJson(open.id) }),
  };
}

function readQuery(c: AppContext): Result<SearchQuery, AnyRefusal> {
  const page = readPage(c);
  if (!page.ok) return page;
  const text = c.req.query("q")?.trim();
  if (text !== undefined && (text === "" || text.length > MAX_TEXT_CHARACTERS)) {
    const want = `1 to ${MAX_TEXT_CHARACTERS} characters`;
    const got = text.slice(0, 64);
    return { ok: false, error: { code: "HTTP_PARAMETER", name: "q", got, want } };
  }
  const under = c.req.query("under");
  const code = under === undefined ? undefined : parseCode(under);
  if (code?.ok === false) return code;
  const { limit, cursor } = page.value;
  return {
    ok: true,
    value: {
      ...{ kind: "dataset", status: "active", limit: Math.min(limit, MAX_LISTED) },
      ...(cursor !== undefined && { cursor }),
      ...(text !== undefined && { text }),
      ...(code && { under: code.value }),
    },
  };
}

function pathOf(c: AppContext): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}
