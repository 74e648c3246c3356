import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  anchorKey,
  type Code,
  codeKey,
  decodeCbor,
  encodeCbor,
  formatKeyId,
  formatVerifierKey,
  hashLeaf,
  hex,
  importRoot,
  type Operation,
  parseCheckpoint,
  parseTilePath,
  present,
  rootOf,
  signCheckpoint,
  treeOf,
} from "../../../src/core/index.ts";
import { openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import type { Ledger } from "../../../src/ledger/index.ts";
import { encodeBundle } from "../../../src/log/entries.ts";
import { createLog, type FileSystem, nodeFiles } from "../../../src/log/index.ts";
import { dataDirectory, readDescription } from "../../../src/node/data-directory.ts";
import {
  anchorOnce,
  auditDirectory,
  beginChild,
  type ChildBeginning,
  handOver,
  logKey,
  replayParent,
} from "../../../src/node/index.ts";
import { listen } from "../../../src/node/listen.ts";
import { quietLog } from "../../../src/node/log.ts";
import { readSeed, seedFile } from "../../../src/node/secrets.ts";
import { writeFraud } from "../../../src/node/witness.ts";
import { type Client, createClient, signerFromSeed } from "../../../src/sdk/index.ts";
import { type FraudProof, formatFraudProof } from "../../../src/witness/index.ts";
import { runCli } from "../../cli/served-world.ts";
import { child, city, code, named, sign, testKey } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import { logSigner, MA1301, openCity, type World } from "../../server/world.ts";

const CHILD = "child.test/log";
const DEPT = `${MA1301}.02`;

let root: string;
let world: World;
let parent: Client;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-child-"));
  const fraud = (proof: FraudProof) => writeFraud(dataDirectory(root), proof, quietLog());
  world = await openCity({}, { fraud });
  parent = clientOf(world);
  await world.do({ op: "register", items: [child(`${DEPT}/BENCH`, "class")] }, city);
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  discard(root);
});

function clientOf({ app }: World): Client {
  const fetch = (request: Request) => app.fetch(request, { remoteAddress: "127.0.0.1" });
  return createClient({ url: "https://node.test", fetch, attempts: 1 });
}

const delegate = {
  code: MA1301 as Code,
  iss: MA1301,
  signer: signerFromSeed(testKey("city").seed),
};

async function beginning(more: Partial<ChildBeginning> = {}): Promise<ChildBeginning> {
  return {
    dataDirectory: join(root, "child"),
    parent,
    parentPolicy: (await parent.node()).policy,
    delegate,
    publicUrl: "https://child.test",
    origin: CHILD,
    nowMilliseconds: () => world.clock.now,
    ...more,
  };
}

const idOf = (seed: Uint8Array) => formatKeyId(logKey(CHILD, seed).id);

const recordOf = () => readValue(world.ledger, codeKey(MA1301 as Code)) as { control: Uint8Array };

async function delegateOn(operation: object): Promise<void> {
  await world.do({ op: "delegate", code: code(MA1301), ...operation } as Operation, city);
  world.clock.now += 2000;
}

/** Every file below a directory, with what it holds. */
function filesBelow(directory: string): readonly (readonly [string, string])[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  return paths.sort().map((path) => [path, readFileSync(path, "hex")] as const);
}

/** The child's ledger, as its node opens it. */
async function openChild(name = "child"): Promise<Ledger> {
  const seed = present(await readSeed(join(root, name, "keys", "log.key")), "the log's key");
  const { ledger } = await openEmbeddedLedger({
    directory: join(root, name, "ledger"),
    origin: CHILD,
    signers: [{ key: logKey(CHILD, seed), seed }],
    clock: {
      wallMilliseconds: () => world.clock.now,
      monotonicMilliseconds: () => world.clock.now,
    },
    confirmClock: true,
    workers: 1,
  });
  return ledger;
}

function readValue(ledger: Ledger, key: string): Record<string, unknown> {
  const value = decodeCbor(present(ledger.value(key), key));
  if (!value.ok) throw new Error(value.error.code);
  return value.value as never;
}

