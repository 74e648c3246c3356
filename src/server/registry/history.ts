import {
  type CodeRecord,
  equalBytes,
  err,
  fromHex,
  hashLeaf,
  hex,
  manifestKey,
  ok,
  parseCode,
  present,
  type Registration,
  type Result,
  registrationKey,
} from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { type Json, timeOfMilliseconds, timeOfSeconds, toJson } from "../http/json.ts";
import { nextLink, pageOf, readPage } from "../http/page.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { App, Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { type ChainLink, type ChainName, type ChainReader, readLink, walkChain } from "./chain.ts";
import { readEntry } from "./entry.ts";
import { generationOf } from "./generation.ts";
import { answerHistoryProof } from "./history-proof.ts";
import { unknownCode } from "./unknown.ts";

/** What happened to a record once: raw material for a sentence. docs/spec/http.md §3. */
export type HistoryItem = {
  readonly index: number;
  readonly hash: string;
  readonly time: string;
  readonly kind: string;
  readonly chain: ChainLink["chain"] | "registration";
  readonly signed?: { readonly iss: string; readonly kid: string; readonly iat: string };
  readonly generation: number;
  readonly by?: "endorse";
  readonly decision?: string;
  /** Of an item of a chunk: the manifest that was signed, and by whom. */
  readonly manifest?: { readonly id: string; readonly iss: string; readonly kid: string };
  /** Worked out when it is asked for. */
  readonly what: Json;
};

/** Where a page of history goes on: the next links of both chains of a generation. */
type Position = {
  readonly generation: number;
  readonly op: Uint8Array | undefined;
  readonly control: Uint8Array | undefined;
};

export type HistoryPage = { readonly items: readonly HistoryItem[]; readonly next?: string };

/** `GET /v1/codes/<code>/history`. */
export function mountHistory(app: App, services: Services): void {
  const { views, problem } = services;
  app.get("/v1/codes/:code/history", (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const found = views.find(code.value);
    if (found === undefined) return problem(c, unknownCode(code.value));
    if (c.req.query("proof") === "1") return answerHistoryProof(services, c, code.value);
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const read = readHistory(services, found.record, page.value.limit, page.value.cursor);
    if (!read.ok) return problem(c, read.error);
    const { items, next } = read.value;
    const body = { code: code.value, ...pageOf(items, next) };
    return answerJson(c, body, { headers: nextLink(c, next) });
  });
}

/** The changes of a record and of its earlier generations, newest first. */
export function readHistory(
  reader: ChainReader,
  newest: CodeRecord,
  limit: number,
  cursor?: string,
): Result<HistoryPage, HttpRefusal> {
  let position = cursor === undefined ? beginning(newest) : parsePosition(reader, newest, cursor);
  if (position === undefined) return err({ code: "HTTP_CURSOR", got: (cursor ?? "").slice(0, 64) });
  const items = cursor === undefined ? voidings(reader, newest) : [];
  while (position !== undefined) {
    const { generation }: Position = position;
    const record = present(generationOf(reader, newest, generation), "a generation of a record");
    for (const { link, rest } of mergeChains(reader, record, position)) {
      if (items.length >= limit) return ok({ items, next: formatPosition(position) });
      items.push(describe(reader, generation, link));
      position = rest;
    }
    const before = generationOf(reader, newest, generation - 1);
    position = before && beginning(before);
  }
  return ok({ items });
}

function beginning({ generation, op, control }: CodeRecord): Position {
  return { generation, op, control };
}

/** Both chains as one, newest first; they meet in the entry that began the generation, which comes once. */
function* mergeChains(
  reader: ChainReader,
  record: CodeRecord,
  { op, control, generation }: Position,
): Generator<{ readonly link: ChainLink; readonly rest: Position }> {
  // Of most records nothing was ever changed: both chains are the one entry that began them.
  const isNew = [op, control].every((hash) => hash && equalBytes(hash, record.born));
  const walks = {
    op: op && walkChain(reader, record, "op", op),
    control: isNew ? undefined : control && walkChain(reader, record, "control", control),
  };
  const heads = { op: walks.op?.next().value, control: walks.control?.next().value };
  for (;;) {
    const chain = (heads.op?.index ?? -1) >= (heads.control?.index ?? -1) ? "op" : "control";
    const link = heads[chain];
    if (link === undefined) return;
    const other = chain === "op" ? "control" : "op";
    const isShared = heads[other]?.index === link.index;
    heads[chain] = walks[chain]?.next().value;
    if (isShared) heads[other] = walks[other]?.next().value;
    yield { link, rest: { generation, op: heads.op?.hash, control: heads.control?.hash } };
  }
}

