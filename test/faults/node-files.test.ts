import { expect } from "vitest";
import { publicEd25519 } from "#crypto";
import { formatVerifierKey, hex, present } from "../../src/core/index.ts";
import { readText } from "../../src/log/index.ts";
import { dataDirectory } from "../../src/node/data-directory.ts";
import { directoryStore } from "../../src/node/directory-store.ts";
import { readSeed, seedFile } from "../../src/node/secrets.ts";
import {
  addLogs,
  openWitness,
  readLogs,
  writeCosigned,
  writeFraud,
} from "../../src/node/witness.ts";
import { originHash } from "../../src/witness/index.ts";
import { branch, LOG, NOW_SECONDS, ORIGIN, request, signed } from "../witness/kit.ts";
import { FaultyFiles } from "./faulty-files.ts";
import { describeFaults, twice } from "./table.ts";

// The fault tables of what a node keeps beside its ledger.

const ROOT = "/data";
const directory = dataDirectory(ROOT);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The machine of a node whose ledger was begun. */
function machine(): FaultyFiles {
  const files = new FaultyFiles();
  files.put(`${ROOT}/cityid.json`, new TextEncoder().encode("{}"));
  return files;
}

function short(calls: readonly string[]): string[] {
  const names = calls.map((call) =>
    call
      .replaceAll(`${ROOT}/`, "")
      .replace(/\.[0-9a-f]{8}\.new/, ".*.new")
      .replace(/[0-9a-f]{16,}/, "HASH"),
  );
  return [...new Set(names)].sort();
}

const POLICY = `log ${formatVerifierKey(LOG.key)}\nquorum none\n`;
const [ours, theirs] = [branch("a", 10), branch("b", 10)];

/** `cosigned`: what the witness answered with a cosignature, in order. */
type Witnessing = { vkey: string | undefined; policies: number; cosigned: number[] };

const openOn = (files: FaultyFiles) =>
  openWitness(directory, {
    origin: "w.test/log",
    clock: () => NOW_SECONDS * 1000,
    log: quiet,
    files,
  });