/** Renames a code in the child's own ledger, or several in one block. */
async function rename(ledger: Ledger, of: string | readonly string[], name: string): Promise<void> {
  const operations = [of].flat().map((each) => {
    const prev = readValue(ledger, `code/${each}`).op as Uint8Array;
    const op = { op: "update", code: code(each), prev, names: named(name) } as const;
    return sign(op, { ...city, aud: CHILD }, world.clock.now);
  });
  for (const outcome of await ledger.submit(operations)) {
    if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  }
}

const anchored = () => readValue(world.ledger, anchorKey(MA1301 as Code));
const sizeOf = (checkpoint: unknown) => {
  const parsed = parseCheckpoint(String(checkpoint));
  return parsed.ok ? parsed.value.size : -1;
};

describe("the ledger of a delegated code", () => {
  test("begins with the subtree as its parent froze it, and is delegated on the way", async () => {
    expect(await beginChild(await beginning())).toBe(true);
    const record = readValue(world.ledger, codeKey(MA1301 as Code));
    expect(record.delegation).toMatchObject({ origin: CHILD, url: "https://child.test" });
    await using ledger = await openChild();
    const { delegation, ...own } = record;
    expect(readValue(ledger, codeKey(MA1301 as Code))).toEqual(own);
    expect(readValue(ledger, `code/${DEPT}/BENCH`)).toEqual(
      readValue(world.ledger, `code/${DEPT}/BENCH`),
    );
    const page = present(await ledger.children(MA1301, 0, 10), "children");
    expect(page.codes).toEqual((await world.ledger.children(MA1301, 0, 10))?.codes);
    await rename(ledger, DEPT, "新名");
    expect((await auditDirectory(join(root, "child"))).intact).toBe(true);
  });

  test("is begun once, also when it was broken off before its description", async () => {
    await beginChild(await beginning());
    expect(await beginChild(await beginning())).toBe(false);
    const file = join(root, "child", "cityid.json");
    const before = readFileSync(file, "utf8");
    rmSync(file);
    expect(await beginChild(await beginning())).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(before);
    const { policy } = await parent.node();
    const described = { url: "https://node.test", code: MA1301, policy };
    expect(JSON.parse(before).parent).toEqual(described);
  });

  test("never counts as begun without knowing its parent, whenever the process dies", async () => {
    let isDead = false;
    const alive = <A extends readonly unknown[], R>(call: (...args: A) => R) => {
      return (...args: A): R => {
        if (isDead) throw new Error("the process is gone");
        return call(...args);
      };
    };
    // It dies as soon as the directory counts as begun.
    const files: FileSystem = {
      ...nodeFiles,
      open: alive(nodeFiles.open),
      makeDirectory: alive(nodeFiles.makeDirectory),
      syncDirectory: alive(nodeFiles.syncDirectory),
      rename: alive(async (from: string, to: string) => {
        await nodeFiles.rename(from, to);
        isDead = to.endsWith("cityid.json");
      }),
    };
    await expect(beginChild(await beginning({ files }))).rejects.toThrow("the process is gone");
    expect(await beginChild(await beginning())).toBe(false);
    expect(await readDescription(join(root, "child"))).toMatchObject({
      parent: { url: "https://node.test", code: MA1301 },
    });
  });

  test("does not begin where the code lives elsewhere, or under a parent that is not believed", async () => {
    const wrong = { ...(await beginning()), parentPolicy: "quorum none\n" };
    await expect(beginChild(wrong)).rejects.toMatchObject({
      code: "PARENT_CHECKPOINT",
      facts: { why: "NOTE_UNSIGNED" },
    });
    const other = { dataDirectory: join(root, "other"), origin: "other.test/log" };
    await expect(beginChild(await beginning(other))).rejects.toMatchObject({
      code: "PARENT_DELEGATION",
      facts: { want: "other.test/log", got: CHILD },
    });
    const unknown = { delegate: { ...delegate, code: code("MA.156.1302") } };
    await expect(
      beginChild(await beginning({ dataDirectory: join(root, "third"), ...unknown })),
    ).rejects.toMatchObject({ code: "PARENT_DELEGATION", facts: { got: "none" } });
  });

  test("is not begun where the parent vouches for another key, and nothing is changed", async () => {
    await beginChild(await beginning());
    const seed = present(await readSeed(join(root, "child", "keys", "log.key")), "a seed");
    const want = idOf(seed);
    const size = world.ledger.head().size;
    const refused = async (name: string, got: string) => {
      const before = filesBelow(join(root, name));
      const begun = beginChild(await beginning({ dataDirectory: join(root, name) }));
      const facts = { subject: MA1301, want, got };
      await expect(begun).rejects.toMatchObject({ code: "PARENT_LOG_KEY", facts });
      expect(filesBelow(join(root, name))).toEqual(before);
    };
    // A second attempt in a fresh directory, and an old directory with a key of its own.
    await refused("fresh", "none");
    const other = await seedFile(join(root, "old", "keys", "log.key"));
    await refused("old", idOf(other));
    expect(world.ledger.head().size).toBe(size);
    // The child of somebody else.
    const { control: prev } = recordOf();
    const both = [seed, other].map((each) => `log ${formatVerifierKey(logKey(CHILD, each))}\n`);
    await delegateOn({ do: "change", prev, policy: `${both[1]}quorum none\n` });
    await expect(beginChild(await beginning({ dataDirectory: join(root, "fresh") })))
      .rejects //
      .toMatchObject({ code: "PARENT_LOG_KEY", facts: { want: idOf(other), got: "none" } });
    // Delegated to either of two keys, it is the ledger of who has one of them.
    await delegateOn({
      do: "change",
      prev: recordOf().control,
      policy: `${both.join("")}quorum none\n`,
    });
    expect(await beginChild(await beginning({ dataDirectory: join(root, "old") }))).toBe(true);
  });

  test("is not begun anew under its own key, once the parent has anchored it", async () => {
    await beginChild(await beginning());
    {
      await using ledger = await openChild();
      await anchorOnce({ ledger, parent, delegate, nowMilliseconds: () => world.clock.now });
    }
    cpSync(join(root, "child", "keys"), join(root, "keys-alone", "keys"), { recursive: true });
    const before = filesBelow(join(root, "keys-alone"));
    await expect(
      beginChild(await beginning({ dataDirectory: join(root, "keys-alone") })),
    ).rejects.toMatchObject({ code: "PARENT_AHEAD", facts: { got: 0, want: 3 } });
    expect(filesBelow(join(root, "keys-alone"))).toEqual(before);
    await delegateOn({ do: "end", prev: recordOf().control, reason: "x" });
    const anew = { dataDirectory: join(root, "keys-alone") };
    expect(await beginChild(await beginning(anew))).toBe(true);
  });

  test("believes nothing that the parent's checkpoint does not commit to", async () => {
    const lying = (name: string, change: (bundle: Uint8Array) => Uint8Array) =>
      beginning({
        dataDirectory: join(root, name),
        parent: {
          ...parent,
          tile: async (path: string) => {
            const bytes = await parent.tile(path);
            return path.includes("entries") ? change(bytes) : bytes;
          },
        },
      });
    // The parent vouches for the key that was made first.
    const begun = async (name: string, change: (bundle: Uint8Array) => Uint8Array) => {
      const keys = join(root, "flipped", "keys");
      if (name !== "flipped") cpSync(keys, join(root, name, "keys"), { recursive: true });
      return beginChild(await lying(name, change));
    };
    const refusal = (why: string) => ({ code: "PARENT_LOG", facts: { why } });
    const flipped = (bundle: Uint8Array) =>
      bundle.map((byte, i) => (i === bundle.length - 40 ? byte ^ 1 : byte));
    await expect(begun("flipped", flipped)).rejects.toMatchObject(refusal("AUDIT_ENTRY"));
    await expect(begun("cut", (bundle) => bundle.subarray(0, 3))).rejects.toMatchObject(
      refusal("BUNDLE_SHORT"),
    );
    await expect(begun("longer", (bundle) => Uint8Array.of(...bundle, 0))).rejects.toMatchObject(
      refusal("BUNDLE_TRAILING"),
    );
    // Nothing of it was taken: the same directory begins from what is right.
    expect(await begun("flipped", (bundle) => bundle)).toBe(true);
  });

  test("refuses a log that its own key falsified", async () => {
    const entries = Array.from({ length: world.ledger.head().size }, (_, i) =>
      present(world.ledger.entry(i), "entry"),
    );
    // One operation is said to have never been; the log is whole and signed without it.
    const falsified = signedLog(
      world,
      entries.filter((_, i) => i !== 3),
    );
    const replayed = replayParent({
      parent: { ...parent, ...falsified },
      policy: (await parent.node()).policy,
      directory: join(root, "falsified"),
      nowMilliseconds: () => world.clock.now,
    });
    await expect(replayed).rejects.toMatchObject({
      code: "PARENT_REPLAY",
      facts: { cause: "REPLAY_BLOCK_ENTRY" },
    });
  });

  test("finds its block 0 again in the parent's log, byte by byte", async () => {
    await beginChild(await beginning());
    await using ledger = await openChild();
    const genesis = decodeCbor(present(ledger.entry(0), "entry 0"));
    const parentOf = (genesis.ok ? (genesis.value as never)[1] : {}) as {
      parent: { checkpoint: string };
      imports: { root: Uint8Array };
    };
    const size = sizeOf(parentOf.parent.checkpoint);
    await world.do({ op: "gazette", items: [{ code: code("MA.156.1302"), add: [fact] }] }, memberA);
    const entries = Array.from({ length: size }, (_, i) => present(world.ledger.entry(i), "entry"));
    const log = await replayParent({
      parent: { ...parent, ...signedLog(world, entries, parentOf.parent.checkpoint) },
      policy: (await parent.node()).policy,
      directory: join(root, "again"),
      nowMilliseconds: () => world.clock.now,
    });
    const seed = present(await readSeed(join(root, "child", "keys", "log.key")), "a seed");
    const where = { code: MA1301 as Code, log: logKey(CHILD, seed), directory: root };
    await using made = await handOver(log, where);
    expect(hex(made.commitment.root as Uint8Array)).toBe(hex(parentOf.imports.root));
    expect(made.imports.length).toBe(1);
    expect(hex(present(made.imports.at(0), "an import"))).toBe(
      hex(present(ledger.entry(1), "entry 1")),
    );
    const elsewhere = handOver(log, { ...where, log: logKey("other.test/log", seed) });
    await expect(elsewhere).rejects.toMatchObject({
      code: "PARENT_DELEGATION",
      facts: { got: CHILD },
    });
    const foreign = handOver(log, { ...where, log: logKey(CHILD, testKey("city").seed) });
    await expect(foreign).rejects.toMatchObject({ code: "PARENT_LOG_KEY" });
  });
});

