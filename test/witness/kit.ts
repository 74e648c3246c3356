import { publicEd25519, sha256 } from "#crypto";
import {
  type Checkpoint,
  consistencyPath,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  inclusionPath,
  type NoteSigner,
  parseCheckpoint,
  rootOf,
  type SignedCheckpoint,
  signCheckpoint,
  treeOf,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { turn } from "../../src/log/index.ts";
import {
  createWitness,
  type FraudProof,
  formatAddCheckpoint,
  knownLogs,
  parseAddCheckpoint,
  type Witness,
  type WitnessMemory,
} from "../../src/witness/index.ts";

// A log of leaves, and branches of it: the real tree, the real signatures.

export const ORIGIN = "log.example/log";
export const NOW_SECONDS = 1_795_000_000;

export function keyOf(name: string, kind: "ed25519" | "cosignature", word: string): NoteSigner {
  const seed = sha256(utf8(word));
  return { key: verifierKey(name, kind, publicEd25519(seed)), seed };
}

export const LOG: NoteSigner = keyOf(ORIGIN, "ed25519", "the log");
export const NEXT_LOG: NoteSigner = keyOf(ORIGIN, "ed25519", "the next log");

/** A log that grows by its word: two words give two branches that part at `from`. */
export type Branch = {
  root(size: number): Hash;
  note(size: number, signers?: readonly NoteSigner[]): string;
  checkpoint(size: number): SignedCheckpoint;
  consistency(first: number, second: number): readonly Hash[];
  inclusion(index: number, size: number): readonly Hash[];
  /** A body for add-checkpoint. */
  body(oldSize: number, size: number): string;
};

export function branch(word: string, from = 0, origin = ORIGIN, most = 300): Branch {
  const leaves = Array.from({ length: most }, (_, i) =>
    hashLeaf(utf8(`${i < from ? "shared" : word} ${i}`)),
  );
  const tree = treeOf(leaves);
  const at = (size: number): Checkpoint => ({ origin, size, root: root(size) });
  const root = (size: number) => rootOf(tree, size);
  const notes = new Map<number, string>();
  const note: Branch["note"] = (size, signers) => {
    if (signers !== undefined) return signCheckpoint(at(size), signers);
    const made = notes.get(size) ?? signCheckpoint(at(size), [LOG]);
    notes.set(size, made);
    return made;
  };
  const consistency: Branch["consistency"] = (first, second) =>
    consistencyPath(tree, first, second);
  return {
    root,
    note,
    checkpoint: (size) => signed(note(size)),
    consistency,
    inclusion: (index, size) => inclusionPath(tree, index, size),
    body: (oldSize, size) =>
      formatAddCheckpoint(oldSize, oldSize === 0 ? [] : consistency(oldSize, size), note(size)),
  };
}

export function signed(note: string): SignedCheckpoint {
  const parsed = parseCheckpoint(note);
  if (!parsed.ok) throw new Error(parsed.error.code);
  return parsed.value;
}

export function request(body: string) {
  const parsed = parseAddCheckpoint(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

export function memory(): WitnessMemory & {
  readonly notes: Map<string, Uint8Array>;
  puts: number;
} {
  const notes = new Map<string, Uint8Array>();
  return {
    notes,
    puts: 0,
    get: async (name) => notes.get(name),
    async put(name, note) {
      this.puts += 1;
      // As slow as a disk: others may come in between.
      await turn();
      notes.set(name, note);
    },
  };
}

export type TestWitness = Witness & {
  readonly signer: NoteSigner;
  readonly frauds: FraudProof[];
  readonly clock: { now: number };
};

export function witnessOf(
  options: {
    readonly name?: string;
    readonly memory?: WitnessMemory;
    readonly policy?: string;
    readonly clock?: { now: number };
  } = {},
): TestWitness {
  const signer = keyOf(options.name ?? "w.example/witness", "cosignature", options.name ?? "w");
  const frauds: FraudProof[] = [];
  const clock = options.clock ?? { now: NOW_SECONDS * 1000 };
  const policy = options.policy ?? `log ${formatVerifierKey(LOG.key)}\nquorum none\n`;
  const { logs } = knownLogs([{ name: "log", text: policy }], "own.example/log");
  const witness = createWitness({
    signer,
    known: async () => logs,
    memory: options.memory ?? memory(),
    clock: () => clock.now,
    fraud: async (proof) => void frauds.push(proof),
  });
  return { ...witness, signer, frauds, clock };
}
