import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect } from "vitest";
import {
  type Code,
  type CodeRecord,
  codeKey,
  decodeOwnCbor,
  formatVerifierKey,
  present,
} from "../../src/core/index.ts";
import { auditDirectory } from "../../src/ledger/embedded/index.ts";
import { dataDirectory, keepDescription, readDescription } from "../../src/node/data-directory.ts";
import { beginChild, type ChildBeginning, logKey } from "../../src/node/index.ts";
import { readSeed } from "../../src/node/secrets.ts";
import { createClient, signerFromSeed } from "../../src/sdk/index.ts";
import { testKey } from "../core/state/kit.ts";
import { discard } from "../discard.ts";
import { MA1301, openCity, type World } from "../server/world.ts";
import type { FaultyFiles } from "./faulty-files.ts";
import { describeFaults } from "./table.ts";

// The fault table of how the ledger of a delegated code is begun, from the key of its log to its description. What is derived
// on the way (the parent's copy, the values) lies on the real disk, and is checked by whoever reads it.

const ORIGIN = "child.test/log";
const ROOT = mkdtempSync(join(tmpdir(), "cityid-begin-child-"));
afterAll(async () => {
  for (const world of ready) await (await world)[Symbol.asyncDispose]();
  discard(ROOT);
});

/** A parent of its own for each life: it delegates once. */
type Life = { world?: World; begun: boolean };
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

/** Some ahead: a parent publishes once a second, and the first checkpoints of these are out when it is their turn. */
const ready: Promise<World>[] = [];
const AHEAD = 4;

async function parentOf(life: Life): Promise<World> {
  if (life.world !== undefined) return life.world;
  while (ready.length <= AHEAD) ready.push(openCity());
  life.world = await present(ready.shift(), "a parent");
  worlds.push(life.world);
  return life.world;
}

async function begin(files: FaultyFiles, life: Life): Promise<boolean> {
  const world = await parentOf(life);
  const { app, clock } = world;
  // What comes now is published at once.
  clock.now += 2000;
  const fetch = (request: Request) => app.fetch(request, { remoteAddress: "127.0.0.1" });
  const parent = createClient({ url: "https://node.test", fetch, attempts: 1 });
  const beginning: ChildBeginning = {
    dataDirectory: ROOT,
    parent,
    parentPolicy: (await parent.node()).policy,
    delegate: {
      code: MA1301 as Code,
      iss: MA1301,
      signer: signerFromSeed(testKey("city").seed),
    },
    publicUrl: "https://child.test",
    origin: ORIGIN,
    nowMilliseconds: () => clock.now,
    files,
  };
  return beginChild(beginning);
}

describeFaults<Life>({
  name: "the ledger of a delegated code that is begun on a disk that fails",
  keeps:
    "is there with the key that it was delegated to once it was begun, and goes on from where it was otherwise",
  powerCuts: 1,
  ways: ["fails", "fails and took effect"],
  faults: ["LOG_WRITE", "LOG_DISK_FULL"],
  begin: () => ({ begun: false }),
  async live(files, life) {
    await begin(files, life);
    life.begun = true;
  },
  async expectWhole(files, life, why) {
    if (life.begun) expect(await readDescription(ROOT, files), why).toBeDefined();
    const isNew = await begin(files, life);
    if (life.begun) expect(isNew, why).toBe(false);
    await keepDescription(ROOT, files);
    life.begun = true;
    expect(await readDescription(ROOT, files), why).toMatchObject({
      origin: ORIGIN,
      parent: { code: MA1301 },
    });
    expect((await auditDirectory(ROOT, { files })).intact, why).toBe(true);
    // Whoever has the delegation finds this log behind it, and no other.
    const seed = present(await readSeed(dataDirectory(ROOT).logKey, files), "the log's key");
    const bytes = present(
      (await parentOf(life)).ledger.value(codeKey(MA1301 as Code)),
      "the record",
    );
    const { delegation } = decodeOwnCbor(bytes) as unknown as CodeRecord;
    expect(delegation?.policy, why).toContain(formatVerifierKey(logKey(ORIGIN, seed)));
  },
  calls: (calls) =>
    expect(shown(calls)).toMatchInlineSnapshot(`
      [
        "create /srv/city/cityid.json.new",
        "create /srv/city/keys/log.key.*.new",
        "create /srv/city/ledger/journal.new",
        "create /srv/city/policy.new",
        "link /srv/city/keys/log.key",
        "make /srv/city",
        "make /srv/city/keys",
        "make /srv/city/ledger",
        "remove /srv/city/keys/log.key.*.new",
        "rename /srv/city/cityid.json.new",
        "rename /srv/city/ledger/journal.new",
        "rename /srv/city/policy.new",
        "sync /srv/city/cityid.json.new",
        "sync /srv/city/keys/log.key.*.new",
        "sync /srv/city/ledger/journal.new",
        "sync /srv/city/policy.new",
        "sync directory /srv/city",
        "sync directory /srv/city/keys",
        "sync directory /srv/city/ledger",
        "write /srv/city/cityid.json.new",
        "write /srv/city/keys/log.key.*.new",
        "write /srv/city/ledger/journal.new",
        "write /srv/city/policy.new",
      ]
    `),
});

/** Without what differs from run to run, and from machine to machine: the directories above. */
function shown(calls: readonly string[]): readonly string[] {
  const within = calls.filter((call) => call.includes(ROOT));
  return within.map((call) =>
    call.replace(/\.[0-9a-f]{8}\.new/, ".*.new").replace(ROOT, "/srv/city"),
  );
}
