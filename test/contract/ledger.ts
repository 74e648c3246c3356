import { afterEach, describe, expect, test } from "vitest";
import { signEd25519 } from "#crypto";
import {
  type CodeRecord,
  certain,
  codeKey,
  decodeBlockEntry,
  decodeCbor,
  encodeCbor,
  encodeChunk,
  encodeChunkItems,
  type Hash,
  hashLeaf,
  hashMapKey,
  hex,
  inclusionPath,
  isWithdrawn,
  type MapKey,
  parseCheckpoint,
  prepareSignature,
  present,
  type RegisterItem,
  rootOf,
  sha256,
  statusBits,
  treeOf,
  unsealKey,
  utf8,
  type ValueReader,
  verifyInclusion,
  verifyMapProof,
  verifyRange,
} from "../../src/core/index.ts";
import type { Ledger, Outcome, StateProof } from "../../src/ledger/index.ts";
import { turn } from "../../src/log/index.ts";
import {
  ALL,
  city,
  code,
  fact,
  GENESIS,
  idOf,
  keySpec,
  member,
  named,
  sign,
  testKey,
} from "../core/state/kit.ts";

/** How a driver under test is opened: with the genesis of the kit, at this time. */
export type OpenLedger = (clock: { now: number }) => Promise<Ledger>;

/** A ledger under test, and what it takes the time to be. */
export type Setting = { readonly ledger: Ledger; readonly clock: { now: number } };

