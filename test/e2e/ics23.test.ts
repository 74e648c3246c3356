import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  decodeBlockEntry,
  hashMapKey,
  hex,
  type MapLeaf,
  present,
  utf8,
} from "../../src/core/index.ts";
import { type ClaimedValue, parseProofBundle } from "../../src/verify/bundle.ts";
import { discard } from "../discard.ts";
import { loadOn } from "../node/load.ts";
import { beginLedger, type RealNode, startRealNode, until } from "../node/real-node.ts";
import { CITY, issueCity, registerLampClass } from "../sdk/world.ts";
import {
  base64,
  exchanged,
  existence,
  flip,
  pick,
  type Statement,
  withExists,
  withFlippedStep,
} from "./ics23-statements.ts";
import { replayMap } from "./replayed-map.ts";

// Proofs that a node serves, judged by the library of ICS-23, which shares no line with us. It knows presence as a path, and
// absence as the paths of both neighbours; the paths come from the node, and whose neighbour somebody is from a replay of its log.

const hasGo = spawnSync("go", ["version"]).status === 0;

describe.skipIf(!hasGo)("the map of a live ledger (needs Go)", () => {
  let root: string;
  let node: RealNode;
  let replayed: ReturnType<typeof replayMap>;
  let library: (statements: readonly Statement[]) => readonly boolean[];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "cityid-ics23-"));
    const program = join(root, "check");
    const module = fileURLToPath(new URL("../go", import.meta.url));
    execFileSync("go", ["build", "-o", program, "."], { cwd: module, stdio: "inherit" });
    library = (statements) =>
      JSON.parse(
        execFileSync(program, ["map"], { input: JSON.stringify(statements), encoding: "utf8" }),
      );
    node = await startRealNode({ data: await beginLedger(root) });
    await issueCity(node);
    await registerLampClass(node);
    const load = loadOn(node);
    await until(async () => load.acknowledged.length >= 200 || undefined);
    await load.stop();
    replayed = replayMap(node.data);
  });
  afterAll(async () => {
    await node?.stop();
    discard(root);
  });

  test("holds what the library says is there, under the root of a block", async () => {
    const keys = ["code/MA", `code/${CITY}`, "member/A", ...replayed.keys.slice(-20)];
    const statements = await Promise.all(keys.map(presence));
    expect(library(statements)).toEqual(keys.map(() => true));
  });

  test("holds nothing where the library says so, between both neighbours and at both ends", async () => {
    const keys = ["code/MA.156.9999", "no such key", replayed.belowAll, replayed.aboveAll];
    const statements = await Promise.all(keys.map(absence));
    expect(statements.map(({ Left, Right }) => [Left !== undefined, Right !== undefined])).toEqual([
      [true, true],
      [true, true],
      [false, true],
      [true, false],
    ]);
    expect(library(statements)).toEqual([true, true, true, true]);
  });

  test("is not believed in anything that was tampered with", async () => {
    const there = await presence(`code/${CITY}`);
    const away = await absence("code/MA.156.9999");
    const other = await presence("code/MA");
    const tampered: readonly (readonly [string, Statement])[] = [
      ["another root", { ...there, Root: flip(there.Root) }],
      ["another value", { ...there, Value: flip(there.Value ?? "") }],
      ["another value in the proof too", withExists(there, { Value: flip(there.Value ?? "") })],
      ["the proof of another key", { ...there, ...pick(other, "Exists") }],
      ["a path that lost a step", withExists(there, { Path: there.Exists?.Path.slice(1) ?? [] })],
      ["a path with another hash", withExists(there, { Path: withFlippedStep(there) })],
      ["absence of what is there", { ...away, Key: there.Key }],
      [
        "absence without its left neighbour",
        { Root: away.Root, Key: away.Key, ...pick(away, "Right") },
      ],
      [
        "absence beside somebody who is no neighbour",
        { ...away, Left: present(other.Exists, "a path") },
      ],
      ["absence with the neighbours exchanged", { ...away, ...exchanged(away) }],
    ];
    const verdicts = library(tampered.map(([, statement]) => statement));
    expect(tampered.filter((_, i) => verdicts[i])).toEqual([]);
    expect(library([there, away])).toEqual([true, true]);
  });

  /** A claim that the node makes, with the root of the map in the newest block. */
  async function ask(key: string): Promise<ClaimedValue & { readonly root: string }> {
    const bundle = parseProofBundle(await node.client.proof(key));
    if (!bundle.ok) throw new Error(bundle.error.code);
    const block = decodeBlockEntry(bundle.value.block);
    if (!block.ok) throw new Error(block.error.code);
    expect(hex(block.value.mapRoot)).toBe(replayed.root);
    return { ...bundle.value, root: base64(block.value.mapRoot) };
  }

  async function presence(key: string): Promise<Statement> {
    const { root: Root, value, map } = await ask(key);
    const Exists = existence(key, present(value, `a value of ${key}`), map);
    return { Root, Key: Exists.Key, Value: Exists.Value, Exists };
  }

  async function absence(key: string): Promise<Statement> {
    const { root: Root, value } = await ask(key);
    expect(value).toBeUndefined();
    const { previous, next } = replayed.map.neighbours(hashMapKey(key));
    const of = async (leaf: MapLeaf | undefined) =>
      leaf && (await presence(present(replayed.byHash.get(hex(leaf.keyHash)), "its key"))).Exists;
    const [Left, Right] = [await of(previous), await of(next)];
    const neighbours = { ...(Left && { Left }), ...(Right && { Right }) };
    return { Root, Key: base64(utf8(key)), ...neighbours };
  }
});
