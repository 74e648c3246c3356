import {
  type CborKeyedMap,
  equalBytes,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  hex,
  InvariantError,
  isShown,
  type NoteSigner,
  parseCheckpoint,
  present,
  signCheckpoint,
} from "../core/index.ts";
import {
  createLog,
  type FileSystem,
  isDiskFull,
  journalPath,
  type Log,
  LogFault,
  logExists,
  nodeFiles,
  openLog,
  readText,
  replaceFile,
} from "../log/index.ts";
import { Attachments } from "./attachments.ts";
import { Bodies } from "./bodies.ts";
import { type FollowingIndex, followLog, namedBy } from "./entity-index.ts";
import { namedFiles } from "./files.ts";
import { PlateScans } from "./plates.ts";
import type {
  Busy,
  DatasetLog,
  EncodedBody,
  EntityIndex,
  EntryBody,
  KeptScan,
  LogReceipt,
  OpenStore,
  Submission,
} from "./port.ts";
import { memoryEntityStore } from "./store/memory.ts";

/** Where the log of a dataset is kept, and by whose keys. */
export type DatasetLogOptions = {
  readonly directory: string;
  readonly reference: string;
  /** The log's key, which bears its name. */
  readonly signer: NoteSigner;
  readonly gateway: CborKeyedMap;
  /** Ed25519 by the key that `gateway` shows. */
  readonly signAsGateway: (message: Uint8Array) => Uint8Array;
  /** Opens the store of what its entries say; in memory where nothing is said. */
  readonly openStore?: OpenStore;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMilliseconds: () => number;
  /** Hears of each code of whose plates something else is known. */
  readonly onPlates?: (code: string) => void;
  /** Told of a record that opening dropped: it was being written when the power went, and nobody was told that it was durable. */
  readonly onDropped?: (dropped: DroppedRecord) => void;
  readonly files?: FileSystem;
  /** It was brought back from a backup: it takes nothing until it is said that nobody has seen a newer state of it. */
  readonly isRestored?: boolean;
};

/** Which file, and where in it how much. */
export type DroppedRecord = {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
};

/** Entries that wait at once, and their facts together: beyond it nobody waits. */
const MAX_WAITING = 1024;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Entries that become durable together. */
const MAX_BATCH = 256;
/** The public checkpoint advances at most this often. */
const PUBLISH_MILLISECONDS = 1000;
/** A journal record has a head of its own, and each entry its length. */
const RECORD_OVERHEAD_BYTES = 128;
const ENTRY_OVERHEAD_BYTES = 8;

type Waiting = {
  readonly submission: Submission;
  readonly bytes: number;
  readonly done: Promise<LogReceipt | Busy>;
  readonly resolve: (answer: LogReceipt | Busy) => void;
  readonly reject: (cause: unknown) => void;
};

/**
 * Makes the log of a dataset with its first entry, which its node signs: so that the log has a beginning that can be anchored
 * before anything else is written. Fine if it is there.
 */
export async function createDatasetLog(
  { directory, signer, files = nodeFiles }: DatasetLogOptions,
  first: { readonly bytes: Uint8Array; readonly body: EntryBody },
): Promise<void> {
  if (logExists(`${directory}/log`, files)) return;
  await Bodies.begin(files, directory, first.body);
  const options = { directory: `${directory}/log`, origin: signer.key.name, files };
  await createLog(options, [first.bytes]);
}

/** A log that may have been brought back from a backup. */
export type Restored = {
  readonly isRestored: boolean;
  /** Nobody has seen a newer state: it takes entries from now on. */
  confirmRestored(): void;
};

