import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import { type AuditLogOptions, auditLog, type LogReport } from "../../src/audit/index.ts";
import {
  cosign,
  formatNote,
  formatPolicy,
  hashLeaf,
  hex,
  parseCheckpoint,
  parsePolicy,
  sha256,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { verifyFraudProof } from "../../src/verify/index.ts";
import { discard } from "../discard.ts";
import { ORIGIN } from "../sdk/world.ts";
import {
  extend,
  type FileServer,
  filesOf,
  gazette,
  POLICY,
  type Scribe,
  SIGNER,
  serveFiles,
  signed,
  writtenLog,
} from "./kit.ts";

// A log of files, and an auditor who sees nothing else.

let root: string;
let cache: string;
let scribe: Scribe;
let server: FileServer;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-audit-"));
  scribe = await writtenLog(700);
  server = await serveFiles(filesOf(scribe.entries));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  discard(root);
});
beforeEach(() => {
  cache = mkdtempSync(join(root, "cache-"));
  server.files = filesOf(scribe.entries);
  server.asked.length = 0;
  server.instead = () => false;
});

const audit = (options: Partial<AuditLogOptions> = {}): Promise<LogReport> =>
  auditLog({ url: server.url, cache, policy: POLICY, ...options });

async function refusalOf(options: Partial<AuditLogOptions> = {}) {
  const report = await audit(options);
  if (report.intact) throw new Error("it found nothing");
  return report;
}

