import {
  type Code,
  type DataEntry,
  datasetPolicy,
  decodeEntry,
  decodeObservations,
  err,
  Frontier,
  factRoot,
  type Hash,
  hashLeaf,
  hex,
  MAX_ENTRY_FACTS_BYTES,
  MAX_OBSERVATIONS,
  merkleRoot,
  type Observation,
  ok,
  parseCheckpoint,
  parsePolicy,
  type Result,
  sameHash,
} from "../../core/index.ts";
import { MAX_PROOF_LENGTH } from "../bundle.ts";
import { type ChainVerdict, verifyProofChain } from "../delegation.ts";
import { type Part, readFormat, reading, readJson } from "../reading.ts";
import type { RecordVerdict } from "../record-proof.ts";
import { type TrustedCheckpoint, trustCheckpoint } from "../trust.ts";
import { anchorIn, datasetIn, type ShownDataset } from "./shown-dataset.ts";
import {
  type FactsOptions,
  type FactsRefusal,
  type FactsVerdict,
  verifySigner,
} from "./verify-facts.ts";

export const EXPORT_FORMAT = "cityid/export/v1";

/** In UTF-16 units: base64 takes four for three bytes, and something stands around it. */
const MAX_LINE_LENGTH = 2 * MAX_ENTRY_FACTS_BYTES;
const MAX_LEDGERS = 12;

/** An entry of which something is shown. */
export type ShownEntry = {
  readonly index: number;
  readonly source: Code;
  /** As the node says; nobody signed it. */
  readonly receivedMilliseconds: number;
  /** `undefined` in the place of each that is kept back as a whole. */
  readonly observations: readonly (Observation | undefined)[];
};

/** What a proof of an export proves once all of its lines were taken. */
export type ExportVerdict = {
  /** `code#generation` of the dataset. */
  readonly dataset: string;
  /** Everything up to this checkpoint of its log is accounted for. */
  readonly log: TrustedCheckpoint;
  /** The newest of its checkpoints that the ledger keeps, where it is not a later one; and its block time. */
  readonly anchored?: { readonly size: number; readonly milliseconds: number };
  /** What is kept back: as wholes, and observations of entries that are shown in part. */
  readonly hidden: { readonly entries: number; readonly observations: number };
  /** Whose keys signed what is shown. */
  readonly signers: readonly FactsVerdict["signer"][];
  readonly ledger: ChainVerdict;
};

export type ExportRefusal =
  | FactsRefusal
  | { readonly code: "DATA_COUNT"; readonly got: number; readonly want: number }
  | { readonly code: "DATA_ROOT"; readonly got: string; readonly want: string };

/** A proof of an export that is being checked, line by line. */
export type ExportCheck = {
  /** Form of the table, and what was asked, as the proof says: whoever compares the table with it finds out. */
  readonly table: string;
  readonly asked: unknown;
  /** @returns the entry, where the line shows one; else the first check that failed */
  take(line: string): Promise<Result<ShownEntry | undefined, ExportRefusal>>;
  /** @returns what is proved; `PROOF_LENGTH`, `PROOF_ROOT` where lines are lacking, or are others */
  end(): Result<ExportVerdict, ExportRefusal>;
};

/**
 * Begins to check the proof of an export, of any length, in bounded memory: that each observation that it shows was signed by a
 * data key of its source, and that nothing of the log up to its checkpoint is left out without being told. What is kept back
 * is kept back by the word of the node: no proof shows that a grant does not cover it.
 *
 * @param line - the first line, without its end; not trusted
 * @returns the check, else the first that failed: of the form; of `verifyProofChain`; `PROOF_DATASET`; of the log's keys, of its
 *   checkpoint
 */
export async function openExportProof(
  line: string,
  options: FactsOptions,
): Promise<Result<ExportCheck, ExportRefusal>> {
  const head = readHead(line);
  if (!head.ok) return head;
  const { table, asked, note } = head.value;
  const ledger = await verifyProofChain(head.value.ledger, options);
  if (!ledger.ok) return ledger;
  const dataset = datasetIn(ledger.value.last);
  if (!dataset.ok) return dataset;
  const policy = parsePolicy(datasetPolicy(dataset.value));
  if (!policy.ok) return policy;
  const signed = parseCheckpoint(note);
  if (!signed.ok) return signed;
  const log = await trustCheckpoint(signed.value, { ...options, policy: policy.value });
  if (!log.ok) return log;
  const check = new Check(
    { dataset: dataset.value, log: log.value, ledger: ledger.value },
    options,
  );
  return ok({ table, asked, take: (text) => check.take(text), end: () => check.end() });
}

type Head = Pick<ExportCheck, "table" | "asked"> & {
  readonly note: string;
  readonly ledger: readonly unknown[];
};

function readHead(line: string) {
  return reading((): Head => {
    const names = ["dataset", "log", "table", "asked", "ledger"];
    const field = readFormat(line, MAX_PROOF_LENGTH, EXPORT_FORMAT, ...names);
    return {
      ...{ table: field("table").text(), asked: field("asked").value, note: field("log").text() },
      ledger: valuesOf(field("ledger")),
    };
  });
}

function valuesOf(part: Part): readonly unknown[] {
  return part.list(MAX_LEDGERS).map(({ value }) => value);
}

type Subject = Pick<ExportVerdict, "log" | "ledger"> & { readonly dataset: ShownDataset };