/** @throws LogFault as `openLog` */
export async function openDatasetLog(
  options: DatasetLogOptions,
): Promise<DatasetLog & AsyncDisposable & Restored> {
  const { directory, signer, files = nodeFiles } = options;
  const published = parseCheckpoint((await readText(files, `${directory}/published`)) ?? "");
  const bodies = await Bodies.open(files, directory);
  try {
    const log = await openLog({
      directory: `${directory}/log`,
      origin: signer.key.name,
      files,
      keepElsewhere: (record, offset) => bodies.keep(record, offset),
      // It was made with its first entry.
      endsBeginning: () => true,
      ...(published.ok && { published: published.value }),
    });
    if (log.torn !== undefined) {
      options.onDropped?.({ file: journalPath(`${directory}/log`), ...log.torn });
    }
    const size = published.ok ? published.value.size : 0;
    return new OpenDatasetLog({ ...options, files }, log, bodies, size);
  } catch (cause) {
    bodies.close();
    throw cause;
  }
}

class OpenDatasetLog implements DatasetLog, AsyncDisposable, Restored {
  readonly #options: DatasetLogOptions & { readonly files: FileSystem };
  readonly #log: Log;
  readonly #bodies: Bodies;
  readonly #attachments: Attachments;
  readonly #plates: PlateScans;
  readonly #entities: FollowingIndex;
  /** By the hash of the entry, in the order in which they came. */
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  readonly #listeners = new Set<() => void>();
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #erasures = 0;
  #closing = false;
  #isRestored: boolean;
  #published: { readonly size: number; readonly at: number };
  #publishing: Promise<unknown> = Promise.resolve();
  /** The checkpoint that was signed last: entries that became durable together have one. */
  #signed: { readonly size: number; readonly text: string } | undefined;

