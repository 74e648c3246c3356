import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  type ChildGenesis,
  type Code,
  type CodeRecord,
  codeKey,
  decodeCbor,
  equalBytes,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  hashMapKey,
  hex,
  parseTilePath,
  present,
  sha256,
  utf8,
  verifierKey,
  verifyMapProof,
} from "../../../src/core/index.ts";
import {
  createEmbeddedLedger,
  openEmbeddedLedger,
  Replayer,
} from "../../../src/ledger/embedded/index.ts";
import type { Ledger } from "../../../src/ledger/index.ts";
import { createLog } from "../../../src/log/index.ts";
import { auditDirectory, type HandOver, handOver, replayParent } from "../../../src/node/index.ts";
import { type Client, createClient } from "../../../src/sdk/index.ts";
import { issueCity, lampManifest, must } from "../../contract/ledger.ts";
import { city, code, GENESIS, keySpec, named, sign } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";

// A namespace is handed over whose import fills many records of the journal, and is applied in more than one step.
// CITYID_LARGE_IMPORT=300000 makes one that is larger than what a single record can hold.

const THINGS = Number(process.env.CITYID_LARGE_IMPORT ?? 9216);
const IS_LARGE = THINGS > 100_000;
const EACH = 256;
const CHILD = "child.test/log";
const MA1301 = code("MA.156.1301") as Code;
const LAMPS = code(`${MA1301}/LAMP`) as Code;
const PATIENCE_MILLISECONDS = IS_LARGE ? 3_600_000 : 120_000;

const root = mkdtempSync(join(tmpdir(), "cityid-large-"));
afterAll(() => discard(root));

const seed = sha256(utf8("log key"));
const CHILD_KEY = verifierKey(CHILD, "ed25519", publicEd25519(seed));
const clock = { now: GENESIS.time + 1000 };

function openLedger(directory: string, origin: string) {
  return openEmbeddedLedger({
    directory,
    origin,
    signers: [{ key: verifierKey(origin, "ed25519", publicEd25519(seed)), seed }],
    clock: { wallMilliseconds: () => clock.now, monotonicMilliseconds: () => clock.now },
    workers: IS_LARGE ? 1 : 0,
  });
}

