import {
  type AnchorItem,
  consistencyPath,
  cosign,
  type Dataset,
  type Delegate,
  formatNote,
  formatVerifierKey,
  growthPath,
  type Hash,
  hashLeaf,
  inclusionPath,
  type NoteSigner,
  parseCheckpoint,
  rootOf,
  signCheckpoint,
  treeOf,
  utf8,
} from "../../../../src/core/index.ts";
import { signer } from "../../note/keys.ts";
import { code, type TestLedger } from "../kit.ts";

export const CHILD_ORIGIN = "city.test/log";

type Beginning = Extract<AnchorItem, { genesis: unknown }>;

/** The log of a child ledger: whatever entries, but a real tree and real signatures. */
export class ChildLog {
  readonly log: NoteSigner;
  readonly witness: NoteSigner = signer("witness.test", "cosignature", 21);
  readonly policy: string;
  readonly #leaves: readonly Hash[];

  /** @param fork names the entries from `from` on, so that two logs part there */
  constructor(origin: string = CHILD_ORIGIN, fork = "entry", length = 40, from = 3) {
    this.log = signer(origin, "ed25519", 20);
    this.policy = `log ${formatVerifierKey(this.log.key)}\nwitness W ${formatVerifierKey(this.witness.key)}\nquorum W\n`;
    this.#leaves = Array.from({ length }, (_, i) => hashLeaf(utf8(`${i < from ? "" : fork} ${i}`)));
  }

  /** As the log and its witness signed it. */
  checkpoint(size: number, timeSeconds: number): string {
    const root = rootOf(treeOf(this.#leaves), size);
    const checkpoint = { origin: this.log.key.name, size, root };
    const note = parseCheckpoint(signCheckpoint(checkpoint, [this.log]));
    if (!note.ok) throw new Error(note.error.code);
    const { text, signatures } = note.value.note;
    const cosignature = cosign(text, this.witness, timeSeconds);
    return formatNote({ text, signatures: [...signatures, cosignature] });
  }

  /** As the log alone signed it. */
  unwitnessed(size: number): string {
    const root = rootOf(treeOf(this.#leaves), size);
    return signCheckpoint({ origin: this.log.key.name, size, root }, [this.log]);
  }

  get genesis(): Hash {
    return this.#leaves[0] as Hash;
  }

  first(of: string, size: number, timeSeconds: number, reset?: string): Beginning {
    return {
      code: code(of),
      checkpoint: this.checkpoint(size, timeSeconds),
      genesis: this.genesis,
      path: inclusionPath(treeOf(this.#leaves), 0, size),
      ...(reset === undefined ? {} : { reset }),
    };
  }

  next(of: string, from: number, size: number, timeSeconds: number): AnchorItem {
    return {
      code: code(of),
      checkpoint: this.checkpoint(size, timeSeconds),
      consistency: consistencyPath(treeOf(this.#leaves), from, size),
    };
  }

  /** The same with the node that a path leaves out where `from` entries are one subtree. */
  confessed(of: string, from: number, size: number, timeSeconds: number): AnchorItem {
    const consistency = growthPath(treeOf(this.#leaves), from, size);
    return { code: code(of), checkpoint: this.checkpoint(size, timeSeconds), consistency };
  }

  /** A tile of the log, as it is served. */
  tile(level: number, index: number, width: number): Uint8Array {
    const tree = treeOf(this.#leaves);
    const hashes = Array.from({ length: width }, (_, i) => tree.node(8 * level, 256 * index + i));
    return new Uint8Array(Buffer.concat(hashes));
  }
}

/** Lets a code's subtree live in this log's ledger. */
export function delegateTo(
  ledger: TestLedger,
  of: string,
  { policy, log }: ChildLog = new ChildLog(),
): Extract<Delegate, { do: "start" }> {
  const { control: prev } = ledger.record(of);
  return {
    op: "delegate",
    code: code(of),
    prev,
    do: "start",
    origin: log.key.name,
    policy,
    url: "https://city.test",
  };
}

/** Says that the entries of a dataset stand in this log. */
export function describing(
  ledger: TestLedger,
  of: string,
  { log }: ChildLog,
  more: Partial<Dataset> = {},
): Dataset {
  return {
    op: "dataset",
    code: code(of),
    prev: ledger.record(of).op,
    title: { zh: "空气质量" },
    licence: "CC-BY-4.0",
    contact: "数据管理科",
    log: {
      origin: log.key.name,
      vkeys: [formatVerifierKey(log.key)],
      url: "https://data.test",
    },
    ...more,
  };
}