/** What a node would serve of a log with these entries, and a checkpoint over them by the world's own key. */
function signedLog(
  { ledger }: World,
  entries: readonly Uint8Array[],
  checkpoint = signCheckpoint(
    {
      origin: ledger.head().origin,
      size: entries.length,
      root: rootOf(treeOf(entries.map(hashLeaf))),
    },
    [logSigner],
  ),
): Pick<Client, "checkpoint" | "tile"> {
  const leaves = entries.map(hashLeaf);
  return {
    checkpoint: async () => checkpoint,
    tile: async (path) => {
      const tile = parseTilePath(path);
      if (!tile.ok) throw new Error(path);
      const { kind, index, width } = tile.value;
      const [from, to] = [index * 256, index * 256 + width];
      if (kind === "entries") return encodeBundle(entries.slice(from, to));
      if (tile.value.level > 0) throw new Error("a larger log than the test makes");
      return new Uint8Array(Buffer.concat(leaves.slice(from, to)));
    },
  };
}

describe("an audit of a child ledger", () => {
  test("refuses a block 0 whose import is not the one of its genesis, or does not fit", async () => {
    await beginChild(await beginning());
    const entries: Uint8Array[] = [];
    {
      await using ledger = await openChild();
      for (let i = 0; i < ledger.head().size; i++) entries.push(present(ledger.entry(i), "entry"));
    }
    const audited = async (name: string, changed: readonly Uint8Array[]) => {
      const directory = join(root, name, "ledger");
      await createLog({ directory, origin: CHILD }, changed);
      const report = await auditDirectory(join(root, name));
      return report.intact ? "intact" : report.refusal;
    };
    const [genesis, imports, block] = entries as [Uint8Array, Uint8Array, Uint8Array];
    expect(await audited("same", entries)).toBe("intact");
    // A letter of a name, in a text of the same length: the entry is as well formed as before.
    const text = Buffer.from(imports).toString("latin1").replace("BENCH", "BEACH");
    const other = new Uint8Array(Buffer.from(text, "latin1"));
    expect(await audited("other", [genesis, other, block])).toMatchObject({
      code: "REPLAY_GENESIS",
      why: expect.stringMatching(/^CHILD_ROOT/),
    });
    const read = decodeCbor(genesis);
    const fields = read.ok ? (read.value as never)[1] : {};
    const commitment = importRoot([other]);
    const forged = encodeCbor(["genesis", { ...(fields as object), imports: commitment } as never]);
    expect(await audited("forged", [forged, other, block])).toMatchObject({
      code: "REPLAY_GENESIS",
      why: expect.stringMatching(/^CHILD_VALUE/),
    });
  });
});

