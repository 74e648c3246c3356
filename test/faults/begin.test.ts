import { expect } from "vitest";
import { sha256 } from "#crypto";
import { formatVerifierKey, utf8 } from "../../src/core/index.ts";
import { auditDirectory } from "../../src/ledger/embedded/index.ts";
import { readLog } from "../../src/log/index.ts";
import { backup, restore } from "../../src/node/backup.ts";
import { beginNode } from "../../src/node/begin.ts";
import {
  dataDirectory,
  keepDescription,
  readDescription,
  writeDescription,
} from "../../src/node/data-directory.ts";
import { directoryStore } from "../../src/node/directory-store.ts";
import { logKey, logSigner } from "../../src/node/log-key.ts";
import { addLogs } from "../../src/node/witness.ts";
import { genesisWith } from "../sdk/world.ts";
import { LOG } from "../witness/kit.ts";
import { FaultyFiles } from "./faulty-files.ts";
import { describeFaults } from "./table.ts";

// The fault tables of how a ledger is begun, copied and brought back.

const ORIGIN = "begun.test/log";
const SEED = sha256(utf8("the log of a ledger that is begun"));
const vkey = formatVerifierKey(logKey(ORIGIN, SEED));
const GENESIS = { ...genesisWith(), origin: ORIGIN, policy: `log ${vkey}\nquorum none\n` };
const ROOT = "/srv/city/data";

const beginning = (files: FaultyFiles) => ({
  dataDirectory: ROOT,
  genesis: GENESIS,
  logSeed: SEED,
  member: "A",
  files,
});

const short = (calls: readonly string[]) => [
  ...new Set(calls.map((call) => call.replace(/\.[0-9a-f]{8}\.new/, ".*.new"))),
];

/** Whole, and its own log's key is beside it. */
async function expectBegun(files: FaultyFiles, why: string): Promise<void> {
  expect(await readDescription(ROOT, files), why).toMatchObject({ origin: ORIGIN, member: "A" });
  expect((await auditDirectory(ROOT, { files })).intact, why).toBe(true);
  const { key } = await logSigner(dataDirectory(ROOT).logKey, ORIGIN, files);
  expect(formatVerifierKey(key), why).toBe(vkey);
}

describeFaults<{ begun: boolean }>({
  name: "a ledger that is begun on a disk that fails",
  keeps: "is there with its key once it was begun, and begins again otherwise",
  powerCuts: 1,
  faults: ["LOG_WRITE", "LOG_DISK_FULL"],
  begin: () => ({ begun: false }),
  async live(files, life) {
    await beginNode(beginning(files));
    life.begun = true;
  },
  async expectWhole(files, life, why) {
    const isBegun = (await readDescription(ROOT, files)) !== undefined;
    if (life.begun) expect(isBegun, why).toBe(true);
    if (isBegun) await keepDescription(ROOT, files);
    else await beginNode(beginning(files));
    await expectBegun(files, why);
    life.begun = true;
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create /srv/city/data/cityid.json.new",
      "create /srv/city/data/keys/log.key.*.new",
      "create /srv/city/data/ledger/journal.new",
      "link /srv/city/data/keys/log.key",
      "make /srv",
      "make /srv/city",
      "make /srv/city/data",
      "make /srv/city/data/keys",
      "make /srv/city/data/ledger",
      "remove /srv/city/data/keys/log.key.*.new",
      "rename /srv/city/data/cityid.json.new",
      "rename /srv/city/data/ledger/journal.new",
      "sync /srv/city/data/cityid.json.new",
      "sync /srv/city/data/keys/log.key.*.new",
      "sync /srv/city/data/ledger/journal.new",
      "sync directory /",
      "sync directory /srv",
      "sync directory /srv/city",
      "sync directory /srv/city/data",
      "sync directory /srv/city/data/keys",
      "sync directory /srv/city/data/ledger",
      "write /srv/city/data/cityid.json.new",
      "write /srv/city/data/keys/log.key.*.new",
      "write /srv/city/data/ledger/journal.new",
    ]
  `),
});

// A ledger to copy, with something in each room.
const begun = new FaultyFiles();
await beginNode(beginning(begun));
const begunDirectory = dataDirectory(ROOT);
await addLogs(begunDirectory, `log ${formatVerifierKey(LOG.key)}\nquorum none\n`, begun);
await directoryStore(begunDirectory.inbox, begun).put("a/meta", utf8("an application"));
await directoryStore(begunDirectory.openings, begun).put("00ff", utf8("an opening"));
await writeDescription(ROOT, { origin: ORIGIN, member: "A" }, begun);

const COPY = "/backup/city";

describeFaults<{ done: boolean }>({
  name: "a backup onto a disk that fails",
  keeps: "is whole once it was made, and is no backup otherwise",
  powerCuts: 1,
  machine: () => begun.afterPowerCut(() => 0.9),
  begin: () => ({ done: false }),
  async live(files, life) {
    await backup(ROOT, COPY, { withKeys: true, files });
    life.done = true;
  },
  async expectWhole(files, life, why) {
    await expectBegun(files, why);
    const description = await readDescription(COPY, files);
    if (life.done) expect(description, why).toBeDefined();
    if (description === undefined) {
      await expect(restore(COPY, "/again", { files }), why).rejects.toMatchObject({
        code: "LEDGER_DIRECTORY",
        facts: { why: "absent" },
      });
      expect(await readDescription("/again", files)).toBeUndefined();
    } else expectSame(files, COPY, why);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create /backup/city/cityid.json.new",
      "create /backup/city/inbox/a/meta",
      "create /backup/city/keys/log.key",
      "create /backup/city/ledger/journal",
      "create /backup/city/openings/00ff",
      "create /backup/city/witness/logs/923b8f5a083dd912.policy",
      "make /backup",
      "make /backup/city",
      "make /backup/city/inbox",
      "make /backup/city/inbox/a",
      "make /backup/city/keys",
      "make /backup/city/ledger",
      "make /backup/city/openings",
      "make /backup/city/witness",
      "make /backup/city/witness/logs",
      "rename /backup/city/cityid.json.new",
      "sync /backup/city/cityid.json.new",
      "sync /backup/city/inbox/a/meta",
      "sync /backup/city/keys/log.key",
      "sync /backup/city/ledger/journal",
      "sync /backup/city/openings/00ff",
      "sync /backup/city/witness/logs/923b8f5a083dd912.policy",
      "sync directory /",
      "sync directory /backup",
      "sync directory /backup/city",
      "sync directory /backup/city/inbox",
      "sync directory /backup/city/inbox/a",
      "sync directory /backup/city/keys",
      "sync directory /backup/city/ledger",
      "sync directory /backup/city/openings",
      "sync directory /backup/city/witness",
      "sync directory /backup/city/witness/logs",
      "write /backup/city/cityid.json.new",
      "write /backup/city/inbox/a/meta",
      "write /backup/city/keys/log.key",
      "write /backup/city/ledger/journal",
      "write /backup/city/openings/00ff",
      "write /backup/city/witness/logs/923b8f5a083dd912.policy",
    ]
  `),
});

