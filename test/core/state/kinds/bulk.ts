import {
  type ChunkItem,
  encodeChunk,
  encodeChunkItems,
  hashLeaf,
  type Manifest,
} from "../../../../src/core/index.ts";
import { code, type Signing, type TestLedger } from "../kit.ts";
import { pathsOf, rootOfHashes } from "../model.ts";

/** A manifest over these chunks of items, and the chunk entries once its id is known. */
export type Bulk = {
  readonly manifest: Manifest;
  chunks(id: Uint8Array): Uint8Array[];
};

export function bulk(
  what: Manifest["what"],
  under: string,
  parts: readonly (readonly ChunkItem[])[],
  more: Partial<Manifest> = {},
): Bulk {
  const leaves = parts.map((items) => hashLeaf(encodeChunkItems(items)));
  const manifest: Manifest = {
    op: "manifest",
    what,
    under: code(under),
    count: parts.reduce((sum, { length }) => sum + length, 0),
    chunks: parts.length,
    root: rootOfHashes(leaves),
    ...more,
  };
  const paths = pathsOf(leaves);
  const chunks = (id: Uint8Array): Uint8Array[] =>
    parts.map((items, index) =>
      encodeChunk({ manifest: id, index, items, path: paths[index] ?? [] }),
    );
  return { manifest, chunks };
}

/** Signs the manifest and has all its chunks taken. @returns the id of the manifest */
export function take(ledger: TestLedger, { manifest, chunks }: Bulk, signing: Signing): Uint8Array {
  const { id } = ledger.must(manifest, signing);
  for (const outcome of ledger.block(chunks(id))) {
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  }
  return id;
}