class Check {
  readonly #subject: Subject;
  readonly #options: FactsOptions;
  readonly #tree = Frontier.empty();
  readonly #anchor: ReturnType<typeof anchorIn>;
  /** What the ledger showed of keys. */
  readonly #shown = new Map<string, RecordVerdict["more"][number]>();
  readonly #signers = new Map<string, FactsVerdict["signer"]>();
  #hiddenEntries = 0;
  #hiddenObservations = 0;

  constructor(subject: Subject, options: FactsOptions) {
    this.#subject = subject;
    this.#options = options;
    this.#anchor = anchorIn(subject.ledger.last, subject.dataset);
    this.#learn(subject.ledger);
  }

  async take(line: string): Promise<Result<ShownEntry | undefined, ExportRefusal>> {
    const read = readLine(line);
    if (!read.ok) return read;
    if ("ledger" in read.value) return this.#takeLedger(read.value.ledger);
    if (!("entry" in read.value)) {
      this.#hiddenEntries += 1;
      return this.#append(read.value.leaf, undefined);
    }
    const entry = decodeEntry(read.value.entry);
    if (!entry.ok) return entry;
    const { origin } = this.#subject.dataset;
    const { audience, source } = entry.value;
    if (audience !== origin) return err({ code: "DATA_AUDIENCE", got: audience, want: origin });
    const more = [...this.#shown.values()];
    const by = await verifySigner({ more }, entry.value, this.#options);
    if (!by.ok) return by;
    const observations = matched(entry.value, read.value.observations);
    if (!observations.ok) return observations;
    this.#signers.set(`${by.value.holder} ${by.value.kid}`, by.value);
    this.#hiddenObservations += observations.value.filter((each) => each === undefined).length;
    return this.#append(entry.value.hash, {
      ...{ index: this.#tree.size, source, observations: observations.value },
      receivedMilliseconds: read.value.received,
    });
  }

  end(): Result<ExportVerdict, ExportRefusal> {
    const { dataset, log, ledger } = this.#subject;
    const { size, root } = log.checkpoint;
    if (this.#tree.size !== size) {
      return err({ code: "PROOF_LENGTH", got: this.#tree.size, want: size });
    }
    const got = this.#tree.root();
    if (!sameHash(got, root)) return err({ code: "PROOF_ROOT", got });
    const anchor = this.#anchor;
    const isAnchored = anchor !== undefined && anchor.checkpoint.size <= size;
    return ok({
      ...{ dataset: dataset.reference, log, ledger, signers: [...this.#signers.values()] },
      hidden: { entries: this.#hiddenEntries, observations: this.#hiddenObservations },
      ...(isAnchored && {
        anchored: { size: anchor.checkpoint.size, milliseconds: anchor.milliseconds },
      }),
    });
  }

  /** More keys, as the ledger has them. */
  async #takeLedger(input: readonly unknown[]): Promise<Result<undefined, ExportRefusal>> {
    const ledger = await verifyProofChain(input, this.#options);
    if (!ledger.ok) return ledger;
    this.#learn(ledger.value);
    return ok(undefined);
  }

  #learn({ last }: ChainVerdict): void {
    for (const each of last.more) if (each.key.startsWith("key/")) this.#shown.set(each.key, each);
  }

  #append<T>(leaf: Hash, of: T): Result<T, ExportRefusal> {
    this.#tree.append(leaf);
    const kept = this.#anchor?.checkpoint;
    if (kept?.size !== this.#tree.size) return ok(of);
    // The ledger holds another history of this log than the one that is shown.
    const got = this.#tree.root();
    return sameHash(got, kept.root) ? ok(of) : err({ code: "PROOF_ROOT", got });
  }
}

type Line =
  | { readonly ledger: readonly unknown[] }
  | { readonly leaf: Hash }
  | {
      readonly entry: Uint8Array;
      readonly received: number;
      /** Encoded, each in a list of its own; or the hash of its leaf. */
      readonly observations: readonly (Uint8Array | { readonly leaf: Hash })[];
    };

function readLine(line: string) {
  return reading((): Line => {
    const field = readJson(line, MAX_LINE_LENGTH).fields(
      ...["ledger", "leaf", "entry", "received", "observations"],
    );
    if (!field("ledger").isAbsent) return { ledger: valuesOf(field("ledger")) };
    if (!field("leaf").isAbsent) return { leaf: field("leaf").hash() };
    return {
      entry: field("entry").someBytes(),
      received: field("received").count(),
      observations: field("observations")
        .list(MAX_OBSERVATIONS)
        .map((each) =>
          typeof each.value === "string"
            ? each.someBytes()
            : { leaf: each.fields("leaf")("leaf").hash() },
        ),
    };
  });
}

/** The observations, if they are those that the entry commits to. */
function matched(
  { count, root }: DataEntry,
  given: readonly (Uint8Array | { readonly leaf: Hash })[],
): Result<readonly (Observation | undefined)[], ExportRefusal> {
  if (given.length !== count) return err({ code: "DATA_COUNT", got: given.length, want: count });
  const leaves: Hash[] = [];
  const shown: (Observation | undefined)[] = [];
  for (const each of given) {
    if (!(each instanceof Uint8Array)) {
      shown.push(undefined);
      leaves.push(each.leaf);
      continue;
    }
    const read = decodeObservations(each);
    if (!read.ok) return read;
    const { length } = read.value;
    if (length !== 1) return err({ code: "DATA_COUNT", got: length, want: 1 });
    shown.push(...read.value);
    leaves.push(...read.value.map((observation) => hashLeaf(factRoot(observation))));
  }
  const got = merkleRoot(leaves);
  return sameHash(got, root)
    ? ok(shown)
    : err({ code: "DATA_ROOT", got: hex(got), want: hex(root) });
}