/** What every driver promises. `stamps`: whether blocks bear the time of the clock that it was opened with. */
export function describeLedger(
  name: string,
  open: OpenLedger,
  { stamps = "here" }: { readonly stamps?: "here" | "elsewhere" } = {},
): void {
  describe(`${name}: the ledger contract`, () => {
    const opened: Ledger[] = [];
    afterEach(async () => {
      for (const ledger of opened.splice(0)) await ledger[Symbol.asyncDispose]();
    });

    async function begin(): Promise<Setting> {
      const clock = { now: GENESIS.time + 1000 };
      const ledger = await open(clock);
      opened.push(ledger);
      return { ledger, clock };
    }

    test("begins with the genesis and its block entry", async () => {
      const { ledger } = await begin();
      const head = ledger.head();
      expect(head).toMatchObject({ size: 2, height: 0, timeMilliseconds: GENESIS.time });
      const block = decodeBlockEntry(present(ledger.entry(1), "entry 1"));
      expect(block).toMatchObject({ ok: true, value: { first: 0, count: 1, height: 0 } });
      expect(block.ok && hex(block.value.mapRoot)).toBe(hex(head.mapRoot));
      expect(ledger.entry(2)).toBeUndefined();
    });

    test("acknowledges an operation with a path to a checkpoint that covers it", async () => {
      const { ledger, clock } = await begin();
      const [outcome] = await ledger.submit([gazette(clock.now)]);
      const accepted = must(outcome);
      expect(accepted).toMatchObject({ index: 2, repeated: false, head: { size: 4, height: 1 } });
      const { index, path, head } = accepted;
      const leaf = hashLeaf(present(ledger.entry(index), "the entry"));
      expect(verifyInclusion(leaf, { index, size: head.size, path }, head.root)).toMatchObject({
        ok: true,
      });
      const checkpoint = parseCheckpoint(head.checkpoint);
      expect(checkpoint).toMatchObject({ ok: true, value: { size: 4, origin: GENESIS.origin } });
    });

    test("answers the same bytes again with their receipt, and writes them once", async () => {
      const { ledger, clock } = await begin();
      const operation = gazette(clock.now);
      const [[first], [second]] = await Promise.all([
        ledger.submit([operation]),
        ledger.submit([operation]),
      ]);
      expect(must(first).index).toBe(must(second).index);
      expect(must((await ledger.submit([operation]))[0])).toMatchObject({
        index: 2,
        repeated: true,
      });
      expect(ledger.head().size).toBe(4);
    });

    test("leaves no trace of a block whose operations are all refused", async () => {
      const { ledger, clock } = await begin();
      const before = ledger.head();
      const stale = sign(gazetteBody(), { ...member("A"), iat: 1 }, clock.now);
      const outcomes = await ledger.submit([stale, utf8("rubbish"), new Uint8Array()]);
      expect(outcomes).toMatchObject([
        { ok: false, refusal: { code: "OP_IAT", iat: 1 } },
        { ok: false, refusal: { code: "OP_NOT_AN_ENTRY" } },
        { ok: false, refusal: { code: "OP_NOT_AN_ENTRY", first: -1 } },
      ]);
      expect(ledger.head()).toEqual(before);
    });

    test("refuses a forged signature, whatever else is right", async () => {
      const { ledger, clock } = await begin();
      const forged = gazette(clock.now).slice();
      forged[forged.length - 1] = present(forged.at(-1), "a byte") ^ 1;
      expect((await ledger.submit([forged]))[0]).toMatchObject({
        ok: false,
        refusal: { code: "AUTH_SIGNATURE" },
      });
    });

    test("tells of signatures whether they are right, in their order", async () => {
      const { ledger } = await begin();
      const { seed, key } = testKey("whoever");
      const message = utf8("said");
      const checks = [message, utf8("not said"), message].map((each) => {
        const signed = { signature: signEd25519(seed, message) };
        return certain(prepareSignature({ key }, -8, each, signed), "a check");
      });
      expect(await ledger.checkSignatures(checks)).toEqual([true, false, true]);
      expect(await ledger.checkSignatures([])).toEqual([]);
    });

    test("of a hundred concurrent updates of one record, exactly one wins", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      const prev = record(ledger, "MA.156.1301").op;
      const updates = Array.from({ length: 100 }, (_, i) =>
        sign(
          { op: "update", code: code("MA.156.1301"), prev, names: named(`石家庄 ${i}`) },
          city,
          clock.now,
        ),
      );
      const outcomes = (await Promise.all(updates.map((update) => ledger.submit([update])))).flat();
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(
        outcomes.filter((each) => !each.ok && each.refusal.code === "STATE_PREV"),
      ).toHaveLength(99);
    });

    test("takes what is submitted together in its order, however much it is", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      let prev = record(ledger, "MA.156.1301").op;
      // Each builds on the one before.
      const chain = Array.from({ length: 150 }, (_, i) => {
        const names = named(`石家庄 ${i}`);
        const body = { op: "update" as const, code: code("MA.156.1301"), prev, names };
        const update = sign(body, city, clock.now);
        prev = hashLeaf(update);
        return update;
      });
      const accepted = (await ledger.submit(chain)).map(must);
      const indices = accepted.map(({ index }) => index);
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      for (const [i, { index, path, head, hash }] of accepted.entries()) {
        expect(hash).toEqual(hashLeaf(present(chain[i], "what was submitted")));
        expect(ledger.entry(index)).toEqual(chain[i]);
        expect(verifyInclusion(hash, { index, size: head.size, path }, head.root).ok).toBe(true);
      }
    });

    test("proves in every moment what the head that goes with it says", async () => {
      const { ledger, clock } = await begin();
      const key = "gazette/MA.156.1301";
      const item = { code: code("MA.156.1301"), add: [fact()] };
      const operation = sign({ op: "gazette", items: [item] }, member("A"), clock.now);
      let isDone = false;
      const submitted = ledger.submit([operation]).then((outcomes) => {
        isDone = true;
        return outcomes;
      });
      const proofs: Promise<StateProof>[] = [];
      for (let n = 0; !isDone && n < 20_000; n += 1) {
        proofs.push(ledger.prove([key]));
        // A microtask each, and now and then a turn of the event loop, without which nothing would end.
        await (n % 50 === 49 ? turn() : null);
      }
      expect((await submitted)[0]).toMatchObject({ ok: true });
      for (const { head, values } of await Promise.all(proofs)) {
        const [value] = values;
        const hash = value?.value && (sha256(value.value) as Hash);
        const path = present(value?.map, "a path");
        expect(verifyMapProof(head.mapRoot, hashMapKey(key), hash, path)).toMatchObject({
          ok: true,
        });
      }
    });

    test("proves presence and absence in one block", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      const keys = [codeKey(code("MA.156.1301")), codeKey(code("MA.156.9999"))];
      const { values, block, path, head } = await ledger.prove(keys);
      const entry = decodeBlockEntry(block);
      if (!entry.ok) throw new Error(entry.error.code);
      const index = entry.value.first + entry.value.count;
      expect(index).toBe(head.size - 1);
      expect(verifyInclusion(hashLeaf(block), { index, size: head.size, path }, head.root).ok).toBe(
        true,
      );
      for (const { key, value, map } of values) {
        const valueHash = value === undefined ? undefined : (sha256(value) as Hash);
        expect(verifyMapProof(entry.value.mapRoot, hashMapKey(key), valueHash, map)).toMatchObject({
          ok: true,
        });
      }
      expect(values.map(({ value }) => value !== undefined)).toEqual([true, false]);
    });

    test("proves a pinned state while it is written on, until it is not kept any more", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      const { manifest, chunks } = lampManifest(clock.now, 4, 5);
      must((await ledger.submit([manifest]))[0]);
      must((await ledger.submit(chunks.slice(0, 2)))[0]);
      const writing = ledger.submit(chunks.slice(2, 3));
      const pinned = await ledger.pin([]);
      expect(ledger.published().size).toBe(pinned.size);
      await writing;
      const lamps = codeKey(code("MA.156.1301/LAMP"));
      const keys = [lamps, codeKey(code("MA.156.1301/LAMP/000019"))];
      must((await ledger.submit(chunks.slice(3)))[0]);
      // The newest state and the one before it, asked for while both change.
      const [newest, then] = await Promise.all([
        ledger.prove(keys),
        ledger.proveAt(pinned.size, keys),
      ]);
      const before = present(then, "a pinned state");
      expect(before.head).toEqual(pinned);
      const counts = [newest, before].map((proof) => {
        const entry = decodeBlockEntry(proof.block);
        if (!entry.ok) throw new Error(entry.error.code);
        const { size, root } = proof.head;
        const at = { index: size - 1, size, path: proof.path };
        expect(verifyInclusion(hashLeaf(proof.block), at, root).ok).toBe(true);
        for (const { key, value, map } of proof.values) {
          const hash = value === undefined ? undefined : (sha256(value) as Hash);
          expect(verifyMapProof(entry.value.mapRoot, hashMapKey(key), hash, map).ok).toBe(true);
        }
        return decode<CodeRecord>(proof.values[0]?.value).children.count;
      });
      expect(counts[0]).toBe(20);
      expect(counts[1]).toBeLessThan(20);
      expect(newest.values[1]?.value).toBeDefined();
      expect(before.values[1]?.value).toBeUndefined();
      // Children of the record as it was then.
      const page = present(await ledger.childrenIn(before, 0, 1000), "page");
      expect(page).toMatchObject({ count: counts[1] });
      const { children } = decode<CodeRecord>(page.proof.values[0]?.value);
      const leaves = page.codes.map((each) => hashLeaf(utf8(each)));
      const range = { start: 0, size: page.count, path: page.path };
      expect(verifyRange(leaves, range, children.root as Hash).ok).toBe(true);

      const second = await ledger.pin([pinned.size]);
      expect((await ledger.proveAt(pinned.size, keys))?.values).toEqual(before.values);
      expect((await ledger.proveAt(second.size, keys))?.values).toEqual(newest.values);
      await ledger.pin([]);
      expect(await ledger.proveAt(pinned.size, keys)).toBeUndefined();
    });

    test("takes a manifest's chunks in any order, and pages of children prove themselves", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      const { manifest, chunks } = lampManifest(clock.now, 5, 60);
      must((await ledger.submit([manifest]))[0]);
      const outcomes = await ledger.submit([...chunks].reverse());
      for (const outcome of outcomes) must(outcome);
      const again = (await ledger.submit([present(chunks[0], "chunk")]))[0];
      expect(must(again).repeated).toBe(true);
      const page = present(await ledger.children("MA.156.1301/LAMP", 100, 50), "page");
      expect(page).toMatchObject({ count: 300, start: 100 });
      expect(page.codes).toHaveLength(50);
      const parent = decode<CodeRecord>(page.proof.values[0]?.value);
      expect(parent.children.count).toBe(300);
      const leaves = page.codes.map((each) => hashLeaf(utf8(each)));
      const proof = { start: page.start, size: page.count, path: page.path };
      expect(verifyRange(leaves, proof, parent.children.root as Hash)).toMatchObject({ ok: true });
    });

    test("finds what was registered by name, place, alias and code", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      const { manifest, chunks } = lampManifest(clock.now, 1, 20);
      for (const outcome of await ledger.submit([manifest, ...chunks])) must(outcome);
      await ledger.indexed(ledger.head().size);
      const seven = "MA.156.1301/LAMP/000007";
      expect(await ledger.search({ text: "OLD-7", limit: 10 })).toMatchObject({ codes: [seven] });
      const alias = { scheme: "asset", value: "OLD-7", limit: 10 };
      expect(await ledger.aliases(alias)).toEqual({ codes: [seven] });
      const bbox = [1_145_000_007, 380_000_007, 1_145_000_007, 380_000_007] as const;
      expect(await ledger.search({ bbox, limit: 10 })).toMatchObject({ codes: [seven] });
      expect((await ledger.search({ under: "MA.156.1301/LAMP", limit: 100 })).codes).toHaveLength(
        20,
      );
      expect((await ledger.keys("manifest/", 10)).keys).toHaveLength(1);
    });

    test("keeps every version of a value, newest first", async () => {
      const { ledger, clock } = await begin();
      await issueCity({ ledger, clock });
      for (const name of ["石家庄一", "石家庄二"]) {
        const prev = record(ledger, "MA.156.1301").op;
        must(
          (
            await ledger.submit([
              sign(
                { op: "update", code: code("MA.156.1301"), prev, names: named(name) },
                city,
                clock.now,
              ),
            ])
          )[0],
        );
      }
      const versions = [...ledger.versions(codeKey(code("MA.156.1301")))];
      const names = versions.map(({ value }) => decode<CodeRecord>(value).names.zh);
      expect(names.slice(0, 3)).toMatchObject([
        { value: "石家庄二" },
        { value: "石家庄一" },
        { value: "石家庄市" },
      ]);
      expect(versions.map(({ index }) => index)).toEqual(
        [...versions.map(({ index }) => index)].sort((a, b) => b - a),
      );
    });

    test("keeps the status bits of seals beside the map, and their hash in it", async () => {
      const setting = await begin();
      const { ledger, clock } = setting;
      await issueCity(setting);
      const { kid } = testKey("city");
      const holder = "MA.156.1301#1";
      const state: ValueReader = {
        get: <T>(key: MapKey<T>) => {
          const bytes = ledger.value(key);
          return bytes && decode<T>(bytes);
        },
      };
      for (const serials of [[3], [3, 9000, 1_048_575]]) {
        const op = { op: "unseal", code: code("MA.156.1301"), kid, serials, reason: "x" } as const;
        must((await ledger.submit([sign(op, city, clock.now)]))[0]);
      }
      const bits = statusBits(state, holder, kid);
      expect([3, 4, 9000, 1_048_575].map((each) => isWithdrawn(bits, each))).toEqual([
        true,
        false,
        true,
        true,
      ]);
      const { values, block } = await ledger.prove([unsealKey(holder, kid)]);
      const { value, map } = present(values[0], "a value");
      expect(value).toEqual(encodeCbor(sha256(bits)));
      const entry = decodeBlockEntry(block);
      if (!entry.ok) throw new Error(entry.error.code);
      const { mapRoot } = entry.value;
      const leaf = sha256(present(value, "value")) as Hash;
      expect(verifyMapProof(mapRoot, hashMapKey(unsealKey(holder, kid)), leaf, map).ok).toBe(true);
    });

    test("says which block an entry stands in", async () => {
      const { ledger, clock } = await begin();
      clock.now += 5000;
      const { index } = must((await ledger.submit([gazette(clock.now)]))[0]);
      const block = present(ledger.blockOf(index), "a block");
      expect(block).toMatchObject({ height: 1, first: 2, count: 1 });
      if (stamps === "here") expect(block.timeMilliseconds).toBe(clock.now);
      else expect(block.timeMilliseconds).toBe(ledger.head().timeMilliseconds);
      expect(ledger.blockOf(99)).toBeUndefined();
    });
  });
}