// A witness never cosigns two branches, nor what it forgot; a policy that was added stays; a key that was shown stays.
describeFaults<Witnessing>({
  name: "a witness whose disk fails",
  keeps: "cosigns one branch and forgets nothing that it cosigned",
  machine,
  begin: () => ({ vkey: undefined, policies: 0, cosigned: [] }),
  async live(files, life) {
    await addLogs(directory, POLICY, files);
    life.policies = 1;
    const witness = await openOn(files);
    life.vkey = witness?.vkey;
    for (const [old, size] of [
      [0, 20],
      [20, 25],
      [25, 25],
    ] as const) {
      const added = await twice(async () => witness?.add(request(ours.body(old, size))));
      if (added?.ok) life.cosigned.push(size);
    }
  },
  async expectWhole(files, life, why) {
    const logs = await readLogs(directory, "w.test/log", () => undefined, files);
    expect(logs.keysOf(ORIGIN).length, why).toBeGreaterThanOrEqual(life.policies);
    await addLogs(directory, POLICY, files);
    life.policies = 1;
    const witness = present(await openOn(files), "a witness again");
    if (life.vkey !== undefined) expect(witness.vkey, why).toBe(life.vkey);
    const last = life.cosigned.at(-1) ?? 0;
    const note = await witness.latest(originHash(ORIGIN));
    const size = note === undefined ? 0 : signed(note).size;
    expect(size, why).toBeGreaterThanOrEqual(last);
    if (size > 0) {
      expect(await witness.add(request(theirs.body(0, size))), why).toMatchObject({
        error: { code: "WITNESS_ROOT" },
      });
    }
    if (last > 0) {
      // The other branch, from whatever size it likes: never while anything of ours was cosigned.
      for (const from of [0, 5, 10]) {
        expect((await witness.add(request(theirs.body(from, 30)))).ok, why).toBe(false);
      }
    }
    expect((await witness.add(request(ours.body(size, 40)))).ok, why).toBe(true);
    life.vkey = witness.vkey;
    life.cosigned.push(40);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
      [
        "create keys/witness.key.*.new",
        "create witness/logs/HASH.policy.*.new",
        "create witness/seen/HASH.new",
        "create witness/seen/logs.new",
        "create witness/seen/vkey.new",
        "link keys/witness.key",
        "link witness/logs/HASH.policy",
        "make keys",
        "make witness",
        "make witness/logs",
        "make witness/seen",
        "remove keys/witness.key.*.new",
        "remove witness/logs/HASH.policy.*.new",
        "rename witness/seen/HASH.new",
        "rename witness/seen/logs.new",
        "rename witness/seen/vkey.new",
        "sync directory /",
        "sync directory /data",
        "sync directory keys",
        "sync directory witness",
        "sync directory witness/logs",
        "sync directory witness/seen",
        "sync keys/witness.key.*.new",
        "sync witness/logs/HASH.policy.*.new",
        "sync witness/seen/HASH.new",
        "sync witness/seen/logs.new",
        "sync witness/seen/vkey.new",
        "write keys/witness.key.*.new",
        "write witness/logs/HASH.policy.*.new",
        "write witness/seen/HASH.new",
        "write witness/seen/logs.new",
        "write witness/seen/vkey.new",
      ]
    `),
});

describeFaults<{ written: number }>({
  name: "a fraud proof on a disk that fails",
  keeps: "is kept once it was written",
  machine,
  begin: () => ({ written: 0 }),
  async live(files, life) {
    for (const size of [12, 13]) {
      await writeFraud(directory, proofAt(size), quiet, files);
      life.written += 1;
    }
  },
  async expectWhole(files, life, why) {
    const names = files.exists(directory.fraud) ? files.list(directory.fraud) : [];
    const proofs = names.filter((name) => name.endsWith(".json"));
    expect(proofs.length, why).toBeGreaterThanOrEqual(life.written);
    for (const name of proofs) {
      const text = await readText(files, `${directory.fraud}/${name}`);
      const size = Number(/-(\d+)\./.exec(name)?.[1]);
      expect(JSON.parse(text ?? ""), why).toMatchObject({ second: theirs.note(size) });
    }
    await writeFraud(directory, proofAt(12), quiet, files);
    life.written = Math.max(life.written, 1);
    expect(files.list(directory.fraud)).toContain(`${originHash(ORIGIN).slice(0, 16)}-12.json`);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create fraud/HASH-12.json.*.new",
      "create fraud/HASH-13.json.*.new",
      "link fraud/HASH-12.json",
      "link fraud/HASH-13.json",
      "make fraud",
      "remove fraud/HASH-12.json.*.new",
      "remove fraud/HASH-13.json.*.new",
      "sync directory /data",
      "sync directory fraud",
      "sync fraud/HASH-12.json.*.new",
      "sync fraud/HASH-13.json.*.new",
      "write fraud/HASH-12.json.*.new",
      "write fraud/HASH-13.json.*.new",
    ]
  `),
});

const proofAt = (size: number) => ({
  origin: ORIGIN,
  first: ours.note(size),
  second: theirs.note(size),
});

