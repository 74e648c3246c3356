// A log as anybody reads it: checkpoint and bundles over HTTP.
import { decodeEntryBundle, formatTilePath } from "../../dist/core/index.js";

const bundles = new Map();

export async function newestSize({ url }) {
  const text = await (await fetch(`${url}/log/checkpoint`)).text();
  return Number(text.split("\n")[1]);
}

export async function entryAt(ledger, index) {
  const size = await newestSize(ledger);
  const tile = Math.floor(index / 256);
  const width = Math.min(256, size - tile * 256);
  const path = formatTilePath({ kind: "entries", index: tile, width });
  if (!bundles.has(path)) bundles.set(path, new Uint8Array(await (await fetch(`${ledger.url}/log/${path}`)).arrayBuffer()));
  return decodeEntryBundle(bundles.get(path), width).value[index % 256];
}
