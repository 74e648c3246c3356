// What anybody reads over HTTP: checkpoint and bundles of a log.
import { decodeEntryBundle, formatTilePath } from "../../dist/core/index.js";

const bundles = new Map();

/** A connection that was kept open is closed when this process was busy for long: then once more. */
export async function get(url) {
  return fetch(url).catch(() => fetch(url));
}

export async function newestSize({ url }) {
  const text = await (await get(`${url}/log/checkpoint`)).text();
  return Number(text.split("\n")[1]);
}

export async function entryAt(ledger, index) {
  const size = await newestSize(ledger);
  const tile = Math.floor(index / 256);
  const width = Math.min(256, size - tile * 256);
  const path = formatTilePath({ kind: "entries", index: tile, width });
  if (!bundles.has(path)) bundles.set(path, new Uint8Array(await (await get(`${ledger.url}/log/${path}`)).arrayBuffer()));
  return decodeEntryBundle(bundles.get(path), width).value[index % 256];
}
