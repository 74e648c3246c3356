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
import { DRAFT, type FileSystem, LogFault, readFile, replaceFile } from "../log/index.ts";
import type { EncodedBody, EntryBody } from "./port.ts";

const MAX_KEPT_BYTES = 1024 * 1024;

type EncodedFile = {
  readonly first: number;
  readonly bodies: readonly EncodedBody[];
  readonly isSmall: boolean;
  /** How often something had been written when it was read. */
  readonly written: number;
};

/**
 * The facts of entries, beside their log: one file for the entries that became durable together, named after the first of them.
 *
 *     bodies/<index of the first>    CBOR [[received, observations] …], observations as bytes
 *
 * A file is written before its record of the journal, so whoever sees an entry finds its facts. One that is left of a record
 * that never came is replaced by the next that begins there.
 */
export class Bodies {
  readonly #files: FileSystem;
  readonly #directory: string;
  /** The file that was read last: a page of a list asks for one entry of it after the other. */
  #kept: { readonly first: number; readonly bodies: readonly EntryBody[] } | undefined;
  /** The same before it was decoded. */
  #keptEncoded: EncodedFile | undefined;
  /** How often something was about to be written, or was. */
  #written = 0;
  /** Rewriting one file waits for the one before it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(files: FileSystem, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** Drops what was being written when the power went: it may hold what was erased since. */
  sweep(): void {
    if (!this.#files.exists(this.#directory)) return;
    for (const name of this.#files.list(this.#directory)) {
      if (name.endsWith(DRAFT)) this.#files.remove(`${this.#directory}/${name}`);
    }
  }

  /** Durable when it resolves. */
  async write(first: number, bodies: readonly EntryBody[]): Promise<void> {
    const bytes = encode(bodies);
    await this.#replace(first, bytes);
    // What is written is mostly read next, to be indexed.
    if (bytes.length > MAX_KEPT_BYTES) return;
    const kept = bodies.map(({ receivedMilliseconds, observations }) => ({
      receivedMilliseconds,
      observations,
    }));
    this.#kept = { first, bodies: kept };
  }

  /** @throws LogFault `DATA_BODIES` for a file that is lost or holds something else */
  async read(first: number, at: number): Promise<EntryBody> {
    const body = (await this.#all(first))[at];
    if (body === undefined) throw this.#damaged(first);
    return body;
  }

  /** The same as it lies there. @throws LogFault as `read` */
  async readEncoded(first: number, at: number): Promise<EncodedBody> {
    const body = (await this.#allEncoded(first)).bodies[at];
    if (body === undefined) throw this.#damaged(first);
    return body;
  }

  /** Leaves of some facts nothing but their leaf hashes. @returns what is left of the entry */
  async erase(
    first: number,
    at: number,
    isErased: (name: string, observation: number) => boolean,
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
      await this.#replace(first, encode(bodies));
      return left;
    });
    this.#last = work.catch(() => undefined);
    return work;
  }

  async #all(first: number): Promise<readonly EntryBody[]> {
    if (this.#kept?.first === first) return this.#kept.bodies;
    const { bodies: encoded, isSmall, written } = await this.#allEncoded(first);
    const bodies = encoded.map((each) => this.#decoded(first, each));
    // What was read while something was written may have been erased.
    if (isSmall && written === this.#written) this.#kept = { first, bodies };
    return bodies;
  }

  async #allEncoded(first: number): Promise<EncodedFile> {
    if (this.#keptEncoded?.first === first) return this.#keptEncoded;
    const written = this.#written;
    const bytes = await readFile(this.#files, this.#path(first));
    if (bytes === undefined) throw this.#damaged(first);
    const decoded = decodeCbor(bytes);
    if (!decoded.ok || !Array.isArray(decoded.value)) throw this.#damaged(first);
    const bodies = (decoded.value as readonly CborValue[]).map((value) => this.#body(first, value));
    const file = { first, bodies, written, isSmall: bytes.length <= MAX_KEPT_BYTES };
    if (file.isSmall && written === this.#written) this.#keptEncoded = file;
    return file;
  }

  #body(first: number, value: CborValue): EncodedBody {
    const [received, bytes] = Array.isArray(value) ? (value as readonly CborValue[]) : [];
    if (typeof received !== "number" || !(bytes instanceof Uint8Array)) throw this.#damaged(first);
    return { receivedMilliseconds: received, observations: bytes };
  }

  #decoded(first: number, { receivedMilliseconds, observations }: EncodedBody): EntryBody {
    const decoded = decodeObservations(observations);
    if (!decoded.ok) throw this.#damaged(first);
    return { receivedMilliseconds, observations: decoded.value };
  }

  #damaged(first: number): LogFault {
    return new LogFault("DATA_BODIES", { path: this.#path(first) });
  }

  async #replace(first: number, bytes: Uint8Array): Promise<void> {
    this.#forget();
    try {
      await this.#write(first, bytes);
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#written += 1;
    this.#kept = undefined;
    this.#keptEncoded = undefined;
  }

  #write(first: number, bytes: Uint8Array): Promise<void> {
    const below = this.#directory.slice(0, this.#directory.lastIndexOf("/"));
    return replaceFile(this.#files, this.#path(first), bytes, { permissions: 0o600, below });
  }

  #path(first: number): string {
    if (!Number.isSafeInteger(first) || first < 0) throw new InvariantError(`body ${first}`);
    return `${this.#directory}/${first}`;
  }
}

function encode(bodies: readonly EntryBody[]): Uint8Array {
  return encodeCbor(
    bodies.map(({ receivedMilliseconds, observations }) => [
      receivedMilliseconds,
      encodeObservations(observations),
    ]),
  );
}