describeFaults<{ seed: string | undefined }>({
  name: "a key on a disk that fails",
  keeps: "is the same ever after it was used",
  // Nothing is there yet: whoever is told of the key must find it in a directory that lasts.
  begin: () => ({ seed: undefined }),
  async live(files, life) {
    life.seed = hex(await seedFile(directory.logKey, files));
  },
  async expectWhole(files, life, why) {
    const kept = await readSeed(directory.logKey, files);
    if (life.seed !== undefined) expect(kept && hex(kept), why).toBe(life.seed);
    const seed = await seedFile(directory.logKey, files);
    expect(publicEd25519(seed)).toHaveLength(32);
    if (kept !== undefined) expect(hex(seed), why).toBe(hex(kept));
    life.seed = hex(seed);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
      [
        "create keys/log.key.*.new",
        "link keys/log.key",
        "make /data",
        "make keys",
        "remove keys/log.key.*.new",
        "sync directory /",
        "sync directory /data",
        "sync directory keys",
        "sync keys/log.key.*.new",
        "write keys/log.key.*.new",
      ]
    `),
});

/** What the store said of each name: the values that may be there. */
type Stored = { readonly may: Map<string, (string | undefined)[]> };

describeFaults<Stored>({
  name: "a store of blobs whose disk fails",
  keeps: "has what it took, and nothing that it erased",
  machine,
  begin: () => ({ may: new Map() }),
  async live(files, { may }) {
    const store = directoryStore(directory.inbox, files);
    const put = async (name: string, text: string) => {
      may.set(name, [...(may.get(name) ?? [undefined]), text]);
      await store.put(name, new TextEncoder().encode(text));
      may.set(name, [text]);
    };
    await put("a/meta", "first");
    await put("a/meta", "second, and longer");
    await put("a/evidence/1", "secret");
    await put("b/meta", "other");
    may.set("a/evidence/1", ["secret", undefined]);
    await store.delete("a/evidence/1");
    may.set("a/evidence/1", [undefined]);
    may.set("b/meta", ["other", undefined]);
    await store.delete("b");
    may.set("b/meta", [undefined]);
  },
  async expectWhole(files, { may }, why) {
    const store = directoryStore(directory.inbox, files);
    for (const [name, texts] of may) {
      const bytes = await store.get(name);
      expect(texts, `${why}: ${name}`).toContain(bytes && new TextDecoder().decode(bytes));
    }
    await store.put("a/evidence/1", new TextEncoder().encode("again"));
    may.set("a/evidence/1", ["again"]);
    expect(await store.list("a/evidence")).toEqual(["1"]);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create inbox/a/evidence/1.new",
      "create inbox/a/meta.new",
      "create inbox/b/meta.new",
      "make inbox",
      "make inbox/a",
      "make inbox/a/evidence",
      "make inbox/b",
      "remove inbox/a/evidence/1",
      "remove inbox/b",
      "remove inbox/b/meta",
      "rename inbox/a/evidence/1.new",
      "rename inbox/a/meta.new",
      "rename inbox/b/meta.new",
      "sync directory /data",
      "sync directory inbox",
      "sync directory inbox/a",
      "sync directory inbox/a/evidence",
      "sync directory inbox/b",
      "sync inbox/a/evidence/1.new",
      "sync inbox/a/meta.new",
      "sync inbox/b/meta.new",
      "write inbox/a/evidence/1.new",
      "write inbox/a/meta.new",
      "write inbox/b/meta.new",
    ]
  `),
});

describeFaults<{ saved: number }>({
  name: "kept cosignatures on a disk that fails",
  keeps: "are an older or the newer note, never a mixture",
  machine,
  begin: () => ({ saved: 0 }),
  async live(files, life) {
    for (const size of [5, 6]) {
      await writeCosigned(directory.cosigned, ours.note(size), files);
      life.saved = size;
    }
  },
  async expectWhole(files, life, why) {
    const note = await readText(files, directory.cosigned);
    if (note === undefined) expect(life.saved, why).toBe(0);
    else {
      const sizes = [5, 6, 7].filter((size) => size >= life.saved);
      expect(
        sizes.map((size) => ours.note(size)),
        why,
      ).toContain(note);
    }
    await writeCosigned(directory.cosigned, ours.note(7), files);
    life.saved = 7;
    expect(await readText(files, directory.cosigned)).toBe(ours.note(7));
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create cosigned.new",
      "rename cosigned.new",
      "sync cosigned.new",
      "sync directory /data",
      "write cosigned.new",
    ]
  `),
});