function gazetteBody() {
  const fact = {
    names: { zh: "石家庄市" },
    level: "prefecture",
    from: "1981",
    source: "test",
  } as const;
  return { op: "gazette", items: [{ code: code("MA.156.1301"), add: [fact] }] } as const;
}

function gazette(now: number): Uint8Array {
  return sign(gazetteBody(), member("A"), now);
}

export async function issueCity({ ledger, clock }: Setting): Promise<void> {
  const application = sign(
    {
      op: "apply",
      code: code("MA.156.1301"),
      names: named("石家庄市"),
      keys: [keySpec("city", ALL)],
      evidence: [{ title: "公文", commit: sha256(utf8("x")) }],
    },
    city,
    clock.now,
  );
  const decision = idOf(application);
  const steps = [
    gazette(clock.now),
    sign({ op: "admit", application }, member("A"), clock.now),
    sign({ op: "endorse", decision, vote: "approve" }, member("A"), clock.now),
    sign({ op: "endorse", decision, vote: "approve" }, member("B"), clock.now),
    sign(
      {
        op: "register",
        items: [{ code: code("MA.156.1301/LAMP"), kind: "class", names: named("路灯") }],
      },
      city,
      clock.now,
    ),
  ];
  for (const outcome of await ledger.submit(steps)) must(outcome);
}

