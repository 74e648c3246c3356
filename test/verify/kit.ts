import { publicEd25519 } from "#crypto";
import {
  BESIDE,
  type Checkpoint,
  cosign,
  encodeBlockEntry,
  equalBytes,
  formatCheckpointText,
  formatNote,
  formatTlogProof,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  hashMapKey,
  inclusionPath,
  type MapProof,
  mapPuts,
  type NoteSigner,
  type Policy,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  present,
  rootOf,
  SparseMap,
  sha256,
  signCheckpoint,
  treeOf,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { type ClaimedValue, formatProofBundle, type ProofBundle } from "../../src/verify/index.ts";
import { signedText } from "../core/note/keys.ts";
import { ORIGIN, START_MILLISECONDS } from "../core/state/kit.ts";

// Proofs of any values, by keys made from words; every part of them can be made wrong. Only what makes proofs is here:
// what judges them is the code under test.

export const NOW: number = START_MILLISECONDS / 1000 + 60;

function signer(name: string, kind: "ed25519" | "cosignature"): NoteSigner {
  const seed = sha256(utf8(`note key ${name}`));
  return { key: verifierKey(name, kind, publicEd25519(seed)), seed };
}

export const LOG: NoteSigner = signer(ORIGIN, "ed25519");
export const OTHER_LOG: NoteSigner = signer("elsewhere.test/log", "ed25519");
export const THIRD_LOG: NoteSigner = signer("third.test/log", "ed25519");
const WITNESSES = ["w1.test", "w2.test", "w3.test"].map((name) => signer(name, "cosignature"));

function policyOf(text: string): Policy {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const LOG_LINE = `log ${formatVerifierKey(LOG.key)}\n`;

/** The log alone. */
export const LOG_ONLY: Policy = policyOf(`${LOG_LINE}quorum none\n`);

/** The log and two of three witnesses. */
export const TWO_OF_THREE_TEXT: string = [
  LOG_LINE,
  ...WITNESSES.map(({ key }, i) => `witness w${i + 1} ${formatVerifierKey(key)}\n`),
  "group g 2 w1 w2 w3\nquorum g\n",
].join("");
export const TWO_OF_THREE: Policy = policyOf(TWO_OF_THREE_TEXT);

export type NoteOptions = {
  readonly by?: readonly NoteSigner[];
  /** When each witness cosigned; `undefined` for one that did not. */
  readonly cosigned?: readonly (number | undefined)[];
  /** Lines that other logs than ours may have behind the three. */
  readonly extensions?: string;
};

/** A signed note of a checkpoint. */
export function noteOf(
  checkpoint: Checkpoint,
  { by = [LOG], cosigned = [], extensions = "" }: NoteOptions,
): string {
  const note = parseNote(
    extensions === ""
      ? signCheckpoint(checkpoint, by)
      : signedText(`${formatCheckpointText(checkpoint)}${extensions}`, ...by),
  );
  if (!note.ok) throw new Error(JSON.stringify(note.error));
  const { text, signatures } = note.value;
  const lines = cosigned.flatMap((time, i) =>
    time === undefined ? [] : [cosign(text, present(WITNESSES[i], "a witness"), time)],
  );
  return formatNote({ text, signatures: [...signatures, ...lines] });
}

export type ProofOptions = NoteOptions & {
  readonly keys: readonly string[];
  readonly app?: number;
  readonly timeMilliseconds?: number;
  /** What the block entry says of its place; by default what is true. */
  readonly first?: number;
  readonly count?: number;
  /** Entries before the block entry. */
  readonly before?: number;
  /** Entries behind the block entry in the log. */
  readonly behind?: number;
};

/** A bundle for these keys, true in every part unless an option says otherwise. */
export function prove(values: ReadonlyMap<string, Uint8Array>, options: ProofOptions): ProofBundle {
  const { keys, before = 5, behind = 0, first = before - 2, count = 2, app = 1 } = options;
  const { timeMilliseconds: time = START_MILLISECONDS } = options;
  const map = mapOf(values);
  const block = encodeBlockEntry({ app, time, count, first, height: 1, mapRoot: map.root() });
  const filler = (i: number) => utf8(`entry ${i}`);
  const fillers = Array.from({ length: before + behind }, (_, i) => filler(i));
  const entries = [...fillers.slice(0, before), block, ...fillers.slice(before)];
  const tree = treeOf(entries.map(hashLeaf));
  const checkpoint = {
    origin: options.by?.[0]?.key.name ?? ORIGIN,
    size: tree.size,
    root: rootOf(tree),
  };
  const note = parseCheckpoint(noteOf(checkpoint, options));
  if (!note.ok) throw new Error(JSON.stringify(note.error));
  const log = formatTlogProof({
    index: before,
    path: inclusionPath(tree, before),
    checkpoint: note.value,
  });
  const [claim, ...more] = keys.map((key) => claimOf(map, values, key));
  return { ...present(claim, "a key"), block, log, more };
}

export function proveText(values: ReadonlyMap<string, Uint8Array>, options: ProofOptions): string {
  return formatProofBundle(prove(values, options));
}

export function mapOf(values: ReadonlyMap<string, Uint8Array>): SparseMap {
  const map = new SparseMap();
  const proved = [...values].filter(([key]) => !key.startsWith(BESIDE));
  map.update(
    mapPuts(
      proved.map(([key, value], ref) => ({
        keyHash: hashMapKey(key),
        valueHash: sha256(value),
        ref,
      })),
    ),
  );
  return map;
}

export function claimOf(
  map: SparseMap,
  values: ReadonlyMap<string, Uint8Array>,
  key: string,
): ClaimedValue {
  const value = values.get(key);
  const { leaf, ...path } = map.prove(hashMapKey(key));
  if (value !== undefined) return { key, value, map: path };
  if (leaf === undefined) return { key, map: path };
  const hashed = [...values].find(([each]) => sameKey(each, leaf.keyHash));
  const other: MapProof["other"] = {
    key: leaf.keyHash,
    value: sha256(present(hashed, "the other leaf")[1]) as Hash,
  };
  return { key, map: { ...path, other } };
}

function sameKey(key: string, keyHash: Hash): boolean {
  return equalBytes(hashMapKey(key), keyHash);
}
