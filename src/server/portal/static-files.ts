import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { etagOf } from "../http/etag.ts";

/** One file, ready to be answered. */
export type StaticFile = {
  readonly bytes: Uint8Array;
  /** Absent where compressing gains nothing. */
  readonly gzipped?: Uint8Array;
  readonly type: string;
  readonly etag: string;
  /** Its name holds a hash of its content. */
  readonly isHashed: boolean;
};

/** Files by path, from `/index.html` on. All are in memory: no path of a request ever reaches the disk. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

const TYPES: { readonly [extension: string]: string } = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Vite names a file after its content: `index-B7f3kQ2x.js`. */
const HASHED = /-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/;
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|javascript|wasm|manifest)|image\/svg)/;

/** Reads a built portal. @throws when the directory cannot be read */
export async function staticFiles(directory: string): Promise<StaticFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
    .map((path) => path.replaceAll("\\", "/"));
  const files = await Promise.all(
    names.map(async (name) => [join("/", name), await loadFile(join(directory, name))] as const),
  );
  return new Map(files);
}

const compress = promisify(gzip);

async function loadFile(path: string): Promise<StaticFile> {
  const bytes = await readFile(path);
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  const gzipped = COMPRESSIBLE.test(type) ? await compress(bytes) : undefined;
  return {
    bytes,
    ...(gzipped !== undefined && gzipped.length < bytes.length && { gzipped }),
    type,
    etag: etagOf(bytes),
    isHashed: HASHED.test(path),
  };
}
