import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  decodeBlockEntry,
  decodeOwnCbor,
  type GazetteItem,
  type GazetteValue,
  type Hash,
  type NoteSigner,
  sameHash,
  sha256,
  utf8,
  verifierKey,
  verifyMapProof,
} from "../../../src/core/index.ts";
import { createEmbeddedLedger, openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import type { StateProof } from "../../../src/ledger/index.ts";
import { nodeFiles, type OpenFile } from "../../../src/log/index.ts";
import { code, fact, GENESIS, member, ORIGIN, sign } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";

// What a ledger still does when a block could not be made durable: the disk takes the bytes and fails to sync them.

const seed = sha256(utf8("log key"));
const signer: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };
const clock = { wallMilliseconds: () => GENESIS.time + 1000, monotonicMilliseconds: () => 0 };

let directory: string;
let isBroken = false;

beforeEach(async () => {
  isBroken = false;
  directory = mkdtempSync(join(tmpdir(), "cityid-failed-commit-"));
  await createEmbeddedLedger(directory, GENESIS);
  const { open } = nodeFiles;
  vi.spyOn(nodeFiles, "open").mockImplementation((path, mode, permissions) => {
    const file = open(path, mode, permissions);
    return path.endsWith("journal") ? breakable(file) : file;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  discard(directory);
});

function breakable(file: OpenFile): OpenFile {
  const { sync } = file;
  file.sync = async () => {
    if (isBroken) throw Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
    return sync.call(file);
  };
  return file;
}

const open = () =>
  openEmbeddedLedger({ directory, origin: ORIGIN, signers: [signer], clock, workers: 0 });

const gazette = (item: GazetteItem) =>
  sign({ op: "gazette", items: [item] }, member("A"), GENESIS.time + 1000);
const listing = (division: string) => gazette({ code: code(division), add: [fact()] });

const OLD = "gazette/MA.156.1301";
const NEW = "gazette/MA.156.1302";
const KEYS = [OLD, NEW, "code/MA", "gazette/MA.156.9999"];

/** Whether each value, there or not, follows from the block that the head ends with. */
function expectProved({ head, values, block }: StateProof): void {
  const read = decodeBlockEntry(block);
  if (!read.ok) throw new Error("no block entry");
  expect(sameHash(read.value.mapRoot, head.mapRoot)).toBe(true);
  for (const { key, value, map } of values) {
    const hash = value === undefined ? undefined : (sha256(value) as Hash);
    expect(verifyMapProof(head.mapRoot, sha256(utf8(key)) as Hash, hash, map)).toMatchObject({
      ok: true,
    });
  }
}

test("proves what is durable, and nothing of what could not be made so", async () => {
  const { ledger } = await open();
  const once = fact({ from: "1949", to: "1970" });
  const [first] = await ledger.submit([gazette({ code: code("MA.156.1301"), add: [once] })]);
  expect(first?.ok).toBe(true);
  const { head } = await ledger.prove(KEYS);
  const pinned = await ledger.pin([]);
  isBroken = true;
  // Keys that are new, and one that is there already.
  const { op: prev } = decodeOwnCbor(
    ledger.value(OLD) ?? new Uint8Array(),
  ) as unknown as GazetteValue;
  const more = gazette({ code: code("MA.156.1301"), prev, add: [fact()] });
  const lost = [listing("MA.156.1302"), more, listing("MA.156.1303")].map((each) =>
    ledger.submit([each]),
  );
  for (const each of await Promise.allSettled(lost)) {
    expect(each).toMatchObject({ status: "rejected", reason: { code: "LEDGER_WRITE" } });
  }
  expect(ledger.unready()).toMatchObject({ code: "LEDGER_WRITE", reaction: "fatal" });

  const proof = await vi.waitFor(() => ledger.prove(KEYS), { timeout: 30_000 });
  expect(proof.head).toEqual(head);
  expect(proof.values.map(({ value }) => value !== undefined)).toEqual([true, false, true, false]);
  expectProved(proof);
  const earlier = await ledger.proveAt(pinned.size, KEYS);
  if (earlier !== undefined) expectProved(earlier);
  await expect(ledger.submit([listing("MA.156.1304")])).rejects.toMatchObject({
    code: "LEDGER_WRITE",
  });
  await ledger[Symbol.asyncDispose]();

  // Only the disk knows what it holds: a start goes on from there, and takes what comes again.
  isBroken = false;
  const { ledger: again } = await open();
  const [outcome] = await again.submit([listing("MA.156.1302")]);
  expect(outcome?.ok).toBe(true);
  expectProved(await again.prove(KEYS));
  await again[Symbol.asyncDispose]();
});