describe("a right log", () => {
  test("is verified to its last entry, and the report says as of what, and by whom", async () => {
    const seen: number[] = [];
    const report = await audit({ onProgress: ({ done }) => void seen.push(done) });
    const size = scribe.entries.length;
    const checkpoint = new TextDecoder().decode(server.files.get("checkpoint"));
    expect(report).toMatchObject({
      intact: true,
      origin: ORIGIN,
      size,
      checkpoint,
      policyFrom: "given",
      signedBy: [expect.stringContaining(`${ORIGIN}+`)],
      cosignatures: [],
      replayed: { before: 0, blocks: expect.any(Number) },
    });
    expect(seen.at(-1)).toBe(size);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test("is not fetched again: only its checkpoint", async () => {
    const first = await audit();
    const asked = new Set(server.asked);
    expect(asked).toEqual(new Set(server.files.keys()));
    expect(server.asked).toHaveLength(asked.size);
    server.asked.length = 0;
    const second = await audit();
    expect(server.asked).toEqual(["checkpoint"]);
    expect(second).toMatchObject({
      intact: true,
      replayed: { before: scribe.entries.length },
      extends: { size: scribe.entries.length, root: first.intact ? first.root : "" },
    });
  });

  test("is verified from where it stopped once it has grown", async () => {
    const small = await writtenLog(300);
    server.files = filesOf(small.entries);
    await audit();
    const before = small.entries.length;
    await extend(small, 900, 300);
    server.files = filesOf(small.entries);
    server.asked.length = 0;
    expect(await audit()).toMatchObject({
      intact: true,
      size: small.entries.length,
      replayed: { before },
      extends: { size: before },
    });
    // The tiles that were full, and the right edge of then, are not asked for.
    expect(server.asked.filter((path) => path === "tile/0/000")).toEqual([]);
    expect(server.asked.filter((path) => path === "tile/entries/000")).toEqual([]);
    expect(await audit()).toMatchObject({ intact: true });
  });

  test("is verified where partial tiles were dropped because the tile is full now", async () => {
    const log = await writtenLog(600);
    const at = log.entries.length;
    server.files = filesOf(log.entries);
    const checkpoint = server.files.get("checkpoint") ?? new Uint8Array();
    await extend(log, 800, 2000);
    server.files = filesOf(log.entries).set("checkpoint", checkpoint);
    expect(server.files.has(`tile/0/002.p/${at % 256}`)).toBe(false);
    // Tile 1/000 is not full yet: of that one the partial one of then is served.
    const above = (server.files.get("tile/1/000.p/3") ?? new Uint8Array()).slice(0, 64);
    server.files.set("tile/1/000.p/2", above);
    expect(await audit()).toMatchObject({ intact: true, size: at });
    server.files = filesOf(log.entries);
    expect(await audit()).toMatchObject({ intact: true, size: log.entries.length });
  });

  test("is taken from any address that serves its files", async () => {
    expect(await audit({ url: `${server.url}/log/` })).toMatchObject({ intact: true });
  });

  test("is asked for again where a server is busy, silent, or breaks off", async () => {
    const troubles = new Map<string, number>();
    server.instead = (path, response) => {
      const times = (troubles.get(path) ?? 0) + 1;
      troubles.set(path, times);
      if (path === "tile/entries/000" && times === 1) {
        response.writeHead(503, { "retry-after": "0" }).end();
        return true;
      }
      if (path === "tile/entries/001" && times === 1) {
        response.writeHead(200, { "content-length": "100000" }).write("x");
        setImmediate(() => response.destroy());
        return true;
      }
      if (path === "tile/0/000" && times === 1) {
        // Never answered: the time-out ends it.
        return true;
      }
      if (path === "tile/0/001" && times === 1) {
        response.writeHead(429, { "retry-after": "0" }).end();
        return true;
      }
      return false;
    };
    const troubled = ["tile/entries/000", "tile/entries/001", "tile/0/000", "tile/0/001"];
    const waits: number[] = [];
    const report = await audit({
      timeoutMilliseconds: 2000,
      onWait: ({ milliseconds }) => void waits.push(milliseconds),
    });
    expect(report).toMatchObject({ intact: true });
    // Once for each trouble; a machine that stands still for a while may make one more.
    expect(waits.length).toBeGreaterThanOrEqual(4);
    for (const path of troubled) expect(troubles.get(path)).toBeGreaterThanOrEqual(2);
  });
});

describe("a log that its key signed and that is not by the rules", () => {
  test("names the block entry that claims a map root which the operations do not give", async () => {
    const log = await writtenLog(300);
    log.skip();
    log.close([await gazette(5000)], hashLeaf(utf8("not the root")));
    const index = log.entries.length - 1;
    server.files = filesOf(log.entries);
    const report = await refusalOf();
    expect(report).toMatchObject({
      refusal: { code: "REPLAY_MAP_ROOT", index, want: hex(hashLeaf(utf8("not the root"))) },
      attested: { size: index + 1, signedBy: [expect.stringContaining(ORIGIN)] },
    });
    // It stays so, and is not remembered as verified.
    expect(await refusalOf()).toMatchObject({ refusal: { code: "REPLAY_MAP_ROOT", index } });
  });

  test("names the operation that nobody was entitled to", async () => {
    const log = await writtenLog(300);
    const index = log.entries.length;
    log.skip();
    log.close([await gazette(5000, "member/X")]);
    await extend(log, 400, 300).catch(() => undefined);
    server.files = filesOf(log.entries);
    expect(await refusalOf()).toMatchObject({
      entries: index,
      refusal: {
        code: "REPLAY_REFUSED",
        index,
        why: expect.stringMatching(/^AUTH_KEY_UNKNOWN/),
      },
    });
  });

  test("names an operation whose signature was changed", async () => {
    const log = await writtenLog(300);
    const operation = await gazette(5000);
    operation[operation.length - 1] = (operation.at(-1) ?? 0) ^ 1;
    const index = log.entries.length;
    log.skip();
    log.close([operation]);
    server.files = filesOf(log.entries);
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "REPLAY_REFUSED", index, why: expect.stringMatching(/^AUTH_SIGNATURE/) },
    });
  });

  test("names a decision that a single member took for all", async () => {
    const log = await writtenLog(20);
    const index = log.entries.length;
    log.skip();
    const classes = [{ class: "LAMP", names: { zh: "路灯" }, public: "all" as const }];
    log.close([await signed({ op: "classes", items: classes }, "member/A")]);
    server.files = filesOf(log.entries);
    expect(await refusalOf()).toMatchObject({
      refusal: {
        code: "REPLAY_REFUSED",
        index,
        why: expect.stringMatching(/^AUTH_NEEDS_DECISION/),
      },
    });
  });

  test("refuses a checkpoint that ends within a block, and a block entry that lies about its block", async () => {
    const log = await writtenLog(20);
    server.files = filesOf(log.entries.slice(0, -1));
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "REPLAY_BLOCK_ENTRY", why: "none" },
    });
    const other = await writtenLog(20);
    const index = other.entries.length + 1;
    // Not one higher than the block before.
    other.close([await gazette(5000)]);
    server.files = filesOf(other.entries);
    cache = mkdtempSync(join(root, "cache-"));
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "REPLAY_BLOCK_ENTRY", index, why: "height" },
    });
  });

  test("refuses the log of another origin under its own key", async () => {
    const key = verifierKey("other.test/log", "ed25519", publicEd25519(SIGNER.seed));
    server.files = filesOf(scribe.entries, { key, seed: SIGNER.seed });
    const policy = formatPolicy({ logs: [{ key }], witnesses: [], groups: [], quorum: "none" });
    expect(await refusalOf({ policy })).toMatchObject({
      refusal: { code: "REPLAY_GENESIS", index: 0, why: "origin" },
    });
  });
});

