import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBase64, fromHex, hashLeaf, parseCheckpoint, present } from "../../src/core/index.ts";
import type { Client } from "../../src/sdk/index.ts";
import { CITY, code, issueCity, named, signerOf } from "../sdk/world.ts";
import { beginLedger, type RealNode, type RealNodeOptions, startRealNode } from "./real-node.ts";

// A department's dataset on a real node of its own process.

export const OFFICE: string = `${CITY}.02`;
export const AIR: string = `${OFFICE}/DATA/AIR`;

export type DatasetWorld = {
  /** Everything lies below it. */
  readonly root: string;
  readonly node: RealNode;
  /** Signs as the department. */
  readonly owner: Client;
  /** Name of the dataset's log. */
  readonly origin: string;
};

export async function openDatasetWorld(
  name: string,
  options: Partial<RealNodeOptions> = {},
): Promise<DatasetWorld> {
  const root = mkdtempSync(join(tmpdir(), `cityid-${name}-`));
  const node = await startRealNode({ ...options, data: await beginLedger(root) });
  await issueCity(node);
  const key = (word: string, ...uses: ("data" | "govern" | "issue" | "record")[]) => ({
    key: signerOf(word).publicKey,
    uses: uses.sort(),
    label: word,
  });
  const keys = [key("office", "govern", "issue", "record"), key("phone", "data")];
  const item = (text: string, kind: "department" | "class") => ({
    code: code(text),
    kind,
    names: named(text),
  });
  const registered = { ...item(OFFICE, "department"), keys };
  // A city gives no use that its own key lacks.
  const { record } = await node.client.record(CITY);
  const prev = present(fromHex(record.control), "control");
  const all = key("city two", "data", "govern", "issue", "record");
  await node.act({ op: "keys", code: CITY, prev, add: [all] }, CITY, "city");
  await node.act({ op: "register", items: [registered] }, CITY, "city two");
  await node.act({ op: "register", items: [item(`${OFFICE}/DATA`, "class")] }, OFFICE, "office");
  const owner = ownerAt(node);
  return { root, node, owner, origin: await createDataset(node, owner) };
}

export function ownerAt(node: RealNode): Client {
  return node.client.as({ signer: signerOf("office"), holder: `${OFFICE}#1` });
}

/** What `cityid dataset create` does. @returns the name of the log */
async function createDataset(node: RealNode, owner: Client): Promise<string> {
  const log = await owner.openDatasetLog(AIR);
  const { origin } = log;
  const gateway = { key: log.gateway, uses: ["data" as const], label: "node" };
  const scope = { under: code(AIR) };
  const item = { code: code(AIR), kind: "dataset" as const, names: named("空气") };
  // Only who has the use may give it, so the city's key does.
  await node.act({ op: "register", items: [{ ...item }] }, OFFICE, "office");
  const { record } = await node.client.record(AIR);
  const control = present(fromHex(record.control), "control");
  await node.act(
    { op: "keys", code: AIR, prev: control, add: [{ ...gateway, scope }] },
    OFFICE,
    "office",
  );
  await node.act(
    {
      op: "dataset",
      code: code(AIR),
      prev: present(fromHex((await node.client.record(AIR)).record.op), "op"),
      title: { zh: "空气质量", en: "Air quality" },
      licence: "CC-BY-4.0",
      contact: "数据科",
      log: { origin, vkeys: log.vkeys, url: log.url },
    },
    OFFICE,
    "office",
  );
  const checkpoint = parseCheckpoint(log.checkpoint);
  if (!checkpoint.ok) throw new Error(checkpoint.error.code);
  const bundle = await owner.datasetEntry(AIR, 0);
  const genesis = hashLeaf(present(fromBase64(bundle.entry ?? ""), "entry 0"));
  await node.act(
    {
      op: "anchor",
      items: [{ code: code(AIR), checkpoint: log.checkpoint, genesis, path: log.path }],
    },
    OFFICE,
    "office",
  );
  return origin;
}
