import { readFileSync } from "node:fs";
import type { Operation } from "../../src/core/index.ts";
import { issueCity } from "../sdk/world.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// The ledger of vectors/resolver/world.json, made through the public API of a real node.

type Step = { readonly by: string; readonly op: string; readonly mark?: string } & {
  readonly [field: string]: unknown;
};

type WorldFile = {
  readonly cities: readonly string[];
  readonly steps: readonly Step[];
  readonly day: { readonly of: string };
};

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
type Json = any;

export const VECTORS: URL = new URL("../../vectors/resolver/", import.meta.url);

export function readJson(file: string): Json {
  return JSON.parse(readFileSync(new URL(file, VECTORS), "utf8"));
}

/** A node with that ledger, and what the placeholders of the cases mean there. */
export type ResolverWorld = {
  readonly node: RealNode;
  readonly words: ReadonlyMap<string, string>;
};

export async function openResolverWorld(root: string): Promise<ResolverWorld> {
  const data = await beginLedger(root);
  const node = await startRealNode({ data, args: ["--public-url", "https://id.example"] });
  const { cities, steps, day }: WorldFile = readJson("world.json");
  const words = new Map<string, string>();
  for (const city of cities) await issueCity(node, city);
  for (const { mark, ...step } of steps) {
    if (mark !== undefined) words.set(mark, String((await node.client.node()).size));
    await carryOut(node, step);
  }
  const ended: Json = await recordOf(node, day.of);
  const today = Date.parse(`${ended.recorded.slice(0, 10)}T00:00:00Z`);
  for (const [name, days] of [
    ["before", -1],
    ["day", 0],
    ["after", 1],
  ] as const) {
    words.set(name, new Date(today + days * 24 * 3_600_000).toISOString().slice(0, 10));
  }
  words.set("digits240", "7".repeat(240));
  words.set("x3000", "x".repeat(3000));
  words.set("x9000", "x".repeat(9000));
  words.set("types1000", Array.from({ length: 1000 }, (_, n) => `a/${n}`).join(","));
  await waitForIndex(node);
  return { node, words };
}

async function recordOf({ url }: RealNode, code: string): Promise<Json> {
  return (await fetch(`${url}/v1/codes/${encodeURIComponent(code)}`)).json();
}

/** Fills in what only the ledger knows, and signs. */
async function carryOut(node: RealNode, { by, ...step }: Step): Promise<void> {
  const hashOf = async (code: string, field: string) =>
    Uint8Array.from(Buffer.from((await recordOf(node, code)).record[field], "hex"));
  const filled: Json = { ...step };
  switch (step.op) {
    case "update":
      filled.prev = await hashOf(filled.code, "op");
      break;
    case "status":
    case "delegate":
      filled.prev = await hashOf(filled.code, "control");
      break;
    case "void":
      filled.registration = await hashOf(filled.code, "registration");
      delete filled.code;
      break;
    case "succeed":
      for (const side of ["from", "to"]) {
        filled[side] = await Promise.all(
          filled[side].map(async (code: string) => ({ code, prev: await hashOf(code, "op") })),
        );
      }
      break;
    case "register":
      filled.items = await Promise.all(
        filled.items.map(async (item: Json) =>
          item.after ? { ...item, after: await hashOf(item.code, "control") } : item,
        ),
      );
      break;
  }
  await node.act(filled as Operation, by, by.startsWith("member/") ? by : "city");
}

/** Aliases are found by an index that is a little behind. */
async function waitForIndex({ url }: RealNode): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/v1/codes?kind=thing`);
    const { indexedSize, size }: Json = await response.json();
    if (indexedSize >= size) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