const memberA = { iss: "member/A", key: "member A" };
const fact = {
  names: { zh: "唐山市" },
  level: "prefecture",
  from: "1981",
  source: "test",
} as const;

describe("anchoring", () => {
  test("begins with entry 0, goes on with consistency, and leaves out what is there", async () => {
    await beginChild(await beginning());
    await using ledger = await openChild();
    const options = { ledger, parent, delegate, nowMilliseconds: () => world.clock.now };
    const { size } = ledger.published();
    expect(await anchorOnce(options)).toEqual({ size, isNew: true });
    const { delegation } = readValue(world.ledger, codeKey(MA1301 as Code)) as {
      delegation: { genesis: Uint8Array };
    };
    expect(hex(delegation.genesis)).toBe(hex(hashLeaf(present(ledger.entry(0), "entry 0"))));
    expect(await anchorOnce(options)).toEqual({ size, isNew: false });

    world.clock.now += 2000;
    await rename(ledger, DEPT, "新名一");
    await published(ledger);
    await expect(anchorOnce(options)).rejects.toMatchObject({
      code: "PARENT_REFUSED",
      facts: { cause: "STATE_ANCHOR_EARLY" },
    });
    world.clock.now += 60_000;
    expect(await anchorOnce(options)).toEqual({ size: size + 2, isNew: true });
    expect(sizeOf(anchored().checkpoint)).toBe(size + 2);
  });

  test("makes up for the hour that the parent was away, and loses nothing meanwhile", async () => {
    await beginChild(await beginning());
    await using ledger = await openChild();
    const server = () => world.app;
    let listening = await listen(server, { host: "127.0.0.1", port: 0 });
    const { port } = listening;
    const remote = createClient({ url: `http://127.0.0.1:${port}`, attempts: 1 });
    const options = {
      ...{ ledger, delegate, parent: remote },
      nowMilliseconds: () => world.clock.now,
    };
    await anchorOnce(options);
    await listening.stop();
    const before = ledger.head().size;
    for (let minute = 0; minute < 60; minute += 10) {
      world.clock.now += 10 * 60_000;
      await rename(ledger, DEPT, `新名${minute}`);
      await published(ledger);
      await expect(anchorOnce(options)).rejects.toMatchObject({ name: "NodeUnreachable" });
    }
    expect(ledger.head().size).toBe(before + 12);
    listening = await listen(server, { host: "127.0.0.1", port });
    expect(await anchorOnce(options)).toEqual({ size: before + 12, isNew: true });
    expect(sizeOf(anchored().checkpoint)).toBe(before + 12);
    expect(readValue(ledger, `code/${DEPT}`).names).toMatchObject({ zh: { value: "新名50" } });
    await listening.stop();
  });

  // Where 8 entries are anchored, which are one complete subtree, the path lacks the node that shows it: the ledger brings it.
  test.each([5, 8])(
    "a second copy that was written on past %i is refused, and its fraud proof convinces a stranger",
    async (size) => {
      await beginChild(await beginning());
      const nowMilliseconds = () => world.clock.now;
      const own: FraudProof[] = [];
      const fraud = async (proof: FraudProof) => void own.push(proof);
      const options = { parent, delegate, nowMilliseconds, fraud };
      {
        await using ledger = await openChild();
        await anchorOnce({ ...options, ledger });
      }
      cpSync(join(root, "child"), join(root, "copy"), { recursive: true });
      world.clock.now += 61_000;
      // Of 3 entries, two operations in one block make 6.
      const writeOn = async (ledger: Ledger, name: string) => {
        if (size === 8) await rename(ledger, [DEPT, `${DEPT}/BENCH`], `${name}又`);
        await rename(ledger, DEPT, name);
        await published(ledger);
        expect(ledger.published().size).toBe(size);
      };
      {
        await using ledger = await openChild();
        await writeOn(ledger, "甲名");
        await anchorOnce({ ...options, ledger });
      }
      await using copy = await openChild("copy");
      await writeOn(copy, "乙名");
      expect(existsSync(join(root, "fraud"))).toBe(false);
      const branch = { code: "PARENT_BRANCH", facts: { size } };
      await expect(anchorOnce({ ...options, ledger: copy })).rejects.toMatchObject(branch);
      expect(readdirSync(join(root, "fraud")).length).toBe(1);
      await rename(copy, DEPT, "丙名");
      await published(copy);
      const kept = anchored();
      await expect(anchorOnce({ ...options, ledger: copy })).rejects.toMatchObject(branch);
      expect(anchored()).toEqual(kept);
      const names = readdirSync(join(root, "fraud"));
      expect(names.map((name) => Number(/-(\d+)\.json$/.exec(name)?.[1])).sort()).toEqual(
        [size, size + 2].sort(),
      );
      const { delegation } = readValue(world.ledger, codeKey(MA1301 as Code)) as {
        delegation: { policy: string };
      };
      writeFileSync(join(root, "policy.txt"), delegation.policy);
      // Of the parent, and those that the child's own node keeps.
      const files = names.map((name) => join(root, "fraud", name));
      for (const [i, proof] of own.entries()) {
        files.push(join(root, `own-${i}`));
        writeFileSync(join(root, `own-${i}`), formatFraudProof(proof));
      }
      expect(files.length).toBe(4);
      for (const file of files) {
        const args = ["verify", file, "--policy", join(root, "policy.txt"), "--json"];
        const verified = await runCli(args);
        expect(verified).toMatchObject({ exit: 0, errors: "" });
        expect(JSON.parse(verified.out)).toMatchObject({ fraud: true, origin: CHILD });
      }
    },
  );

  test("stops where the parent vouches for another key by now", async () => {
    await beginChild(await beginning());
    await using ledger = await openChild();
    const seed = testKey("city").seed;
    const policy = `log ${formatVerifierKey(logKey(CHILD, seed))}\nquorum none\n`;
    await delegateOn({ do: "change", prev: recordOf().control, policy });
    const options = { ledger, parent, delegate, nowMilliseconds: () => world.clock.now };
    const own = present(await readSeed(join(root, "child", "keys", "log.key")), "a seed");
    await expect(anchorOnce(options)).rejects.toMatchObject({
      code: "PARENT_LOG_KEY",
      facts: { want: idOf(seed), got: idOf(own) },
    });
  });

  test("stops with the delegation, and notices that it is an old copy", async () => {
    await beginChild(await beginning());
    await using ledger = await openChild();
    const options = { ledger, parent, delegate, nowMilliseconds: () => world.clock.now };
    await anchorOnce(options);
    world.clock.now += 61_000;
    await rename(ledger, DEPT, "新名");
    await published(ledger);
    await anchorOnce(options);
    const old = ledger.published();
    const earlier = { ...old, size: old.size - 2 };
    const copy = { ...ledger, published: () => earlier } as unknown as Ledger;
    await expect(anchorOnce({ ...options, ledger: copy })).rejects.toMatchObject({
      code: "PARENT_AHEAD",
      facts: { got: old.size - 2, want: old.size },
    });
    const prev = readValue(world.ledger, codeKey(MA1301 as Code)).control as Uint8Array;
    await world.do({ op: "delegate", code: code(MA1301), prev, do: "end", reason: "x" }, city);
    await expect(anchorOnce(options)).rejects.toMatchObject({
      code: "PARENT_DELEGATION",
      facts: { got: "none" },
    });
  });
});