describe("files that are not those of the log", () => {
  const change = (path: string, how: (bytes: Uint8Array) => Uint8Array): void => {
    server.files.set(path, how(Uint8Array.from(server.files.get(path) ?? [])));
  };
  const flip = (at: number) => (bytes: Uint8Array) => {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  test("an entry with a flipped byte is named by its index", async () => {
    change("tile/entries/001", flip(40));
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "AUDIT_ENTRY", path: "tile/entries/001", index: 256 },
    });
  });

  test("bytes after the last entry of a bundle are an error, full or partial", async () => {
    const partial = [...server.files.keys()].find((path) => /entries\/002\.p/.test(path)) ?? "";
    for (const path of ["tile/entries/001", partial]) {
      server.files = filesOf(scribe.entries);
      cache = mkdtempSync(join(root, "cache-"));
      change(path, (bytes) => Uint8Array.of(...bytes, 0, 0));
      expect(await refusalOf()).toMatchObject({
        refusal: { code: "BUNDLE_TRAILING", path, extra: 2 },
      });
    }
  });

  test("a bundle that was cut is an error, and one that is missing", async () => {
    change("tile/entries/001", (bytes) => bytes.slice(0, -1));
    const path = "tile/entries/001";
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "BUNDLE_SHORT", path, entry: 255 },
    });
    server.files.delete(path);
    expect(await refusalOf()).toMatchObject({ refusal: { code: "AUDIT_MISSING", path } });
  });

  test("a bundle that never ends is cut off", async () => {
    server.instead = (path, response) => {
      if (path !== "tile/entries/000") return false;
      const more = () => {
        while (response.write(new Uint8Array(65_536)));
      };
      response.on("drain", more);
      more();
      return true;
    };
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "AUDIT_SIZE", path: expect.stringContaining("tile/entries/000") },
    });
  });

  test("partial tiles of earlier sizes must be how those of now begin, where they are served", async () => {
    const size = scribe.entries.length;
    for (const earlier of [size - 1, size - 50, 520]) {
      for (const [path, bytes] of filesOf(scribe.entries.slice(0, earlier))) {
        if (/^tile\/(0|entries)\/002\.p/.test(path)) server.files.set(path, bytes);
      }
    }
    expect(await audit({ narrower: true })).toMatchObject({ intact: true, narrower: 6 });
    for (const path of ["tile/entries/002.p/8", "tile/0/002.p/8"]) {
      change(path, (bytes) => Uint8Array.of(...bytes, 0));
      cache = mkdtempSync(join(root, "cache-"));
      expect(await refusalOf({ narrower: true })).toMatchObject({
        refusal: { code: "AUDIT_PARTIAL", path },
      });
      server.files.delete(path);
    }
  });

  test("tiles of hashes that are not those of the tree are named", async () => {
    change("tile/0/001", flip(99));
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "AUDIT_TILE", path: "tile/0/001" },
    });
    change("tile/0/001", (bytes) => bytes.slice(0, -32));
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "AUDIT_TILE_LENGTH", got: 255 * 32, want: 256 * 32 },
    });
    server.files = filesOf(scribe.entries);
    cache = mkdtempSync(join(root, "cache-"));
    change("tile/1/000.p/2", flip(3));
    expect(await refusalOf()).toMatchObject({ refusal: { code: "AUDIT_ROOT" } });
  });

  test("what is kept and was changed since then is fetched again", async () => {
    await audit();
    const [directory = ""] = readdirSync(cache);
    discard(join(cache, directory, "replay"));
    const path = join(cache, directory, "log/tile/entries/001");
    writeFileSync(path, flip(40)(new Uint8Array(readFileSync(path))));
    server.asked.length = 0;
    expect(await audit()).toMatchObject({ intact: true, replayed: { before: 0 } });
    expect(server.asked).toEqual(["checkpoint", "tile/entries/001"]);
  });
});