/** A manifest of lamps and its chunks. */
export function lampManifest(now: number, chunkCount: number, each: number) {
  const items = (chunk: number): RegisterItem[] =>
    Array.from({ length: each }, (_, i) => {
      const n = chunk * each + i;
      return {
        code: code(`MA.156.1301/LAMP/${String(n).padStart(6, "0")}`),
        kind: "thing",
        names: named(`路灯 ${n}号`),
        geometry: {
          value: { point: [1_145_000_000 + n, 380_000_000 + n] },
          validFrom: "2020-01-01",
        },
        aliases: [{ scheme: "asset", value: `OLD-${n}` }],
      };
    });
  const groups = Array.from({ length: chunkCount }, (_, chunk) => items(chunk));
  const tree = treeOf(groups.map((group) => hashLeaf(encodeChunkItems(group))));
  const manifest = sign(
    {
      op: "manifest",
      what: "register",
      under: code("MA.156.1301/LAMP"),
      count: chunkCount * each,
      chunks: chunkCount,
      root: rootOf(tree),
    },
    city,
    now,
  );
  const id = idOf(manifest);
  const chunks = groups.map((group, index) =>
    encodeChunk({ manifest: id, index, items: group, path: inclusionPath(tree, index) }),
  );
  return { manifest, chunks };
}

export function must(outcome: Outcome | undefined): Extract<Outcome, { ok: true }> {
  if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
  return outcome;
}

function decode<T>(bytes: Uint8Array | undefined): T {
  const value = decodeCbor(present(bytes, "bytes"));
  if (!value.ok) throw new Error(value.error.code);
  return value.value as T;
}

function record(ledger: Ledger, text: string): CodeRecord {
  return decode(ledger.value(codeKey(code(text))));
}
