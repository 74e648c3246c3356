import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  encodeChunk,
  encodeChunkItems,
  hashLeaf,
  hex,
  inclusionPath,
  present,
  type RegisterItem,
  rootOf,
  treeOf,
} from "../../src/core/index.ts";
import { discard } from "../discard.ts";
import { CITY, code, issueCity, LAMPS, named, registerLampClass, signAs } from "../sdk/world.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// What can go wrong with the parts of an import between a client and its node.

let root: string;
let node: RealNode;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-chunks-"));
  node = await startRealNode({ data: await beginLedger(root) });
  await issueCity(node);
  await registerLampClass(node);
});
afterAll(async () => {
  await node.stop();
  discard(root);
});

const CHUNKS = 4;
const EACH = 3;
let lamps = 0;
let id: Uint8Array;
let groups: readonly (readonly RegisterItem[])[];
/** The entry of a chunk, with its own path or another. */
let chunk: (index: number, path?: readonly Uint8Array[]) => Uint8Array;

/** A manifest in the ledger, of twelve lamps in four chunks, and no chunk yet. */
beforeEach(async () => {
  const lamp = (): RegisterItem => ({
    code: code(`${LAMPS}/${String(lamps++).padStart(6, "0")}`),
    kind: "thing",
    names: named("路灯"),
  });
  groups = Array.from({ length: CHUNKS }, () => Array.from({ length: EACH }, lamp));
  const tree = treeOf(groups.map((items) => hashLeaf(encodeChunkItems(items))));
  chunk = (index, path = inclusionPath(tree, index)) =>
    encodeChunk({ manifest: id, index, items: present(groups[index], "items"), path });
  const terms = { what: "register" as const, under: code(LAMPS), count: CHUNKS * EACH };
  const manifest = { op: "manifest" as const, ...terms, chunks: CHUNKS, root: rootOf(tree) };
  const signed = await signAs(manifest, CITY, "city");
  id = signed.id;
  expect(await node.client.submit(signed.bytes)).toMatchObject({ status: "accepted" });
});

/** Sends each alone, one after the other. */
async function send(...chunks: readonly Uint8Array[]): Promise<readonly unknown[]> {
  const answers = [];
  for (const bytes of chunks) {
    const headers = { "content-type": "application/cose" };
    const body = new Uint8Array(bytes);
    const response = await fetch(`${node.url}/v1/operations`, { method: "POST", headers, body });
    const { code: why, facts, status } = await response.json();
    answers.push({ http: response.status, ...(why ? { why, facts } : { status }) });
  }
  return answers;
}

const stateOf = async (index: number) => {
  const { code: text } = present(groups[index]?.[0], "a lamp");
  const response = await fetch(`${node.url}/v1/codes/${encodeURIComponent(text)}`);
  return response.status;
};
const missing = async () => (await node.client.manifest(hex(id))).missing;
const TAKEN = { http: 200, status: "accepted" };

describe("chunks of an import, through HTTP", () => {
  test("out of order are taken, and nothing is missing in the end", async () => {
    expect(await send(chunk(3), chunk(0))).toEqual([TAKEN, TAKEN]);
    expect(await missing()).toEqual([[1, 2]]);
    expect(await send(chunk(2), chunk(1))).toEqual([TAKEN, TAKEN]);
    expect(await node.client.manifest(hex(id))).toMatchObject({ taken: CHUNKS, missing: [] });
    for (let index = 0; index < CHUNKS; index++) expect(await stateOf(index)).toBe(200);
  });

  test("twice are answered twice, and done once", async () => {
    await send(chunk(1));
    const { size } = await node.client.stats();
    const again = await node.client.submit(chunk(1));
    expect(again).toMatchObject({ status: "accepted", repeated: true });
    expect((await node.client.stats()).size).toBe(size);
    expect(await missing()).toEqual([
      [0, 0],
      [2, 3],
    ]);
  });

  test("with a path that is another's, too short, too long or of nothing change nothing", async () => {
    const { size } = await node.client.stats();
    const own = inclusionPath(treeOf(groups.map((items) => hashLeaf(encodeChunkItems(items)))), 0);
    const wrong = [
      [...own].reverse(),
      own.slice(1),
      [...own, hashLeaf(new Uint8Array())],
      [],
      own.map((_, i) => new Uint8Array(32).fill(i)),
    ];
    for (const path of wrong) {
      expect(await send(chunk(0, path))).toMatchObject([
        { http: 422, why: expect.stringMatching(/^PROOF_(ROOT|LENGTH)$/) },
      ]);
    }
    expect((await node.client.stats()).size).toBe(size);
    expect(await stateOf(0)).toBe(404);
    expect(await send(chunk(0))).toEqual([TAKEN]);
  });

  test("under another index than their own, beyond the last one, or of no manifest are refused", async () => {
    const items = present(groups[1], "items");
    const entry = (index: number, manifest = id) =>
      encodeChunk({ manifest, index, items, path: [] });
    expect(await send(entry(0), entry(CHUNKS), entry(1, new Uint8Array(32)))).toMatchObject([
      { http: 422, why: "PROOF_LENGTH" },
      { http: 422, why: "PROOF_INDEX" },
      { http: 422, why: "BULK_MANIFEST_UNKNOWN" },
    ]);
  });

  test("that never come are listed as missing, and what came can be taken back", async () => {
    await send(chunk(0));
    expect(await missing()).toEqual([[1, 3]]);
    expect(await stateOf(3)).toBe(404);
    await node.act({ op: "void", registration: id, reason: "never finished" }, CITY, "city");
    expect(await send(chunk(1))).toMatchObject([{ http: 409, why: "BULK_MANIFEST_VOID" }]);
    const [text] = groups[0]?.map((item) => item.code) ?? [];
    expect(await node.client.record(text ?? "")).toMatchObject({ effective: { status: "void" } });
  });
});
