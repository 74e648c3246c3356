import {
  type CborValue,
  decodeCbor,
  decodeObservations,
  encodeCbor,
  encodeObservations,
  factLeaf,
  InvariantError,
  isShown,
  type Observation,
} from "../core/index.ts";
import {
  DRAFT,
  type FileSystem,
  journalPath,
  LogFault,
  readFile,
  readText,
  replaceFile,
  syncUp,
} from "../log/index.ts";
import { FactSegments } from "./fact-segments.ts";
import type { EncodedBody, EntryBody } from "./port.ts";

/** Of facts that are kept as they lie there, those that were written last: decoded they take ten times as much memory. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/** Which facts are being erased: stands there until nothing is left of them. */
const ERASING = "erasing";

/** Of facts that are kept as they lie there: who reads many asks for one entry of a record after the other. */
const MAX_ENCODED_BYTES = 4 * 1024 * 1024;

type EncodedRecord = {
  readonly first: number;
  readonly bodies: readonly EncodedBody[];
  readonly bytes: number;
};

type Kept = {
  readonly bodies: readonly EncodedBody[];
  readonly bytes: number;
};

/**
 * The facts of entries, beside their log, those of entries together that became durable together:
 *
 *     facts/<index of the first>     of many records each: see fact-segments.ts
 *     bodies/<index of the first>    of one record of which something was erased, or that an older version wrote
 *
 * both as CBOR [[received, observations] …], observations as bytes. Facts and the record of the journal become durable at once,
 * so whoever sees an entry finds its facts.
 */
export class Bodies {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #segments: FactSegments;
  /** By the index of the first, the newest last: who takes entries in asks for one after the other. */
  readonly #kept = new Map<number, Kept>();
  #keptBytes = 0;
  /** The record that was read last, before it was decoded, and after. */
  #encoded: EncodedRecord | undefined;
  #decoded: { readonly first: number; readonly bodies: readonly EntryBody[] } | undefined;
  /** What the next record of the journal is written with. */
  #next: (Kept & { readonly first: number; readonly record: Uint8Array }) | undefined;
  /** How often something was about to be erased, or was. */
  #erasures = 0;
  /** Rewriting one file waits for the one before it. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(files: FileSystem, directory: string, segments: FactSegments) {
    this.#files = files;
    this.#directory = `${directory}/bodies`;
    this.#segments = segments;
  }

  /** What lies beside the first entry of a log that is being made. Durable when it resolves. */
  static async begin(files: FileSystem, directory: string, body: EntryBody): Promise<void> {
    await writeBodies(files, `${directory}/bodies/0`, encode([body]));
  }

  /** Finishes what was being erased when the process ended, and brings the journal of the log up to the facts. */
  static async open(files: FileSystem, directory: string): Promise<Bodies> {
    const own = `${directory}/bodies`;
    const names = files.exists(own) ? files.list(own) : [];
    // What was being written may hold what was erased since.
    for (const name of names) if (name.endsWith(DRAFT)) files.remove(`${own}/${name}`);
    const text = await readText(files, `${own}/${ERASING}`);
    const erasing = text === undefined ? undefined : Number(text);
    const journal = journalPath(`${directory}/log`);
    const segments = await FactSegments.open(files, `${directory}/facts`, journal, erasing);
    if (erasing !== undefined) {
      if (files.exists(`${own}/${erasing}`)) {
        // Whoever wrote what is left may have been killed before its name was durable.
        await syncUp(files, own, directory);
        await segments.forget(erasing);
      }
      files.remove(`${own}/${ERASING}`);
    }
    return new Bodies(files, directory, segments);
  }

  /**
   * Makes room for what lies beside the next record of the journal, of so many bytes.
   *
   * @returns how many bytes it takes
   * @throws LogFault `LOG_DISK_FULL`: nothing was changed
   */
  async reserve(
    first: number,
    bodies: readonly Encodable[],
    recordBytes: number,
    syncJournal: () => Promise<void>,
  ): Promise<number> {
    const encoded = bodies.map(({ receivedMilliseconds, observations, facts }) => ({
      receivedMilliseconds,
      observations: facts ?? encodeObservations(observations),
    }));
    const facts = encodeBodies(encoded);
    const bytes = facts.length;
    await this.#segments.reserve(first, bytes + recordBytes, syncJournal);
    this.#next = { first, bodies: encoded, bytes, record: facts };
    return bytes;
  }

  /** Makes a record of the journal durable, with what room was made for. */
  async keep(record: Uint8Array, offset: number): Promise<void> {
    if (this.#next === undefined) throw new InvariantError("a record without facts");
    const { first, record: facts, ...kept } = this.#next;
    this.#next = undefined;
    await this.#segments.keep(first, facts, record, offset);
    // What was written is mostly read next, to be indexed.
    this.#remember(first, kept);
  }

  #remember(first: number, kept: Kept): void {
    if (kept.bytes > MAX_KEPT_BYTES / 2) return;
    this.#kept.set(first, kept);
    this.#keptBytes += kept.bytes;
    for (const [oldest, each] of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= each.bytes;
    }
  }

  close(): void {
    this.#segments.close();
  }