describeFaults<{ done: boolean }>({
  name: "a backup that is brought back to a disk that fails",
  keeps: "is whole and takes no writes, or is not there",
  powerCuts: 1,
  machine: () => begun.afterPowerCut(() => 0.9),
  begin: () => ({ done: false }),
  async live(files, life) {
    life.done = (await restore(ROOT, COPY, { files })).intact;
  },
  async expectWhole(files, life, why) {
    const description = await readDescription(COPY, files);
    if (life.done) expect(description, why).toBeDefined();
    if (description === undefined) return;
    // Whatever happened: what a node opens here says that it may be older than what others saw.
    expect(description, why).toMatchObject({ origin: ORIGIN, restored: true });
    expectSame(files, COPY, why);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create /backup/city/cityid.json.new",
      "create /backup/city/inbox/a/meta",
      "create /backup/city/keys/log.key",
      "create /backup/city/ledger/journal",
      "create /backup/city/openings/00ff",
      "create /backup/city/witness/logs/923b8f5a083dd912.policy",
      "make /backup",
      "make /backup/city",
      "make /backup/city/inbox",
      "make /backup/city/inbox/a",
      "make /backup/city/keys",
      "make /backup/city/ledger",
      "make /backup/city/openings",
      "make /backup/city/witness",
      "make /backup/city/witness/logs",
      "rename /backup/city/cityid.json.new",
      "sync /backup/city/cityid.json.new",
      "sync /backup/city/inbox/a/meta",
      "sync /backup/city/keys/log.key",
      "sync /backup/city/ledger/journal",
      "sync /backup/city/openings/00ff",
      "sync /backup/city/witness/logs/923b8f5a083dd912.policy",
      "sync directory /",
      "sync directory /backup",
      "sync directory /backup/city",
      "sync directory /backup/city/inbox",
      "sync directory /backup/city/inbox/a",
      "sync directory /backup/city/keys",
      "sync directory /backup/city/ledger",
      "sync directory /backup/city/openings",
      "sync directory /backup/city/witness",
      "sync directory /backup/city/witness/logs",
      "write /backup/city/cityid.json.new",
      "write /backup/city/inbox/a/meta",
      "write /backup/city/keys/log.key",
      "write /backup/city/ledger/journal",
      "write /backup/city/openings/00ff",
      "write /backup/city/witness/logs/923b8f5a083dd912.policy",
    ]
  `),
});

/** Every file of the ledger that was begun, byte by byte; its description apart. */
function expectSame(files: FaultyFiles, root: string, why: string): void {
  const filesOf = (machine: FaultyFiles, at: string): string[] =>
    machine.list(at).flatMap((name) => {
      const path = `${at}/${name}`;
      return machine.kind(path) === "directory" ? filesOf(machine, path) : [path];
    });
  const originals = filesOf(begun, ROOT).filter((path) => !path.endsWith("cityid.json"));
  expect(originals.length).toBeGreaterThan(4);
  for (const path of originals) {
    const copy = path.replace(ROOT, root);
    expect(Buffer.compare(files.bytes(copy), begun.bytes(path)), `${why}: ${copy}`).toBe(0);
  }
  let entries = 0;
  readLog({ directory: dataDirectory(root).ledger, files }, (block) => {
    entries += block.entries.length;
  });
  expect(entries, why).toBe(2);
}
