import {
  type ChunkItem,
  type Code,
  decisionKey,
  type InnerOperation,
  type Operation,
  readApplication,
  type ValueReader,
} from "../../core/index.ts";
import type { Stated } from "./as-of.ts";
import type { Entry } from "./entry.ts";

/** What one entry of the log did to one record. */
export type Part = {
  /** The kind that took effect: of a deciding endorsement, that of what was decided. */
  readonly kind: string;
  /** The decision whose last vote the entry is. */
  readonly decision?: Uint8Array;
  /** Its fields about this code. */
  readonly fields: PartFields;
};

export type PartFields = Stated & {
  /** The entry before it in the chain, where the kind has one. */
  readonly prev?: Uint8Array;
  readonly [name: string]: unknown;
};

/** Finds, in an entry that changed the record of `code`, the part that is about it. Chunks are read item by item elsewhere. */
export function partFor(state: ValueReader, entry: Entry, code: Code): Part | undefined {
  switch (entry.kind) {
    case "operation":
      return partOfOperation(state, entry.operation, code);
    case "genesis":
      return { kind: "genesis", fields: {} };
    case "chunk":
    case "import":
    case "block":
      return undefined;
  }
}

/** The same of an item of a chunk. */
export function partOfItem(item: ChunkItem): Part {
  const { code: _, ...fields } = item;
  if ("do" in item) return { kind: "status", fields };
  return { kind: "prev" in item ? "update" : "register", fields };
}

function partOfOperation(state: ValueReader, op: Operation, code: Code): Part | undefined {
  switch (op.op) {
    case "admit":
      return partOfApplication(op.application);
    case "propose":
      return partOfInner(op.inner, code);
    case "endorse":
      return partOfDecision(state, op.decision, code);
    default:
      return partOfInner(op, code);
  }
}

function partOfDecision(state: ValueReader, id: Uint8Array, code: Code): Part | undefined {
  const decision = state.get(decisionKey(id));
  if (decision?.application !== undefined) {
    const part = partOfApplication(decision.application);
    return part && { ...part, decision: id };
  }
  const part = decision?.inner && partOfInner(decision.inner, code);
  return part && { ...part, decision: id };
}

function partOfApplication(application: Uint8Array): Part | undefined {
  const read = readApplication(application);
  if (!read.ok) return undefined;
  const { op: _, code: __, ...fields } = read.value.body;
  return { kind: "admit", fields: { ...fields } };
}

function partOfInner(inner: InnerOperation, code: Code): Part | undefined {
  switch (inner.op) {
    case "register": {
      const item = inner.items.find((each) => each.code === code);
      if (item === undefined) return undefined;
      const { code: _, ...fields } = item;
      return { kind: inner.op, fields };
    }
    case "succeed": {
      const { op: _, ...fields } = inner;
      const prev = [...inner.from, ...inner.to].find((each) => each.code === code)?.prev;
      return { kind: inner.op, fields: { ...fields, ...(prev !== undefined && { prev }) } };
    }
    case "update":
    case "keys":
    case "recover":
    case "status":
    case "delegate":
    case "dataset": {
      if (inner.code !== code) return undefined;
      const { op, code: _, ...fields } = inner;
      return { kind: op, fields };
    }
    // These change other values of the ledger, or records by the items that follow: no link of a record's own chains.
    case "gazette":
    case "classes":
    case "manifest":
    case "void":
    case "anchor":
    case "request":
    case "grant":
    case "revoke":
    case "seals":
    case "unseal":
    case "member":
    case "validator":
    case "param":
      return undefined;
  }
}
