import {
  type Code,
  type CodeRecord,
  codeKey,
  endedKey,
  err,
  ok,
  parseTlogProof,
  present,
  type Result,
} from "../../core/index.ts";
import type { StateProof } from "../../ledger/index.ts";
import { formatHistoryBundle, type HistoryEntry } from "../../verify/index.ts";
import { answer } from "../http/answer.ts";
import { readInteger } from "../http/page.ts";
import { MAX_HISTORY_CHANGES } from "../limits.ts";
import type { AnyRefusal } from "../problem/index.ts";
import type { AppContext, Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { createBreaks } from "./breaks.ts";
import { isImported } from "./chain.ts";
import { chainAbove } from "./chain-proof.ts";
import { findPage } from "./history-pages.ts";
import { formatPlace, type HistoryPlace, parsePlace } from "./history-place.ts";
import { proofJson } from "./proof.ts";
import { type PublicProof, proveRecord } from "./public-proof.ts";

export const HISTORY_TYPE = "application/vnd.cityid.history+json";

/** What a page begins with. */
type Beginning = { readonly place: HistoryPlace; readonly proof?: unknown };

/**
 * The whole history of a record, in pages that anybody can check one after the other; `Link` leads to the next, which may be
 * at the ledger above. docs/spec/ledger.md, Proofs.
 */
export async function answerHistoryProof(
  services: Services,
  c: AppContext,
  code: Code,
): Promise<Response> {
  const { ledger, problem } = services;
  const limit = readInteger(c, "limit", 1, MAX_HISTORY_CHANGES);
  if (!limit.ok) return problem(c, limit.error);
  const cursor = c.req.query("cursor");
  const begun = cursor === undefined ? await begin(services, c, code) : goOn(services, cursor);
  if (!begun.ok) return problem(c, begun.error);
  const { place, proof } = begun.value;
  const page = await findPage(services, code, place, limit.value ?? MAX_HISTORY_CHANGES);
  if (!page.ok) return problem(c, page.error);
  const { indices, before, next, isAbove } = page.value;
  const [size] = place.sizes;
  const entries: HistoryEntry[] = [];
  const breaks = createBreaks();
  for (const index of [...indices].toSorted((a, b) => a - b)) {
    const entry = present(ledger.entry(index), "an entry of the log");
    entries.push({ index, entry, path: ledger.inclusion(index, size) });
    await breaks();
  }
  const { origin } = ledger.head();
  const of = proof === undefined ? { origin } : { proof };
  const text = formatHistoryBundle({ ...of, entries, before });
  const link = next && linkTo(services, code, next, isAbove, limit.value);
  return answer(c, text, { type: HISTORY_TYPE, ...(link && { headers: { Link: link } }) });
}

/** The first page: it brings the proof of the record, and where that came from another ledger, the chain of those above. */
async function begin(
  services: Services,
  c: AppContext,
  code: Code,
): Promise<Result<Beginning, AnyRefusal>> {
  const { proof, note } = await proveGenerations(services, code);
  const own = proofJson(proof, note);
  const [newest, ...ended] = recordsOf(proof, code);
  const { generation, op, control } = present(newest, "a record");
  const isJoined =
    c.req.query("chain") === "1" ||
    [present(newest, "a record"), ...ended].some((record) => isImported(services, record));
  const above = isJoined ? await chainAbove(services, proof.head.size) : [];
  if (above === undefined) return err({ code: "RESOLVE_CHAIN", asked: code });
  const sizes = above.map(sizeOf).reverse();
  const place: HistoryPlace = { sizes: [proof.head.size, ...sizes], generation, op, control };
  return ok({ place, proof: above.length > 0 ? [...above, own] : own });
}

function goOn({ ledger }: Services, cursor: string): Result<Beginning, AnyRefusal> {
  const place = parsePlace(cursor);
  if (!place.ok) return place;
  const [size] = place.value.sizes;
  if (size > 0 && size <= ledger.head().size) return ok({ place: place.value });
  return err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) });
}

/** Where the next page is: here, or at the node of the ledger above where the rest stands in its log. */
function linkTo(
  { parent }: Services,
  code: Code,
  place: HistoryPlace,
  isAbove: boolean,
  limit: number | undefined,
): string | undefined {
  const [, above, ...more] = place.sizes;
  const rest = limit === undefined ? "" : `&limit=${limit}`;
  const at = (next: HistoryPlace) => `?proof=1${rest}&cursor=${formatPlace(next)}`;
  if (!isAbove) return `<${at(place)}>; rel="next"`;
  if (parent === undefined || above === undefined) return undefined;
  const path = `/v1/codes/${encodeURIComponent(code)}/history${at({ ...place, sizes: [above, ...more] })}`;
  return `<${parent.url.replace(/\/+$/, "")}${path}>; rel="next"`;
}

/** The size of the checkpoint that a proof of another ledger is under. */
function sizeOf(bundle: object): number {
  const proof = parseTlogProof(String((bundle as { readonly log?: unknown }).log));
  // Whoever verifies it finds out what is wrong with it.
  return proof.ok ? proof.value.checkpoint.size : 0;
}

/** Proves the record, what its status depends on, and its ended generations, all in one block. */
async function proveGenerations(services: Services, code: Code): Promise<PublicProof> {
  let known = 1;
  for (;;) {
    const ended = Array.from({ length: known - 1 }, (_, i) => endedKey(`${code}#${i + 1}`));
    const found = await proveRecord(services, code, ended);
    const generation = recordsOf(found.proof, code)[0]?.generation ?? known;
    // A block proves what was asked for, and how many generations there are only it says.
    if (generation === known) return found;
    known = generation;
  }
}

/** The record in a proof, and behind it its ended generations. */
function recordsOf({ values }: StateProof, code: Code): CodeRecord[] {
  return values.flatMap(({ key, value }) => {
    const isOurs = key === codeKey(code) || key.startsWith(endedKey(`${code}#`));
    const record = isOurs ? decodeValue<CodeRecord>(value) : undefined;
    return record === undefined ? [] : [record];
  });
}