describe("whom to believe", () => {
  const other = sha256(utf8("another key"));
  const key = verifierKey(ORIGIN, "ed25519", publicEd25519(other));

  test("a checkpoint that the policy's key did not sign is refused", async () => {
    server.files = filesOf(scribe.entries, { key, seed: other });
    const report = await refusalOf();
    expect(report).toMatchObject({ refusal: { code: "NOTE_UNSIGNED" }, entries: 0 });
    expect(report.attested).toBeUndefined();
  });

  test("a quorum of witnesses is asked for, and the report says who attests it since when", async () => {
    const seeds = ["w1", "w2", "w3"].map((word) => sha256(utf8(word)));
    const witnesses = seeds.map((seed, i) => ({
      name: `w${i + 1}`,
      seed,
      key: verifierKey(`w${i + 1}.test`, "cosignature", publicEd25519(seed)),
    }));
    const policy = formatPolicy({
      logs: [{ key: SIGNER.key }],
      witnesses: witnesses.map(({ name, key }) => ({ name, key })),
      groups: [{ name: "two", threshold: 2, members: ["w1", "w2", "w3"] }],
      quorum: "two",
    });
    const note = new TextDecoder().decode(server.files.get("checkpoint"));
    const checkpoint = parseCheckpoint(note);
    if (!checkpoint.ok) throw new Error(checkpoint.error.code);
    const now = Math.floor(Date.now() / 1000);
    const cosigned = (count: number): Uint8Array => {
      const { text, signatures } = checkpoint.value.note;
      const lines = witnesses
        .slice(0, count)
        .map((witness, i) => cosign(text, witness, now - 10 * i));
      return utf8(formatNote({ text, signatures: [...signatures, ...lines] }));
    };
    server.files.set("checkpoint", cosigned(1));
    expect(await refusalOf({ policy })).toMatchObject({
      refusal: { code: "POLICY_QUORUM", cosignedBy: ["w1"] },
    });
    server.files.set("checkpoint", cosigned(2));
    expect(await audit({ policy })).toMatchObject({
      intact: true,
      cosignatures: [
        { witness: "w1", timeSeconds: now },
        { witness: "w2", timeSeconds: now - 10 },
      ],
      sinceSeconds: now - 10,
    });
  });

  test("without a policy the node's own word counts, said so, once and for all", async () => {
    const first = await audit({ policy: undefined } as object);
    expect(first).toMatchObject({ intact: true, policyFrom: "node" });
    expect(server.asked).toContain("/.well-known/cityid");
    server.files = filesOf(scribe.entries, { key, seed: other });
    expect(await refusalOf({ policy: undefined } as object)).toMatchObject({
      refusal: { code: "NOTE_UNSIGNED" },
    });
    server.files = filesOf(scribe.entries);
    expect(await audit({ policy: undefined } as object)).toMatchObject({
      policyFrom: "remembered",
    });
  });
});

describe("a log that shows another past than before", () => {
  test("is told apart from one that only shows an older state", async () => {
    await audit();
    const before = scribe.entries.length;
    const older = scribe.entries.slice(0, 2);
    server.files = filesOf(older);
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "AUDIT_ROLLED_BACK", got: 2, want: before },
    });
    server.files = filesOf(scribe.entries);
    expect(await audit()).toMatchObject({ intact: true, size: before });
  });

  test.each([
    ["larger", 400, 700],
    ["smaller", 700, 400],
  ])("is caught with a proof where the other one is %s", async (_, first, second) => {
    const a = await writtenLog(first);
    const b = await writtenLog(second, 1000);
    server.files = filesOf(a.entries);
    expect(await audit()).toMatchObject({ intact: true });
    server.files = filesOf(b.entries);
    const { refusal } = await refusalOf();
    const differs = a.entries.findIndex(
      (entry, i) => hex(entry) !== hex(b.entries[i] ?? new Uint8Array()),
    );
    expect(refusal).toMatchObject({
      code: "AUDIT_SPLIT",
      first: a.entries.length,
      second: b.entries.length,
      index: differs,
    });
    if (refusal.code !== "AUDIT_SPLIT") throw new Error(refusal.code);
    const verdict = await convict(refusal.proof);
    expect(verdict).toMatchObject({
      ok: true,
      value: {
        origin: ORIGIN,
        first: { size: a.entries.length },
        second: { size: b.entries.length },
        how: { kind: "leaves", index: differs },
      },
    });
    // What was verified before stays.
    server.files = filesOf(a.entries);
    expect(await audit()).toMatchObject({ intact: true, size: a.entries.length });
  });

  test("is caught where the first audit never came to its end", async () => {
    const a = await writtenLog(400);
    const b = await writtenLog(700, 1000);
    server.files = filesOf(a.entries);
    server.files.delete("tile/entries/000");
    expect(await refusalOf()).toMatchObject({ refusal: { code: "AUDIT_MISSING" } });
    server.files = filesOf(b.entries);
    expect(await refusalOf()).toMatchObject({
      refusal: { code: "AUDIT_SPLIT", first: a.entries.length, second: b.entries.length },
    });
  });

  test("is caught at the same size too", async () => {
    const log = await writtenLog(300);
    const last = log.entries.length;
    server.files = filesOf(log.entries);
    await audit();
    const changed = [...log.entries];
    changed[5] = await gazette(7000);
    server.files = filesOf(changed);
    const { refusal } = await refusalOf();
    expect(refusal).toMatchObject({ code: "AUDIT_SPLIT", first: last, second: last, index: 5 });
    if (refusal.code !== "AUDIT_SPLIT") throw new Error(refusal.code);
    expect(await convict(refusal.proof)).toMatchObject({
      ok: true,
      value: { how: { kind: "roots" } },
    });
  });
});

/** What the verifier makes of a kept proof. */
function convict(path: string) {
  const policy = parsePolicy(POLICY);
  if (!policy.ok) throw new Error(policy.error.code);
  const trust = { policy: policy.value, nowSeconds: Date.now() / 1000, maxAgeSeconds: 3600 };
  return verifyFraudProof(readFileSync(path, "utf8"), trust);
}
