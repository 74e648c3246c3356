import { hex } from "../../bytes.ts";
import { EncodedMap } from "../../cbor/index.ts";
import { type Code, isBelow } from "../../code/index.ts";
import { present } from "../../invariant.ts";
import type { Hash } from "../../merkle/hash.ts";
import { type InclusionRefusal, verifyInclusion } from "../../merkle/inclusion.ts";
import type { Item } from "../../op/item.ts";
import { MAX_ITEMS } from "../../op/limits.ts";
import type {
  Chunk,
  ChunkItem,
  KeyUse,
  Manifest,
  RegisterItem,
  StatusItem,
  UpdateItem,
} from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import {
  judgeReach,
  type Need,
  nearestHolder,
  needMembers,
  needRecord,
  type ScopeRefusal,
  selfAndAncestors,
} from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { createRecord, keysOf } from "../create.ts";
import { referenceTo, referredCode } from "../effective.ts";
import { chunkKey, keyKey, manifestKey, registrationKey, takenKey } from "../map-keys.ts";
import { activeAbove, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { Authority, KeyRecord, ManifestValue } from "../values.ts";
import { openRegistration, type RegisterRefusal } from "./register.ts";
import { executeStatus, holdsKeys, isThing, type StatusRefusal } from "./status.ts";
import { executeUpdate, type UpdateRefusal } from "./update.ts";
import { signerCompromised } from "./void.ts";

export type BulkRefusal =
  | RuleRefusal
  | RegisterRefusal
  | UpdateRefusal
  | StatusRefusal
  | InclusionRefusal
  | ScopeRefusal
  | { readonly code: "BULK_CHUNKS"; readonly count: number; readonly chunks: number }
  | { readonly code: "BULK_REPLAYED"; readonly manifest: string }
  | { readonly code: "BULK_MANIFEST_UNKNOWN"; readonly manifest: string }
  | { readonly code: "BULK_MANIFEST_VOID"; readonly manifest: string }
  | { readonly code: "BULK_KEY_COMPROMISED"; readonly manifest: string; readonly kid: string }
  | {
      readonly code: "BULK_CHUNK_TAKEN";
      readonly manifest: string;
      readonly index: number;
      readonly hash: string;
    }
  | {
      readonly code: "BULK_COUNT";
      readonly manifest: string;
      readonly count: number;
      readonly items: number;
      readonly left: number;
    }
  | { readonly code: "BULK_ITEM_KIND"; readonly at: number; readonly want: string }
  | { readonly code: "BULK_NOT_A_THING"; readonly at: number; readonly subject: string }
  | {
      readonly code: "BULK_NOT_BELOW";
      readonly at: number;
      readonly subject: string;
      readonly under: string;
    }
  | {
      readonly code: "BULK_NEARER";
      readonly at: number;
      readonly subject: string;
      readonly holder: string;
    };

/** A chunk as it was read. */
type ChunkEntry = Extract<Item, { kind: "chunk" }>;

/** What a manifest does takes one of these uses. */
const USES: { readonly [K in Manifest["what"]]: readonly KeyUse[] } = {
  register: ["issue"],
  update: ["record"],
  status: ["issue", "govern"],
};

export function needForManifest(tx: Transaction, { what, under }: Manifest): Need {
  const uses = USES[what];
  const holder = nearestHolder(tx, selfAndAncestors(under), ...uses);
  return holder === undefined
    ? needMembers(tx, what === "register" ? "issue" : "govern", [under])
    : needRecord(holder, uses, [under], holder.threshold);
}

/** Opens a manifest: what its chunks bring was agreed to with it. */
export function executeManifest(
  context: Context,
  { op: _, ...terms }: Manifest,
  act: Act,
): Result<void, BulkRefusal> {
  const under = activeAbove(context, terms.under);
  if (!under.ok) return under;
  const { count, chunks } = terms;
  if (chunks > count || count > chunks * MAX_ITEMS) {
    return err({ code: "BULK_CHUNKS", count, chunks });
  }
  const key = manifestKey(act.id);
  if (context.tx.has(key)) return err({ code: "BULK_REPLAYED", manifest: hex(act.id) });
  const { hash, by, iss, kid } = act;
  const { generation } = under.value;
  const opened = { ...terms, generation, op: hash, by, iss, kid };
  const governs = terms.what === "register" && act.threshold > 1 && act.gives.includes("govern");
  context.tx.put(key, governs ? { ...opened, governs } : opened);
  context.tx.put(takenKey(act.id), { chunks: 0, items: 0 });
  return terms.what === "register" ? openRegistration(context, act, terms.under) : ok(undefined);
}

/** Work that can be interrupted between two of its items: whoever does it may let others have their turn. */
export type ItemSteps<T> = Generator<undefined, T, undefined>;

/** Takes one part of a manifest, all or nothing, from anybody: its path is its authority. */
export function* applyChunk(
  context: Context,
  item: ChunkEntry,
): ItemSteps<Result<void, BulkRefusal>> {
  const { chunk, leaf, hash } = item;
  const manifest = context.tx.get(manifestKey(chunk.manifest));
  const id = hex(chunk.manifest);
  if (manifest === undefined) return err({ code: "BULK_MANIFEST_UNKNOWN", manifest: id });
  const proved = verifyInclusion(
    leaf,
    { index: chunk.index, size: manifest.chunks, path: chunk.path as readonly Hash[] },
    manifest.root as Hash,
  );
  if (!proved.ok) return proved;
  const open = stillOpen(context, manifest, chunk.manifest);
  if (!open.ok) return open;
  const counted = markTaken(context, manifest, chunk, hash);
  if (!counted.ok) return counted;
  return yield* applyItems(context, manifest, item);
}

function stillOpen(
  context: Context,
  manifest: ManifestValue,
  id: Uint8Array,
): Result<void, BulkRefusal> {
  if (context.tx.get(registrationKey(id))?.void === true) {
    return err({ code: "BULK_MANIFEST_VOID", manifest: hex(id) });
  }
  if (signerCompromised(context, manifest)) {
    return err({ code: "BULK_KEY_COMPROMISED", manifest: hex(id), kid: hex(manifest.kid) });
  }
  const under = activeAbove(context, manifest.under);
  if (!under.ok) return under;
  const { under: subject, generation } = manifest;
  return under.value.generation === generation
    ? ok(undefined)
    : err({ code: "STATE_RETIRED", subject, because: `${subject}#${generation}` });
}

function markTaken(
  context: Context,
  manifest: ManifestValue,
  chunk: Chunk,
  hash: Hash,
): Result<void, BulkRefusal> {
  const { manifest: id, index } = chunk;
  const key = chunkKey(id, index);
  const before = context.tx.get(key);
  if (before !== undefined) {
    return err({ code: "BULK_CHUNK_TAKEN", manifest: hex(id), index, hash: hex(before) });
  }
  const taken = present(context.tx.get(takenKey(id)), "what was taken of a manifest");
  const [chunks, items] = [taken.chunks + 1, taken.items + chunk.items.length];
  // Every chunk still to come holds at least one item, and at most as many as a chunk can.
  const left = manifest.chunks - chunks;
  const { count } = manifest;
  if (items + left > count || items + left * MAX_ITEMS < count) {
    return err({ code: "BULK_COUNT", manifest: hex(id), count, items, left });
  }
  context.tx.put(key, hash);
  context.tx.put(takenKey(id), { chunks, items });
  return ok(undefined);
}

function* applyItems(
  context: Context,
  manifest: ManifestValue,
  { chunk, hash, bytes, starts }: ChunkEntry,
): ItemSteps<Result<void, BulkRefusal>> {
  const { by, iss, kid, what } = manifest;
  const holder = by === "members" ? iss : by;
  const signer = present(context.tx.get(keyKey(holder, kid)), "the key of a manifest");
  const { manifest: id } = chunk;
  const gives = givenBy(context, manifest, id, signer);
  const act: Act = { hash, id, iss, kid, signer, gives, by, threshold: 1 };
  return yield* what === "register"
    ? createItems(context, chunk.items, { bytes, starts }, act, manifest)
    : changeItems(context, chunk.items, act, what, manifest);
}

/** What keys of items may be for: to govern only if keys that govern agreed, as many as had to. */
function givenBy(
  { tx }: Context,
  { governs }: ManifestValue,
  id: Uint8Array,
  { uses }: KeyRecord,
): readonly KeyUse[] {
  const threshold = tx.get(registrationKey(id))?.threshold ?? 1;
  return governs === true || threshold === 1 ? uses : uses.filter((use) => use !== "govern");
}

function* createItems(
  context: Context,
  items: Chunk["items"],
  { bytes, starts }: Pick<ChunkEntry, "bytes" | "starts">,
  act: Act,
  manifest: ManifestValue,
): ItemSteps<Result<void, BulkRefusal>> {
  const creation = { act, registration: act.id };
  const keys = items.map((item) => (isRegister(item) ? keysOf(item) : undefined));
  context.tx.expect(
    keys.flatMap((each) => (each === undefined ? [] : [each.record, ...each.aliases])),
  );
  for (const [at, item] of items.entries()) {
    const misplaced = misplacement(context, item.code, manifest, act, at);
    if (misplaced !== undefined) return misplaced;
    if (!isRegister(item)) return err({ code: "BULK_ITEM_KIND", at, want: "register" });
    const source = new EncodedMap(bytes, present(starts[at], "where an item begins"));
    const created = createRecord(context, creation, item, keys[at], source);
    if (!created.ok) return created;
    yield;
  }
  return ok(undefined);
}

function* changeItems(
  context: Context,
  items: Chunk["items"],
  act: Act,
  what: "update" | "status",
  manifest: ManifestValue,
): ItemSteps<Result<void, BulkRefusal>> {
  for (const [at, item] of items.entries()) {
    const misplaced = misplacement(context, item.code, manifest, act, at);
    if (misplaced !== undefined) return misplaced;
    const changed = changeItem(context, what, item, act, at);
    if (!changed.ok) return changed;
    yield;
  }
  return ok(undefined);
}

/** Why an item is not the manifest's to touch; `undefined` when it is. */
function misplacement(
  context: Context,
  code: Code,
  manifest: ManifestValue,
  { signer, kid }: Act,
  at: number,
): Result<void, BulkRefusal> | undefined {
  const { under } = manifest;
  if (!isBelow(code, under)) return err({ code: "BULK_NOT_BELOW", at, subject: code, under });
  const nearer = nearerHolder(context, code, manifest);
  if (nearer !== undefined) {
    return err({ code: "BULK_NEARER", at, subject: code, holder: nearer });
  }
  // That the key would end was looked at when the manifest was: its chunks may come later.
  const reached = signer.scope === undefined ? undefined : judgeReach(signer, hex(kid), [code]);
  return reached?.ok === false ? reached : undefined;
}

function nearerHolder(
  { tx, work }: Context,
  code: Code,
  manifest: ManifestValue,
): Authority | undefined {
  // Creating is judged from the parent up, and what holds for one child of it holds for the next.
  if (manifest.what !== "register") return holderBetween(tx, selfAndAncestors(code), manifest);
  const parent = work.parentOf(code);
  if (parent.isJudged) return undefined;
  const nearer = holderBetween(tx, selfAndAncestors(parent.code), manifest);
  parent.isJudged = nearer === undefined;
  return nearer;
}

/**
 * Who has keys of the use now, nearer to the item than whoever signed the manifest: of what the members signed anybody.
 * `under` itself may have been given keys since.
 */
function holderBetween(
  tx: Transaction,
  codes: readonly Code[],
  { by, what }: ManifestValue,
): Authority | undefined {
  const between =
    by === "members" ? codes : codes.filter((each) => isBelow(each, referredCode(by)));
  const holder = nearestHolder(tx, between, ...USES[what]);
  return holder === undefined ? undefined : referenceTo(holder);
}

function changeItem(
  context: Context,
  what: "update" | "status",
  item: ChunkItem,
  act: Act,
  at: number,
): Result<void, BulkRefusal> {
  if (what === "update" && isUpdate(item)) return executeUpdate(context, item, act);
  if (what === "status" && isStatus(item)) return applyStatus(context, item, act, at);
  return err({ code: "BULK_ITEM_KIND", at, want: what });
}

/** Only things, and none that has keys of its own: those are ended by as many keys as their holder's threshold asks. */
function applyStatus(
  context: Context,
  item: StatusItem,
  act: Act,
  at: number,
): Result<void, BulkRefusal> {
  const { code: subject } = item;
  if (!isThing(subject)) return err({ code: "BULK_NOT_A_THING", at, subject });
  if (item.do === "retire" && holdsKeys(context.tx, subject)) {
    return err({ code: "BULK_NEARER", at, subject, holder: subject });
  }
  return executeStatus(context, item, act);
}

function isRegister(item: ChunkItem): item is RegisterItem {
  return "kind" in item;
}

function isStatus(item: ChunkItem): item is StatusItem {
  return "do" in item;
}

function isUpdate(item: ChunkItem): item is UpdateItem {
  return !isRegister(item) && !isStatus(item);
}
