import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  equalBytes,
  hex,
  isCborMap,
  type PlateScan,
  parseCode,
  type SaidOfPlate,
  sha256,
  utf8,
} from "../core/index.ts";
import { type FileSystem, LogFault, readFile, replaceFile } from "../log/index.ts";
import type { KeptScan } from "./port.ts";

/**
 * Which entries of a log speak of the plates of a code, and what they say of them: one small file for each code, since the facts
 * of one entry lie among those of hundreds, and nobody should read those for a page.
 *
 *     plates/<three hex digits>/<SHA-256 of the code>    CBOR [{e, i, r, s, o, f, ? p, ? q, ? l} …]
 *
 * A file is written before its record of the journal. So it may name an entry that never came: only those count that stand in the
 * log where it says.
 */
export class PlateScans {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #isInLog: (index: number, hash: Uint8Array) => boolean;
  /** Rewriting one file waits for the one before it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    files: FileSystem,
    directory: string,
    isInLog: (index: number, hash: Uint8Array) => boolean,
  ) {
    this.#files = files;
    this.#directory = directory;
    this.#isInLog = isInLog;
  }

  /** Durable when it resolves. */
  keep(scans: readonly KeptScan[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const scan of scans) {
        const others = (await this.of(scan.code)).filter(
          ({ hash }) => !equalBytes(hash, scan.hash),
        );
        await this.#write(scan.code, [...others, scan]);
      }
    });
  }

  /** What the log holds of the plates of a code. @throws LogFault `DATA_PLATES` for a file that holds something else */
  async of(code: string): Promise<readonly KeptScan[]> {
    const path = this.#path(code);
    if (!this.#files.exists(path)) return [];
    const bytes = await readFile(this.#files, path);
    const decoded = bytes && decodeCbor(bytes);
    if (!decoded?.ok || !Array.isArray(decoded.value)) throw new LogFault("DATA_PLATES", { path });
    const scans = (decoded.value as readonly CborValue[]).map((each) => decode(code, each));
    return scans.filter((scan): scan is KeptScan => {
      if (scan === undefined) throw new LogFault("DATA_PLATES", { path });
      return this.#isInLog(scan.index, scan.hash);
    });
  }

  /** Forgets facts of one scan: with what makes it a scan, all of it. */
  erase(code: string, index: number, names: ReadonlySet<string>): Promise<void> {
    return this.#inTurn(async () => {
      const scans = await this.of(code);
      const left = scans.flatMap((scan) => {
        if (scan.index !== index) return [scan];
        if (NEEDED.some((name) => names.has(name))) return [];
        const { place, ...rest } = scan;
        return [names.has("place") ? rest : scan];
      });
      if (scans.some(({ index: each }) => each === index)) await this.#write(code, left);
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #write(code: string, scans: readonly KeptScan[]): Promise<void> {
    const below = this.#directory.slice(0, this.#directory.lastIndexOf("/"));
    const bytes = encodeCbor(scans.map(encode));
    return replaceFile(this.#files, this.#path(code), bytes, { permissions: 0o600, below });
  }

  #path(code: string): string {
    const name = hex(sha256(utf8(code)));
    return `${this.#directory}/${name.slice(0, 3)}/${name}`;
  }
}

/** Without one of these a scan says something else, or nothing. */
const NEEDED: readonly string[] = ["type", "id", "state", "seal", "replaces"];

function encode(scan: KeptScan): CborMap {
  const { hash, index, receivedMilliseconds, saidSeconds, source, state, seal, place } = scan;
  const replaces = scan.state === "replaced" ? scan.replaces : undefined;
  return {
    ...{ e: hash, i: index, r: receivedMilliseconds, s: saidSeconds, o: source, f: state },
    ...(seal !== undefined && { p: seal }),
    ...(replaces !== undefined && { q: replaces }),
    ...(place !== undefined && { l: place }),
  };
}

/** `undefined` for what {@link encode} did not write. */
function decode(text: string, value: CborValue): KeptScan | undefined {
  const code = parseCode(text);
  if (!isCborMap(value) || !code.ok) return undefined;
  const { e: hash, i: index, r: received, s: said, o: source, f: state } = value;
  const { p: seal, q: replaces, l: place } = value;
  const isScan = hash instanceof Uint8Array && typeof source === "string";
  if (!isScan || [index, received, said].some((each) => typeof each !== "number")) return undefined;
  // A file of our own: what it says of the plate was judged when it came.
  const scan = {
    ...{ code: code.value, state },
    ...(seal !== undefined && { seal }),
    ...(replaces !== undefined && { replaces }),
    ...(place !== undefined && { place }),
  } as PlateScan;
  const order = { saidSeconds: said, receivedMilliseconds: received, index } as Pick<
    SaidOfPlate,
    "saidSeconds" | "receivedMilliseconds" | "index"
  >;
  return { ...scan, ...order, hash, source };
}
