import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { publicEd25519 } from "#crypto";
import {
  type Code,
  concat,
  encodeBlockEntry,
  Frontier,
  formatPolicy,
  formatTilePath,
  type Hash,
  hashLeaf,
  type Operation,
  present,
  RULE_VERSION,
  readItem,
  signCheckpoint,
  TILE_WIDTH,
  verifierKey,
  verifySignature,
} from "../../src/core/index.ts";
import { beginWith, makeFirstBlock } from "../../src/ledger/begin.ts";
import { makeBlock } from "../../src/ledger/block-maker.ts";
import { LocalMap } from "../../src/ledger/local-map.ts";
import { MemoryValues } from "../../src/ledger/memory/values.ts";
import { LedgerState } from "../../src/ledger/state.ts";
import { signOperation } from "../../src/sdk/index.ts";
import { genesisWith, LOG_SEED, ORIGIN, signerOf } from "../sdk/world.ts";

// A log as whoever has its key could write it: by the rules, or against them.

export const SIGNER = {
  key: verifierKey(ORIGIN, "ed25519", publicEd25519(LOG_SEED)),
  seed: LOG_SEED,
};
export const POLICY: string = formatPolicy({
  logs: [{ key: SIGNER.key }],
  witnesses: [],
  groups: [],
  quorum: "none",
});

/** Writes blocks by the rules, in memory. */
export class Scribe {
  readonly entries: Uint8Array[] = [];
  readonly #values = new MemoryValues();
  readonly #state = new LedgerState(this.#values);
  readonly #map = new LocalMap();
  #last = { size: 0, height: -1, timeMilliseconds: 0 };
  #mapRoot: Hash | undefined;

  static async begin(): Promise<Scribe> {
    const scribe = new Scribe();
    const genesis = genesisWith();
    const begun = beginWith(genesis);
    if (!begun.ok) throw new Error(begun.error.code);
    const parts = { state: scribe.#state, values: scribe.#values, map: scribe.#map };
    const first = await makeFirstBlock(parts, genesis, begun.value);
    const { entries } = first;
    for (let i = 0; i < entries.length; i++) scribe.entries.push(present(entries.at(i), "entry"));
    scribe.#last = first.position;
    scribe.#mapRoot = first.mapRoot;
    return scribe;
  }

  /** A block of operations that the rules take. */
  async write(operations: readonly Uint8Array[]): Promise<void> {
    const timeMilliseconds = Math.max(Date.now(), this.#last.timeMilliseconds);
    const block = await makeBlock(
      { state: this.#state, map: this.#map },
      this.#last,
      {
        origin: ORIGIN,
        timeMilliseconds,
        items: operations.map(readItem),
        check: (key, { alg, sigStructure, sign1 }) =>
          verifySignature(key, alg, sigStructure, sign1).ok,
      },
      () => undefined,
    );
    const refused = block.results.find((result) => !result.ok);
    if (block.entries === undefined || refused !== undefined) {
      throw new Error(JSON.stringify(refused));
    }
    this.#state.commit();
    this.#last = block;
    this.#mapRoot = await block.mapRoot;
    this.close(block.entries, this.#mapRoot);
  }

  /** A block as its writer likes, whatever the rules say. */
  close(operations: readonly Uint8Array[], mapRoot: Hash = present(this.#mapRoot, "a root")): void {
    const first = this.entries.length;
    const count = operations.length;
    const { height, timeMilliseconds: time } = this.#last;
    this.entries.push(
      ...operations,
      encodeBlockEntry({ app: RULE_VERSION, time, count, first, height, mapRoot }),
    );
  }

  /** The next block of `close` is one higher, though nothing was applied. */
  skip(): void {
    this.#last = { ...this.#last, height: this.#last.height + 1 };
  }
}

/** An operation of member A that any member may make alone: facts about division 13xxxx. */
export async function gazette(n: number, word = "member/A"): Promise<Uint8Array> {
  const [city, county] = [1 + Math.floor(n / 99), 1 + (n % 99)].map((x) =>
    String(x).padStart(2, "0"),
  );
  const division = `MA.156.13${city}${county}`;
  const fact = { names: { zh: `区${n}` }, level: "county" as const, from: "1983", source: "test" };
  return signed({ op: "gazette", items: [{ code: division as Code, add: [fact] }] }, word);
}

export async function signed(operation: Operation, word: string, iss = "member/A") {
  const iatSeconds = Math.floor(Date.now() / 1000);
  const signer = signerOf(word);
  const { bytes } = await signOperation({ iss, aud: ORIGIN, iatSeconds, signer, operation });
  return bytes;
}

/** A log by the rules, of at least `size` entries, in blocks of a few. */
export async function writtenLog(size: number, from = 0): Promise<Scribe> {
  const scribe = await Scribe.begin();
  await extend(scribe, size, from);
  return scribe;
}

export async function extend(scribe: Scribe, size: number, from: number): Promise<void> {
  for (let n = from; scribe.entries.length < size; ) {
    const operations: Uint8Array[] = [];
    for (let i = 0; i < 1 + (n % 7); i++) operations.push(await gazette(n++));
    await scribe.write(operations);
  }
}

export type Files = Map<string, Uint8Array>;

/** The files of c2sp.org/tlog-tiles of a log, signed; partial ones only at the right edge. */
export function filesOf(entries: readonly Uint8Array[], signer = SIGNER): Files {
  const files: Files = new Map();
  let row: Hash[] = entries.map(hashLeaf);
  const frontier = Frontier.empty();
  for (const leaf of row) frontier.append(leaf);
  for (let start = 0; start < entries.length; start += TILE_WIDTH) {
    const some = entries.slice(start, start + TILE_WIDTH);
    const tile = { kind: "entries", index: start / TILE_WIDTH, width: some.length } as const;
    files.set(formatTilePath(tile), bundleOf(some));
  }
  for (let level = 0; row.length > 0; level++) {
    const above: Hash[] = [];
    for (let start = 0; start < row.length; start += TILE_WIDTH) {
      const some = row.slice(start, start + TILE_WIDTH);
      const index = start / TILE_WIDTH;
      files.set(
        formatTilePath({ kind: "hashes", level, index, width: some.length }),
        concat(...some),
      );
      if (some.length < TILE_WIDTH) continue;
      const over = Frontier.empty();
      for (const hash of some) over.append(hash);
      above.push(over.root());
    }
    row = above;
  }
  const checkpoint = { origin: signer.key.name, size: entries.length, root: frontier.root() };
  files.set("checkpoint", new TextEncoder().encode(signCheckpoint(checkpoint, [signer])));
  return files;
}

export function bundleOf(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 255), entry]),
  );
}

/** Serves files, and counts who asks for what. */
export type FileServer = AsyncDisposable & {
  readonly url: string;
  files: Files;
  /** Paths below `/log/`, in the order in which they were asked for. */
  readonly asked: string[];
  /** Answers instead of the file, where it returns `true`. */
  instead: (path: string, response: ServerResponse) => boolean;
};

export async function serveFiles(files: Files): Promise<FileServer> {
  const served: FileServer = {
    url: "",
    files,
    asked: [],
    instead: () => false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/^\/log\//, "");
    served.asked.push(path);
    if (served.instead(path, response)) return;
    if (path === "/.well-known/cityid") {
      response.end(JSON.stringify({ policy: POLICY }));
      return;
    }
    const bytes = served.files.get(path);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(served, { url: `http://127.0.0.1:${port}` });
}