  /** @throws LogFault `DATA_BODIES` for a file that is lost or holds something else */
  async read(first: number, at: number): Promise<EntryBody> {
    const body = (await this.#all(first))[at];
    if (body === undefined) throw this.#damaged(first);
    return body;
  }

  /** The same as it lies there. @throws LogFault as `read` */
  async readEncoded(first: number, at: number): Promise<EncodedBody> {
    const known = this.#kept.get(first);
    const body = (known?.bodies ?? (await this.#allEncoded(first)).bodies)[at];
    if (body === undefined) throw this.#damaged(first);
    return body;
  }

  /**
   * Leaves of some facts nothing but their leaf hashes.
   *
   * @param syncJournal makes everything durable that the journal was given
   * @returns what is left of the entry
   */
  async erase(
    first: number,
    at: number,
    isErased: (name: string, observation: number) => boolean,
    syncJournal: () => Promise<void>,
  ): Promise<EntryBody> {
    const work = this.#last.then(async () => {
      const bodies = [...(await this.#all(first))];
      const body = bodies[at];
      if (body === undefined) throw this.#damaged(first);
      const observations = body.observations.map(
        (facts, observation): Observation =>
          facts.map((fact) =>
            isShown(fact) && isErased(fact.name, observation) ? factLeaf(fact) : fact,
          ),
      );
      const left = { ...body, observations };
      bodies[at] = left;
      await syncJournal();
      this.#forget();
      try {
        await this.#replace(first, encode(bodies));
      } finally {
        this.#forget();
      }
      return left;
    });
    this.#last = work.catch(() => undefined);
    return work;
  }

  /** In a file of their own first; what stands of them elsewhere goes then, also if the process ends in between. */
  async #replace(first: number, bytes: Uint8Array): Promise<void> {
    const erasing = `${this.#directory}/${ERASING}`;
    await replaceFile(this.#files, erasing, String(first), placeIn(this.#directory));
    await writeBodies(this.#files, this.#path(first), bytes);
    await this.#segments.forget(first);
    this.#files.remove(erasing);
  }

  async #all(first: number): Promise<readonly EntryBody[]> {
    if (this.#decoded?.first === first) return this.#decoded.bodies;
    const erasures = this.#erasures;
    const { bodies: encoded, bytes } = this.#kept.get(first) ?? (await this.#allEncoded(first));
    const bodies = encoded.map((each) => this.#decode(first, each));
    // What was read while something was erased may have been erased.
    const isSmall = bytes <= MAX_KEPT_BYTES / 2;
    if (isSmall && erasures === this.#erasures) this.#decoded = { first, bodies };
    return bodies;
  }

  async #allEncoded(first: number): Promise<EncodedRecord> {
    if (this.#encoded?.first === first) return this.#encoded;
    const erasures = this.#erasures;
    const bytes =
      (await this.#segments.read(first)) ?? (await readFile(this.#files, this.#path(first)));
    if (bytes === undefined) throw this.#damaged(first);
    const decoded = decodeCbor(bytes);
    if (!decoded.ok || !Array.isArray(decoded.value)) throw this.#damaged(first);
    const bodies = (decoded.value as readonly CborValue[]).map((value) => this.#body(first, value));
    const record = { first, bodies, bytes: bytes.length };
    const isSmall = bytes.length <= MAX_ENCODED_BYTES;
    if (isSmall && erasures === this.#erasures) this.#encoded = record;
    return record;
  }

  #body(first: number, value: CborValue): EncodedBody {
    const [received, bytes] = Array.isArray(value) ? (value as readonly CborValue[]) : [];
    if (typeof received !== "number" || !(bytes instanceof Uint8Array)) throw this.#damaged(first);
    return { receivedMilliseconds: received, observations: bytes };
  }

  #decode(first: number, { receivedMilliseconds, observations }: EncodedBody): EntryBody {
    const decoded = decodeObservations(observations);
    if (!decoded.ok) throw this.#damaged(first);
    return { receivedMilliseconds, observations: decoded.value };
  }

  #damaged(first: number): LogFault {
    return new LogFault("DATA_BODIES", { path: this.#path(first) });
  }

  #forget(): void {
    this.#erasures += 1;
    this.#encoded = undefined;
    this.#decoded = undefined;
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  #path(first: number): string {
    if (!Number.isSafeInteger(first) || first < 0) throw new InvariantError(`body ${first}`);
    return `${this.#directory}/${first}`;
  }
}

function placeIn(directory: string) {
  const below = directory.slice(0, directory.lastIndexOf("/"));
  return { permissions: 0o600, below };
}

function writeBodies(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  return replaceFile(files, path, bytes, placeIn(path.slice(0, path.lastIndexOf("/"))));
}

type Encodable = EntryBody & { readonly facts?: Uint8Array };

function encode(bodies: readonly EntryBody[]): Uint8Array {
  return encodeBodies(
    bodies.map(({ observations, ...rest }) => ({
      ...rest,
      observations: encodeObservations(observations),
    })),
  );
}

function encodeBodies(bodies: readonly EncodedBody[]): Uint8Array {
  return encodeCbor(
    bodies.map(({ receivedMilliseconds, observations }) => [receivedMilliseconds, observations]),
  );
}