/** A city with many lamps, which it delegates to a ledger of its own; what that takes over, from what the parent serves. */
async function handedOver(): Promise<HandOver> {
  const directory = join(root, "parent");
  await createEmbeddedLedger(directory, GENESIS);
  const opened = await openLedger(directory, GENESIS.origin);
  await using ledger = opened.ledger;
  await issueCity({ ledger, clock });
  const { manifest, chunks } = lampManifest(clock.now, Math.ceil(THINGS / EACH), EACH);
  must((await ledger.submit([manifest]))[0]);
  for (let at = 0; at < chunks.length; at += 16) {
    for (const outcome of await ledger.submit(chunks.slice(at, at + 16))) must(outcome);
  }
  const { control: prev } = readValue<CodeRecord>(ledger, codeKey(MA1301));
  const policy = `log ${formatVerifierKey(verifierKey(CHILD, "ed25519", publicEd25519(seed)))}\nquorum none\n`;
  const start = { op: "delegate", code: MA1301, prev, do: "start" } as const;
  const body = { ...start, origin: CHILD, policy, url: "https://child.test" };
  must((await ledger.submit([sign(body, city, clock.now)]))[0]);
  while (ledger.published().size < ledger.head().size) {
    clock.now += 1000;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const log = await timed("parent replayed", () =>
    replayParent({
      parent: { ...UNREACHABLE, ...servedBy(ledger) },
      policy: `log ${formatVerifierKey(verifierKey(GENESIS.origin, "ed25519", publicEd25519(seed)))}\nquorum none\n`,
      directory: join(root, "copies"),
      nowMilliseconds: () => clock.now,
    }),
  );
  return timed("import chosen", () =>
    handOver(log, { code: MA1301, log: CHILD_KEY, directory: root }),
  );
}

const UNREACHABLE = createClient({ url: "http://127.0.0.1:1", attempts: 1 });

function servedBy(ledger: Ledger): Pick<Client, "checkpoint" | "tile"> {
  return {
    checkpoint: async () => ledger.published().checkpoint,
    async tile(path) {
      const tile = parseTilePath(path);
      if (!tile.ok) throw new Error(path);
      const { kind, index, width } = tile.value;
      const bytes =
        kind === "entries"
          ? ledger.bundle(index, width)
          : ledger.tile(tile.value.level, index, width);
      return present(bytes, path);
    },
  };
}

function readValue<T>(ledger: Ledger, key: string): T {
  const value = decodeCbor(present(ledger.value(key), key));
  if (!value.ok) throw new Error(value.error.code);
  return value.value as T;
}

function genesisOf({ parent, commitment }: HandOver): ChildGenesis {
  const policy = `log ${formatVerifierKey(verifierKey(CHILD, "ed25519", publicEd25519(seed)))}\nquorum none\n`;
  const owner = { id: "OWNER", names: { zh: "市" }, keys: [keySpec("city", ["govern", "issue"])] };
  return {
    app: 1,
    origin: CHILD,
    time: clock.now,
    members: [owner],
    thresholds: { issue: 1, govern: 1 },
    recoveryDelay: 7 * 24 * 3600,
    voidWindow: 30 * 24 * 3600,
    policy,
    parent,
    imports: commitment,
  };
}

/** Takes the time and the memory of each step, for the manual run. */
async function timed<T>(what: string, act: () => Promise<T> | T): Promise<T> {
  const began = performance.now();
  const result = await act();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  if (IS_LARGE) console.log(`${what}: ${seconds} s, ${megabytes} MB resident`);
  return result;
}

test(
  `takes ${THINGS} things over, writes on, and proves, replays and audits as any ledger`,
  async () => {
    await using handed = await handedOver();
    const { imports } = handed;
    const { bytes } = imports;
    const directory = join(root, "child", "ledger");
    const genesis = genesisOf(handed);
    // Far below what a record can hold, so that a few thousand things are many of them.
    const maxRecordBytes = IS_LARGE ? undefined : 100_000;
    await timed("block 0 written", () =>
      createEmbeddedLedger(
        directory,
        genesis,
        imports,
        maxRecordBytes === undefined ? {} : { maxRecordBytes },
      ),
    );
    expect(statSync(join(directory, "journal")).size).toBeGreaterThan(bytes);
    if (IS_LARGE) expect(bytes).toBeGreaterThan(64 * 1024 * 1024);
    // There as a whole or not at all: a second beginning finds it and changes nothing; another one is refused.
    const written = statSync(join(directory, "journal")).size;
    await createEmbeddedLedger(directory, genesis, imports);
    expect(statSync(join(directory, "journal")).size).toBe(written);
    const fewer = { length: imports.length - 1, at: (i: number) => imports.at(i) };
    await expect(createEmbeddedLedger(directory, genesis, fewer)).rejects.toThrow();

    let begunRoot: Hash;
    {
      const opened = await timed("child opened", () => openLedger(directory, CHILD));
      await using ledger = opened.ledger;
      expect(ledger.head().size).toBe(imports.length + 2);
      begunRoot = ledger.head().mapRoot;
      const { count } = readValue<CodeRecord>(ledger, codeKey(LAMPS)).children;
      expect(count).toBe(Math.ceil(THINGS / EACH) * EACH);
      expect(ledger.blockOf(3)).toMatchObject({ first: 0, count: imports.length + 1, height: 0 });
      const lamp = `${LAMPS}/000777`;
      const { head, values } = await ledger.prove([codeKey(code(lamp))]);
      const [proven] = values;
      const hash = sha256(present(proven?.value, "a lamp")) as Hash;
      const path = present(proven, "a proof").map;
      const key = hashMapKey(codeKey(code(lamp)));
      expect(verifyMapProof(head.mapRoot, key, hash, path).ok).toBe(true);
      await timed("children listed", async () => {
        const page = await ledger.children(LAMPS, 700, 100);
        expect(page?.codes[77]).toBe(lamp);
      });
      const { op: prev } = readValue<CodeRecord>(ledger, codeKey(code(lamp)));
      const update = { op: "update", code: code(lamp), prev, names: named("新名") } as const;
      must((await ledger.submit([sign(update, { ...city, aud: CHILD }, clock.now)]))[0]);
    }
    // Begun with what is derived from it, the first start applies nothing again, and comes to the same.
    const derived = join(root, "derived", "ledger");
    await createEmbeddedLedger(derived, genesis, imports, { derive: true });
    {
      const opened = await openLedger(derived, CHILD);
      await using ledger = opened.ledger;
      expect(opened.recovery.replayedEntries).toBe(0);
      expect(hex(ledger.head().mapRoot)).toBe(hex(begunRoot));
      const page = present(await ledger.children(LAMPS, 700, 100), "children");
      expect(page.codes[77]).toBe(`${LAMPS}/000777`);
    }
    const again = await timed("child opened again", () => openLedger(directory, CHILD));
    const { head, log } = await (async () => {
      await using ledger = again.ledger;
      const all = Array.from({ length: ledger.head().size }, (_, i) =>
        present(ledger.entry(i), "entry"),
      );
      return { head: ledger.head(), log: all };
    })();

    const report = await timed("data directory audited", () => auditDirectory(join(root, "child")));
    expect(report).toMatchObject({ intact: true, entries: head.size, blocks: 2 });
    const replayer = await Replayer.open(
      { directory: join(root, "audit"), origin: CHILD, workers: 1 },
      async () => undefined,
    );
    await timed("log replayed by an auditor", async () => {
      for (let at = 0; at < log.length; at += 256) {
        const some = log.slice(at, at + 256);
        expect(await replayer.take(some, (i) => hashLeaf(some[i] as Uint8Array))).toBeUndefined();
      }
      const end = await replayer.end();
      expect(end).toMatchObject({ ok: true, value: { size: head.size } });
      expect(end.ok && equalBytes(end.value.mapRoot, head.mapRoot)).toBe(true);
    });
    await replayer.close();
    if (IS_LARGE) {
      console.log(`${imports.length} import entries, ${Math.round(bytes / 1e6)} MB`);
    }
  },
  PATIENCE_MILLISECONDS,
);

test("an audit notices a block 0 that breaks off between its records", async () => {
  const entries = Array.from({ length: 40 }, (_, i) => utf8(`entry ${i}`));
  const directory = join(root, "cut", "ledger");
  await createLog({ directory, origin: CHILD }, entries, 50);
  expect(await auditDirectory(join(root, "cut"))).toMatchObject({
    intact: false,
    refusal: { code: "REPLAY_BLOCK_ENTRY", index: 40, why: "none" },
  });
});