  constructor(
    options: DatasetLogOptions & { readonly files: FileSystem },
    log: Log,
    bodies: Bodies,
    published: number,
  ) {
    this.#options = options;
    this.#log = log;
    this.#bodies = bodies;
    this.#attachments = new Attachments(options.files, `${options.directory}/files`);
    this.#isRestored = options.isRestored === true;
    this.#plates = new PlateScans(options.files, `${options.directory}/plates`, (index, hash) => {
      const bytes = log.entry(index);
      return bytes !== undefined && equalBytes(hashLeaf(bytes), hash);
    });
    this.#published = { size: published, at: Number.NEGATIVE_INFINITY };
    const { openStore = memoryEntityStore } = options;
    this.#entities = followLog(this, (anew) => openStore(this, anew));
  }

  get isRestored(): boolean {
    return this.#isRestored;
  }

  confirmRestored(): void {
    this.#isRestored = false;
  }

  get reference(): string {
    return this.#options.reference;
  }

  get origin(): string {
    return this.#log.origin;
  }

  get vkey(): string {
    return formatVerifierKey(this.#options.signer.key);
  }

  get gateway(): CborKeyedMap {
    return this.#options.gateway;
  }

  get erasures(): number {
    return this.#erasures;
  }

  get size(): number {
    return this.#log.size;
  }

  get entities(): EntityIndex {
    return this.#entities;
  }

  signAsGateway(message: Uint8Array): Uint8Array {
    return this.#options.signAsGateway(message);
  }

  hashOf(index: number): Hash | undefined {
    const entry = this.#log.entry(index);
    return entry && hashLeaf(entry);
  }

  async append(submission: Submission): Promise<LogReceipt | Busy> {
    const name = hex(submission.entry.hash);
    const known = this.#waiting.get(name);
    if (known !== undefined) return again(await known.done);
    const index = this.#log.indexOf(submission.entry.hash);
    if (index !== undefined) return again(await this.receipt(index));
    // A second history of one log would be its end.
    if (this.#isRestored) return { busy: "restored" };
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = sizeOf(submission);
    const isFull =
      this.#waiting.size >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES;
    if (isFull || this.#closing) return { busy: "queue" };
    const waiting = waitingFor(submission, bytes);
    this.#waiting.set(name, waiting);
    this.#waitingBytes += bytes;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return waiting.done;
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  indexOf(hash: Hash): number | undefined {
    return this.#log.indexOf(hash);
  }

  entry(index: number): Uint8Array | undefined {
    return this.#log.entry(index);
  }

  async receipt(index: number): Promise<LogReceipt> {
    const { receivedMilliseconds } = await this.body(index);
    return this.#receiptAt(index, this.#hashOf(index), receivedMilliseconds, this.#log.size);
  }

  body(index: number): Promise<EntryBody> {
    const { first } = this.#log.blockOf(index);
    return this.#bodies.read(first, index - first);
  }

  encodedBody(index: number): Promise<EncodedBody> {
    const { first } = this.#log.blockOf(index);
    return this.#bodies.readEncoded(first, index - first);
  }

  plates(code: string): Promise<readonly KeptScan[]> {
    return this.#plates.of(code);
  }

  async erase(
    index: number,
    isErased: (name: string, observation: number) => boolean,
  ): Promise<void> {
    const { first } = this.#log.blockOf(index);
    this.#erasures += 1;
    await this.#erasePlate(index, (name) => isErased(name, 0));
    await this.#entities.forgetting(index, async () => {
      const sync = () => this.#log.sync();
      const left = await this.#bodies.erase(first, index - first, isErased, sync);
      await this.#attachments.keepOnly(this.#hashOf(index), filesOf(left));
    });
    // Again: what was read meanwhile may still have been there.
    this.#erasures += 1;
  }

  /** First, so that nothing of it is shown any more once the facts themselves are gone. */
  async #erasePlate(index: number, isErased: (name: string) => boolean): Promise<void> {
    const [observation = []] = (await this.body(index)).observations;
    const shown = observation.filter(isShown);
    const code = shown.find(({ name }) => name === "id")?.value;
    if (typeof code !== "string") return;
    const names = new Set(shown.map(({ name }) => name).filter(isErased));
    await this.#plates.erase(code, index, names);
    this.#options.onPlates?.(code);
  }

  async file(index: number, sha256: string): Promise<Uint8Array | undefined> {
    const names = filesOf(await this.body(index));
    return names.has(sha256) ? this.#attachments.read(this.#hashOf(index), sha256) : undefined;
  }

  /** Remembered on the disk before it is shown: a journal that was cut short cannot pass for the whole. */
  published(): Promise<string> {
    const shown = this.#publishing.then(async () => {
      const { size } = this.#log;
      const now = this.#options.monotonicMilliseconds();
      const isDue = now - this.#published.at >= PUBLISH_MILLISECONDS;
      if (size > this.#published.size && isDue) {
        const { files, directory } = this.#options;
        await replaceFile(files, `${directory}/published`, this.checkpoint(size));
        this.#published = { size, at: now };
      }
      return this.checkpoint(this.#published.size);
    });
    this.#publishing = shown.catch(() => undefined);
    return shown;
  }

  checkpoint(size: number): string {
    if (this.#signed?.size === size) return this.#signed.text;
    const { signer } = this.#options;
    const of = { origin: this.origin, size, root: this.#log.root(size) };
    this.#signed = { size, text: signCheckpoint(of, [signer]) };
    return this.#signed.text;
  }

  inclusion(index: number, size: number): readonly Hash[] {
    return this.#log.inclusion(index, size);
  }

  consistency(first: number, second: number): readonly Hash[] {
    return this.#log.consistency(first, second);
  }

  tile(level: number, index: number, width: number): Uint8Array | undefined {
    return this.#log.tile(level, index, width);
  }

  bundle(index: number, width: number): Uint8Array | undefined {
    return this.#log.bundle(index, width);
  }

  /** Writes what waits, and takes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await this.#writing;
    await this.#publishing;
    await this.#entities[Symbol.asyncDispose]();
    await this.#log.close();
    this.#bodies.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      await this.#entities.room();
      const batch = [...this.#waiting.values()].slice(0, MAX_BATCH);
      try {
        const receipts = await this.#write(batch.map(({ submission }) => submission));
        for (const [i, { resolve }] of batch.entries()) resolve(present(receipts[i], "a receipt"));
      } catch (cause) {
        this.#refuse(batch, cause);
      }
      for (const { submission, bytes } of batch) {
        this.#waiting.delete(hex(submission.entry.hash));
        this.#waitingBytes -= bytes;
      }
    }
  }

  /** A full disk passes by; after anything else what is on it only opening it again can tell. */
  #refuse(batch: readonly Waiting[], cause: unknown): void {
    const isFull = isDiskFull(cause) || (cause instanceof LogFault && cause.reaction === "busy");
    if (isFull && this.#failure === undefined) {
      for (const { resolve } of batch) resolve({ busy: "disk" });
      return;
    }
    this.#failure ??= cause instanceof LogFault ? cause : new LogFault("LOG_WRITE", {}, { cause });
    for (const { reject } of batch) reject(this.#failure);
  }

  /** Files first, then facts and the record of the journal at once: whoever sees an entry finds what lies beside it. */
  async #write(batch: readonly Submission[]): Promise<readonly LogReceipt[]> {
    if (this.#failure !== undefined) throw this.#failure;
    for (const { entry, files } of batch) await this.#attachments.keep(entry.hash, files);
    const first = this.#log.size;
    const entries = batch.map(({ entry }) => entry.bytes);
    const recordBytes = entries.reduce(
      (sum, { length }) => sum + length + ENTRY_OVERHEAD_BYTES,
      RECORD_OVERHEAD_BYTES,
    );
    const sync = () => this.#log.sync();
    const factsBytes = await this.#bodies.reserve(first, batch, recordBytes, sync);
    const scans = batch.flatMap((each, i) => scanOf(each, first + i));
    await this.#plates.keep(scans);
    this.#log.reserve(recordBytes);
    const staged = this.#log.stage(
      entries,
      batch.map(({ entry }) => entry.hash),
    );
    if (staged.first !== first) throw new InvariantError("two writers of one log");
    try {
      await this.#log.commit(staged);
    } catch (cause) {
      // What was staged counts in the tree of this log from now on, and stands on no disk.
      this.#failure = cause;
      throw cause;
    }
    for (const { code } of scans) this.#options.onPlates?.(code);
    this.#entities.appended(
      factsBytes,
      batch.map(({ observations }) => namedBy(observations)),
    );
    for (const listener of this.#listeners) listener();
    return batch.map(({ entry, receivedMilliseconds }, i) =>
      this.#receiptAt(first + i, entry.hash, receivedMilliseconds, staged.size),
    );
  }

  #receiptAt(index: number, hash: Hash, receivedMilliseconds: number, size: number): LogReceipt {
    const [log, checkpoint] = [this.#log, () => this.checkpoint(size)];
    // Most who write ask for neither, and to sign costs more than much else.
    return {
      ...{ index, hash, size, receivedMilliseconds, isKnown: false },
      get path() {
        return log.inclusion(index, size);
      },
      get checkpoint() {
        return checkpoint();
      },
    };
  }

  #hashOf(index: number): Hash {
    return present(this.hashOf(index), `entry ${index}`);
  }
}