/** Until the newest checkpoint is served: at most once a second. */
async function published(ledger: Ledger): Promise<void> {
  for (let i = 0; ledger.published().size < ledger.head().size; i++) {
    if (i > 10_000) throw new Error("still not published");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("a node, asked for what is delegated", () => {
  test("sends to the child what is below, with path and query, and keeps the record and all proofs", async () => {
    await beginChild(await beginning());
    const lamp = encodeURIComponent(`${DEPT}/LAMP/0001`);
    const moved = async (path: string, headers = {}) => {
      const response = await world.get(path, headers);
      return [response.status, response.headers.get("location")];
    };
    const there = "https://child.test";
    expect(await moved(`/v1/codes/${lamp}`)).toEqual([307, `${there}/v1/codes/${lamp}`]);
    expect(await moved(`/v1/codes/${DEPT}/history?limit=2`)).toEqual([
      307,
      `${there}/v1/codes/${DEPT}/history?limit=2`,
    ]);
    expect(await moved(`/v1/codes/${MA1301}/children`)).toEqual([
      307,
      `${there}/v1/codes/${MA1301}/children`,
    ]);
    expect(await moved(`/${DEPT}?linkType=default`)).toEqual([
      307,
      `${there}/${DEPT}?linkType=default`,
    ]);
    expect(await moved(`/${DEPT}.99`, { accept: "application/json" })).toEqual([
      307,
      `${there}/${DEPT}.99`,
    ]);
    const own = await world.json(`/v1/codes/${MA1301}`);
    expect(own.record.delegation).toMatchObject({ origin: CHILD, url: there });
    const found = await world.json(`/v1/codes?parent=MA.156&q=${encodeURIComponent("石家庄")}`);
    expect(found.items.map((each: { code: string }) => each.code)).toEqual([MA1301]);
    expect((await world.get(`/${MA1301}`, { accept: "application/json" })).status).toBe(200);
    expect((await world.get(`/v1/codes/${DEPT}/proof`)).status).toBe(200);
    const page = await (await world.get(`/${MA1301}`, { accept: "text/html" })).text();
    expect(page).toContain(`<a href="${there}/${MA1301}" rel="noreferrer">${CHILD}</a>`);
    expect(page).not.toContain(DEPT);
    const proof = { accept: "application/vnd.cityid.proof+json" };
    expect((await world.get(`/${DEPT}`, proof)).status).toBe(200);
  });

  test("answers again when the delegation has ended", async () => {
    expect((await world.get(`/v1/codes/${DEPT}`)).status).toBe(200);
    expect(
      world.app.hot({ method: "GET", url: `/v1/codes/${DEPT}`, rawHeaders: [], socket: {} }),
    ).toBeDefined();
    await beginChild(await beginning());
    expect(
      world.app.hot({ method: "GET", url: `/v1/codes/${DEPT}`, rawHeaders: [], socket: {} }),
    ).toBeUndefined();
    expect((await world.get(`/v1/codes/${DEPT}`)).status).toBe(307);
    const prev = readValue(world.ledger, codeKey(MA1301 as Code)).control as Uint8Array;
    await world.do({ op: "delegate", code: code(MA1301), prev, do: "end", reason: "x" }, city);
    expect((await world.get(`/v1/codes/${DEPT}`)).status).toBe(200);
  });
});