function describe(reader: ChainReader, generation: number, link: ChainLink): HistoryItem {
  const { ledger, state } = reader;
  const { chain, hash, index, envelope, manifest, part } = link;
  const block = present(ledger.blockOf(index), "the block of an entry");
  return {
    index,
    hash: hex(hash),
    time: timeOfMilliseconds(block.timeMilliseconds),
    kind: part.kind,
    chain,
    ...(envelope !== undefined && { signed: signerOf(envelope) }),
    ...(manifest !== undefined && { manifest: manifestJson(state, manifest) }),
    generation,
    ...(part.decision !== undefined && { by: "endorse", decision: hex(part.decision) }),
    get what() {
      const { prev: _, ...what } = part.fields;
      return toJson(what);
    },
  };
}

function manifestJson(state: ChainReader["state"], id: Uint8Array) {
  const { iss, kid } = present(state.remembered.get(manifestKey(id)), "a manifest");
  return { id: hex(id), iss, kid: hex(kid) };
}

function signerOf({ iss, kid, iatSeconds }: { iss: string; kid: Uint8Array; iatSeconds: number }) {
  return { iss, kid: hex(kid), iat: timeOfSeconds(iatSeconds) };
}

/** That the registration of a record was taken back changes no record, but belongs to its history. */
function voidings({ ledger, state }: ChainReader, record: CodeRecord): HistoryItem[] {
  if (record.registration === undefined) return [];
  if (state.remembered.get(registrationKey(record.registration))?.void !== true) return [];
  let made: number | undefined;
  for (const { index, value } of ledger.versions(registrationKey(record.registration))) {
    if (decodeValue<Registration>(value)?.void !== true) break;
    made = index;
  }
  return made === undefined ? [] : [describeVoiding(ledger, record, made)];
}

function describeVoiding(
  ledger: ChainReader["ledger"],
  { generation, registration }: CodeRecord,
  index: number,
): HistoryItem {
  const bytes = present(ledger.entry(index), "an entry of the log");
  const entry = readEntry(bytes);
  const block = present(ledger.blockOf(index), "the block of an entry");
  const op = entry.kind === "operation" ? entry.operation : undefined;
  return {
    index,
    hash: hex(hashLeaf(bytes)),
    time: timeOfMilliseconds(block.timeMilliseconds),
    kind: "void",
    chain: "registration",
    ...(entry.kind === "operation" && { signed: signerOf(entry.envelope) }),
    generation,
    what: toJson({ registration, ...(op?.op === "void" && { reason: op.reason }) }),
  };
}

const POSITION = /^([1-9]\d{0,8})\.([0-9a-f]{64})?\.([0-9a-f]{64})?$/;

function formatPosition({ generation, op, control }: Position): string {
  return `${generation}.${op ? hex(op) : ""}.${control ? hex(control) : ""}`;
}

/** Reads a cursor, which is not trusted: what it names must be about this record. */
function parsePosition(
  reader: ChainReader,
  newest: CodeRecord,
  text: string,
): Position | undefined {
  const [, digits, op, control] = POSITION.exec(text) ?? [];
  const generation = Number(digits);
  const record = digits === undefined ? undefined : generationOf(reader, newest, generation);
  if (record === undefined || (op === undefined && control === undefined)) return undefined;
  const position = {
    generation,
    op: op === undefined ? undefined : fromHex(op),
    control: control === undefined ? undefined : fromHex(control),
  };
  const isLink = (chain: ChainName, hash: Uint8Array | undefined): boolean =>
    hash === undefined || readLink(reader, record, chain, hash) !== undefined;
  return isLink("op", position.op) && isLink("control", position.control) ? position : undefined;
}