function filesOf({ observations }: EntryBody): ReadonlySet<string> {
  return new Set(namedFiles(observations).map(({ sha256 }) => sha256));
}

function scanOf({ entry, plate, receivedMilliseconds }: Submission, index: number): KeptScan[] {
  if (plate === undefined) return [];
  const { hash, source, iatSeconds: saidSeconds } = entry;
  return [{ ...plate, ...{ hash, source, index, saidSeconds, receivedMilliseconds } }];
}

function sizeOf({ entry, observations, files }: Submission): number {
  const facts = observations.reduce((sum, { length }) => sum + length, 0);
  // A fact takes some hundred bytes of memory beside its value, which the request was bounded by.
  const bodies = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  return entry.bytes.length + 256 * facts + bodies;
}

function waitingFor(submission: Submission, bytes: number): Waiting {
  let [resolve, reject]: [Waiting["resolve"], Waiting["reject"]] = [() => {}, () => {}];
  const done = new Promise<LogReceipt | Busy>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  // Who asked may have gone away: a failure is then nobody's, and must not end the process.
  done.catch(() => undefined);
  return { submission, bytes, done, resolve, reject };
}

function again(answer: LogReceipt | Busy): LogReceipt | Busy {
  return "busy" in answer ? answer : { ...answer, isKnown: true };
}
