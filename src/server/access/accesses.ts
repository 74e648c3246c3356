import {
  err,
  fromHex,
  grantKey,
  isShown,
  type OpenDataset,
  ok,
  parseCode,
  type Result,
} from "../../core/index.ts";
import { type AccessLog, type EntryBody, isKeyOfGrantee } from "../../data/index.ts";
import { datasetNamed } from "../data/kept.ts";
import { answerPrivate } from "../http/answer.ts";
import { type Json, timeOfMilliseconds } from "../http/json.ts";
import { nextLink, pageOf, readPage } from "../http/page.ts";
import { heldKey, speaksFor } from "../identity/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";

/** Entries that one page looks at: of each the file of its facts is read. */
const MAX_LOOKED_AT = 200;

/** `GET /v1/datasets/<code>/accesses`: who read what. The owner sees all of it, a grantee what was read under its own grants. */
export function mountAccesses(app: App, services: Services): void {
  const { state, datasets, authentication, problem, above } = services;

  app.get("/v1/datasets/:code/accesses", async (c) => {
    const found = await accessesOf(c);
    if (!found.ok) return problem(c, found.error);
    const { dataset, access } = found.value;
    const isStranger = authentication.strangerOf((name) => c.req.header(name)) !== undefined;
    const signer = isStranger
      ? authentication.signedByReader(c, NO_BODY)
      : authentication.signer(c, NO_BODY);
    if (!signer.ok) return problem(c, signer.error);
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const isFromAbove = signer.value.ledger === "above";
    const isOwner = !isFromAbove && speaksFor(state, signer.value, dataset.record.code);
    const key = heldKey(signer.value);
    // By the grant, not by the code that was noted: somebody else may have been given that since.
    const isReader = async (id: Uint8Array | undefined): Promise<boolean> => {
      if (key === undefined || id === undefined) return false;
      if (isFromAbove) return (await above?.isKeyOfGrantee(id, key)) === true;
      const grant = state.get(grantKey(id));
      return grant !== undefined && isKeyOfGrantee(state, grant, key);
    };
    // Entry 0 says only that the log began. The newest stand first.
    const size = access?.log.size ?? 1;
    const cursor = page.value.cursor === undefined ? size : Number(page.value.cursor);
    if (!Number.isSafeInteger(cursor) || cursor < 1 || cursor > size) {
      return problem(c, { code: "HTTP_CURSOR", got: String(page.value.cursor).slice(0, 64) });
    }
    const items: Json[] = [];
    let at = cursor;
    const end = Math.max(1, cursor - MAX_LOOKED_AT);
    while (access !== undefined && at > end && items.length < page.value.limit) {
      at -= 1;
      const said = saidBy(await access.log.body(at));
      if (isOwner || (await isReader(fromHex(String(said.grant)))))
        items.push({ index: at, ...said });
    }
    const next = at > 1 ? String(at) : undefined;
    return answerPrivate(pageOf(items, next), 200, nextLink(c, next));
  });

  async function accessesOf(
    c: AppContext,
  ): Promise<
    Result<{ readonly dataset: OpenDataset; readonly access: AccessLog | undefined }, AnyRefusal>
  > {
    const code = parseCode(c.req.param("code") ?? "");
    if (!code.ok) return code;
    const dataset = datasetNamed(state, code.value);
    if (!dataset.ok) return dataset;
    const { reference } = dataset.value;
    if (datasets?.find(reference) === undefined) {
      return err({ code: "DATA_LOG_UNKNOWN", dataset: reference });
    }
    const access = datasets.accessKnown(reference);
    return ok({ dataset: dataset.value, access });
  }
}

const NO_BODY = new Uint8Array(0);

function saidBy({ receivedMilliseconds, observations }: EntryBody): { [name: string]: Json } {
  const facts = (observations[0] ?? []).filter(isShown);
  const said = Object.fromEntries(facts.map(({ name, value }) => [name, value as Json]));
  const { grant, to, what, requests, count, time } = said;
  return {
    ...{ received: timeOfMilliseconds(receivedMilliseconds) },
    ...({ grant, to, what, requests, count, time } as { [name: string]: Json }),
  };
}
