import { createHash } from "node:crypto";
import { join } from "node:path";
import { COSEKey, Sign1 } from "@auth0/cose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Code,
  composeEntry,
  decodeEntry,
  encodeCbor,
  encodeEntry,
  encodeObservations,
  fromHex,
  hex,
  observationsRoot,
  type PlateScan,
  parseCheckpoint,
  parsePolicy,
  present,
  sealName,
} from "../../src/core/index.ts";
import {
  type Client,
  createClient,
  makeObservation,
  plateSaid,
  type Said,
  type SignedEntry,
  signEntry,
} from "../../src/sdk/index.ts";
import { verifyFacts } from "../../src/verify/data/index.ts";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { AIR, OFFICE, openDatasetWorld, ownerAt } from "./dataset-world.ts";
import { flip } from "./flip.ts";
import { type RealNode, startRealNode } from "./real-node.ts";

// A department's dataset on a real node: its log, what is sent, read, proved and erased; over HTTP, across kills.

let root: string;
let node: RealNode;
let owner: Client;
let origin: string;

beforeAll(async () => {
  ({ root, node, owner, origin } = await openDatasetWorld("datasets"));
});
afterAll(async () => {
  await node.stop();
  discard(root);
});

const now = () => Math.floor(Date.now() / 1000);

function sign(said: readonly Said[], files: readonly Uint8Array[] = [], iatSeconds = now()) {
  const claims = { source: code(OFFICE), audience: origin, iatSeconds, signer: signerOf("phone") };
  return signEntry(claims, said.map(makeObservation), files);
}

const reading = (pm25: number): Said => ({
  id: AIR,
  note: "晴",
  pm25,
  time: "2026-05-29T03:00:00Z",
  type: "AirQualityObserved",
});

const refusal = (sent: Promise<unknown>) =>
  sent.then(
    () => "taken",
    (problem: { code: string; facts: object }) => ({ code: problem.code, ...problem.facts }),
  );

async function trust() {
  const policy = parsePolicy((await node.client.node()).policy);
  if (!policy.ok) throw new Error(policy.error.code);
  return { policy: policy.value, nowSeconds: now(), maxAgeSeconds: 3600 };
}

describe("an entry", () => {
  test("is taken once, read by its owner, and proved from the fact up to the ledger", async () => {
    const signed = await sign([reading(12), reading(13)]);
    const receipt = await node.client.sendEntry(AIR, signed);
    expect(receipt).toMatchObject({ dataset: `${AIR}#1`, log: origin, index: 1 });
    const again = await node.client.sendEntry(AIR, signed);
    expect([again.index, again.hash, again.received]).toEqual([
      receipt.index,
      receipt.hash,
      receipt.received,
    ]);
    const stranger = await node.client.datasetEntry(AIR, 1);
    expect(Object.keys(stranger).sort()).toEqual(["index", "observations", "office", "received"]);
    expect(stranger).toMatchObject({ office: OFFICE, observations: 2 });
    const own = await owner.datasetEntry(AIR, 1);
    expect(JSON.stringify(own)).toContain('"name":"pm25","value":12');
    const proof = await owner.factsProof(AIR, 1, { observation: 1, names: ["pm25", "time"] });
    expect(proof).not.toContain(Buffer.from("晴").toString("base64"));
    const verdict = await verifyFacts(proof, await trust());
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
    const { facts, source, dataset, signer, index } = verdict.value;
    expect(facts.map(({ name, value }) => [name, value])).toEqual([
      ["pm25", 13],
      ["time", "2026-05-29T03:00:00Z"],
    ]);
    expect([source, dataset, index, signer.holder]).toEqual([OFFICE, `${AIR}#1`, 1, `${OFFICE}#1`]);
    // The first entry is anchored, this one is not yet.
    expect(verdict.value.anchoredMilliseconds).toBeUndefined();
    const first = await verifyFacts(await owner.factsProof(AIR, 0), await trust());
    expect(first.ok && first.value.anchoredMilliseconds).toBeGreaterThan(0);
  });

  test("is verified by a library from outside", async () => {
    const { entry } = await sign([reading(1)]);
    const theirs = Sign1.decode(entry);
    const key = await COSEKey.import(encodeCbor(signerOf("phone").publicKey)).toKeyLike();
    await expect(theirs.verify(key)).resolves.toBeUndefined();
  });

  test("keeps nothing of what was erased, and what is left still verifies", async () => {
    const { index } = await node.client.sendEntry(AIR, await sign([reading(20)]));
    await owner.eraseFacts(AIR, index, { names: ["note"] });
    const own = JSON.stringify(await owner.datasetEntry(AIR, index));
    expect(own).not.toContain("晴");
    const proof = await owner.factsProof(AIR, index);
    const verdict = await verifyFacts(proof, await trust());
    expect(verdict.ok && verdict.value.facts.map(({ name }) => name)).toEqual([
      "id",
      "pm25",
      "time",
      "type",
    ]);
    const asked = owner.factsProof(AIR, index, { names: ["note"] });
    expect(await refusal(asked)).toMatchObject({ code: "DATA_FACT_UNKNOWN", name: "note" });
  });

  test("is refused with one cause each, and nothing is kept", async () => {
    const before = (await node.client.dataset(AIR)).entries;
    const good = await sign([reading(1)]);
    const send = (changes: Partial<SignedEntry>) =>
      refusal(node.client.sendEntry(AIR, { ...good, ...changes }));
    const by = (word: string, source = OFFICE, audience = origin) =>
      signEntry({ source: code(source), audience, iatSeconds: now(), signer: signerOf(word) }, [
        makeObservation(reading(2)),
      ]);
    expect(await send(await by("stranger"))).toMatchObject({ code: "AUTH_KEY_UNKNOWN" });
    expect(await send(await by("office"))).toMatchObject({ code: "AUTH_KEY_USE" });
    expect(await send(await by("phone", "MA.156"))).toMatchObject({ code: "AUTH_KEY_UNKNOWN" });
    expect(await send(await by("phone", `${CITY}.09`))).toMatchObject({ code: "DATA_SOURCE" });
    expect(await send(await by("phone", `${OFFICE}/LAMP/1`))).toMatchObject({
      code: "STATE_UNKNOWN",
    });
    expect(await send(await by("phone", OFFICE, "other/log"))).toMatchObject({
      code: "DATA_AUDIENCE",
    });
    const old = await sign([reading(1)], [], now() - 8 * 24 * 3600);
    expect(await send(old)).toMatchObject({ code: "DATA_TIME" });
    const early = await sign([reading(1)], [], now() + 3600);
    expect(await send(early)).toMatchObject({ code: "DATA_TIME" });
    const others = encodeObservations([makeObservation(reading(3))]);
    expect(await send({ facts: others })).toMatchObject({ code: "DATA_ROOT" });
    const two = encodeObservations([makeObservation(reading(3)), makeObservation(reading(4))]);
    expect(await send({ facts: two })).toMatchObject({ code: "DATA_COUNT", got: 2, want: 1 });
    expect(await send({ facts: encodeCbor([[new Uint8Array(32)]]) })).toMatchObject({
      code: "DATA_FACT",
    });
    expect(await send({ entry: good.entry.subarray(1) })).toMatchObject({ code: "COSE_TAG" });
    const flipped = good.entry.slice();
    flipped[flipped.length - 3] = (flipped.at(-3) ?? 0) ^ 1;
    expect(await send({ entry: flipped })).toMatchObject({ code: "AUTH_SIGNATURE" });
    // Bytes turned one by one: always a refusal, never a fault.
    for (let at = 0; at < good.entry.length; at += 7) {
      const bytes = good.entry.slice();
      bytes[at] = (bytes[at] ?? 0) ^ 0x40;
      const answer = await send({ entry: bytes });
      expect(answer).toMatchObject({ code: expect.not.stringMatching(/^(taken|HTTP_INTERNAL)$/) });
    }
    expect((await node.client.dataset(AIR)).entries).toBe(before);
  });

  test("of P-256 has one spelling: a high s is refused", async () => {
    const observations = [makeObservation(reading(1))];
    const claims = { source: code(OFFICE) as Code, audience: origin, iatSeconds: now() };
    const counted = { count: 1, root: observationsRoot(observations) };
    const unsigned = composeEntry({ ...claims, ...counted }, { alg: -7, kid: new Uint8Array(8) });
    const entry = encodeEntry(unsigned, new Uint8Array(64).fill(0xff));
    const facts = encodeObservations(observations);
    expect(await refusal(node.client.sendEntry(AIR, { entry, facts, files: [] }))).toMatchObject({
      code: "AUTH_KEY_UNKNOWN",
    });
    expect(decodeEntry(entry).ok).toBe(true);
  });
});

/** A JPEG with a comment and EXIF. */
const PHOTO = Uint8Array.from([
  ...[0xff, 0xd8, 0xff, 0xe1, 0x00, 0x0a, ...Buffer.from("Exif\0GPS")],
  ...[0xff, 0xfe, 0x00, 0x06, ...Buffer.from("who?")],
  ...[0xff, 0xda, 0x00, 0x02, 0x11, 0x22, 0xff, 0x00, 0x33, 0xff, 0xd9],
]);

const named_ = (bytes: Uint8Array, type = "image/jpeg") => ({
  bytes: bytes.length,
  sha256: new Uint8Array(createHash("sha256").update(bytes).digest()),
  type,
});

describe("files", () => {
  test("are kept under their hash, given to the owner to download, stripped on request, erased", async () => {
    const said = { ...reading(1), photo: named_(PHOTO) };
    const { index } = await node.client.sendEntry(AIR, await sign([said], [PHOTO]));
    const hash = hex(named_(PHOTO).sha256);
    expect(await owner.entryFile(AIR, index, hash)).toEqual(PHOTO);
    const stripped = Buffer.from(await owner.entryFile(AIR, index, hash, true));
    expect(stripped.includes("GPS") || stripped.includes("who?")).toBe(false);
    expect(stripped.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
    const url = `${node.url}/v1/datasets/${encodeURIComponent(AIR)}/entries/${index}/files/${hash}`;
    const stranger = await fetch(url);
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get("X-Content-Type-Options")).toBe("nosniff");
    await owner.eraseFacts(AIR, index, { names: ["photo"] });
    expect(await refusal(owner.entryFile(AIR, index, hash))).toMatchObject({
      code: "DATA_FILE_UNKNOWN",
    });
  });

  test("are what their fact says, all of them and no others", async () => {
    const send = async (said: Said, files: readonly Uint8Array[]) =>
      refusal(node.client.sendEntry(AIR, await sign([{ ...reading(1), ...said }], files)));
    const page = Buffer.from("<html><script>alert(1)</script>");
    expect(await send({ photo: named_(page) }, [page])).toMatchObject({ code: "DATA_FILE_TYPE" });
    expect(await send({ photo: named_(page, "text/html") }, [page])).toMatchObject({
      code: "DATA_FILE_TYPE",
    });
    expect(await send({ photo: named_(PHOTO) }, [])).toMatchObject({ code: "DATA_FILE_MISSING" });
    expect(await send({}, [PHOTO])).toMatchObject({ code: "DATA_FILE_UNNAMED" });
    const large = new Uint8Array(10 * 1024 * 1024 + 1);
    large.set(PHOTO);
    expect(await send({ photo: named_(large) }, [large])).toMatchObject({ code: "DATA_FILE_SIZE" });
  });
});

describe("a plate", () => {
  const LAMP = `${OFFICE}/LAMP/000001`;
  const PLACE = [1_145_148_600, 380_427_690] as const;

  test("is installed, moved, replaced and missed: on its page, over HTTP, of its generation", async () => {
    const lamp = { code: code(LAMP), kind: "thing" as const, names: named("路灯") };
    const geometry = { value: { point: PLACE }, validFrom: "2026-01-01" };
    const items = [
      { code: code(`${OFFICE}/LAMP`), kind: "class" as const, names: named("路灯") },
      { ...lamp, geometry },
      { ...lamp, code: code(`${OFFICE}/LAMP/000002`) },
    ];
    await node.act({ op: "register", items }, OFFICE, "office");
    const bornOf = async (text: string) =>
      present(fromHex((await node.client.record(text)).record.born), "born").slice(0, 8);
    const born = await bornOf(LAMP);
    const seal = (serial: number, of = born) => sealName({ serial, born: of });
    const evidence = { timeMilliseconds: Date.now(), photo: PHOTO, note: "东侧" };
    const at = now();
    const say = async (scan: PlateScan, seconds: number) => {
      const { photo, ...rest } = evidence;
      const isGone = scan.state === "missing";
      const said = plateSaid(scan, isGone ? rest : evidence);
      return node.client.sendEntry(AIR, await sign([said], isGone ? [] : [photo], at + seconds));
    };
    const scan = { code: code(LAMP), seal: seal(1), place: PLACE };
    const moved = [PLACE[0] + 100, PLACE[1]] as const;
    const known = async () => (await node.client.plates(LAMP)).items;
    expect(await known()).toEqual([]);
    const page = async () =>
      (
        await fetch(`${node.url}/${LAMP}`, {
          headers: { Accept: "text/html", "Accept-Language": "zh" },
        })
      ).text();
    expect(await page()).not.toContain('id="plates"');
    const first = await say({ ...scan, state: "installed" }, -50);
    const today = new Date((at - 50) * 1000).toISOString().slice(0, 10);
    const shown = { seal: hex(seal(1)), since: today, office: OFFICE };
    expect(await known()).toEqual([{ ...shown, state: "installed", place: PLACE }]);
    // Its page had been kept without it.
    expect(await page()).toMatch(/铭牌 1 .*已安装/);
    await say({ ...scan, state: "moved", place: moved }, -40);
    // What waited on a phone comes late, and changes nothing of what was said after it.
    await say({ ...scan, state: "missing" }, -45);
    expect(await known()).toMatchObject([{ state: "moved", place: moved }]);
    await say({ ...scan, seal: seal(2), state: "replaced" }, -30);
    expect(await known()).toMatchObject([
      { seal: hex(seal(1)), state: "replaced", by: hex(seal(2)), place: moved },
      { seal: hex(seal(2)), state: "installed", place: PLACE },
    ]);
    await say({ code: code(LAMP), state: "missing" }, -20);
    expect((await known()).map(({ state }) => state)).toEqual(["replaced", "missing"]);
    expect(await page()).toMatch(/铭牌 2 .*丢失/);

    // Whoever owns the dataset sees which entry says so; a stranger neither key, nor minute, nor picture.
    const own = (await owner.plates(LAMP)).items;
    expect(own[0]).toMatchObject({
      dataset: `${AIR}#1`,
      source: OFFICE,
      signed: expect.anything(),
    });
    expect(JSON.stringify(await owner.datasetEntry(AIR, first.index))).toContain('"installed"');
    // Where the record keeps back where the thing is, its plate does too.
    const second = `${OFFICE}/LAMP/000002`;
    const hidden = { code: code(second), seal: seal(1, await bornOf(second)), place: PLACE };
    await say({ ...hidden, state: "installed" }, -10);
    expect((await node.client.plates(second)).items[0]).not.toHaveProperty("place");
    expect((await owner.plates(second)).items[0]).toMatchObject({ place: PLACE });

    // Erased, it says nothing any more; across a start the rest is as it was.
    const before = await known();
    await owner.eraseFacts(AIR, first.index);
    expect(await known()).toEqual(before);
    await node.stop("SIGKILL");
    node = await startRealNode({ data: node.data });
    owner = node.client.as({ signer: signerOf("office"), holder: `${OFFICE}#1` });
    expect(await known()).toEqual(before);
    const last = (await owner.plates(second)).items[0]?.entry ?? 0;
    await owner.eraseFacts(AIR, last, { names: ["place"] });
    expect((await owner.plates(second)).items[0]).not.toHaveProperty("place");
    await owner.eraseFacts(AIR, last, { names: ["seal"] });
    expect((await node.client.plates(second)).items).toEqual([]);

    const bad = (said: PlateScan, seconds = 0) => refusal(say(said, seconds));
    const installed = { ...scan, state: "installed" } as const;
    expect(await bad({ ...installed, seal: seal(1, new Uint8Array(8)) })).toMatchObject({
      ...{ code: "DATA_PLATE_SEAL", subject: LAMP, want: hex(born) },
    });
    expect(await bad({ ...installed, code: code(CITY) })).toMatchObject({
      ...{ code: "DATA_PLATE_CODE", subject: CITY, owner: OFFICE },
    });
    expect(await bad({ ...installed, code: code(`${OFFICE}/LAMP/9`) })).toMatchObject({
      code: "STATE_UNKNOWN",
    });
    const { place: _, ...nowhere } = installed;
    expect(await bad(nowhere)).toMatchObject({ code: "DATA_PLATE", field: "place" });
    expect(await refusal(node.client.plates(`${OFFICE}/LAMP/9`))).toMatchObject({
      code: "RESOLVE_UNKNOWN",
    });
    const { entries = 0 } = await node.client.dataset(AIR);
    expect(entries).toBeGreaterThan(first.index);
    expect(await known()).toEqual(before);
  });
});

describe("the log of a dataset", () => {
  test("shows its checkpoint and hashes to everybody, its entries to the owner alone", async () => {
    const base = `http://${origin}`.replace(/127\.0\.0\.1:\d+/, new URL(node.url).host);
    const checkpoint = parseCheckpoint(await (await fetch(`${base}/checkpoint`)).text());
    expect(checkpoint.ok && checkpoint.value.origin).toBe(origin);
    const size = checkpoint.ok ? checkpoint.value.size : 0;
    const tile = await fetch(`${base}/tile/0/000.p/${size}`);
    expect((await tile.arrayBuffer()).byteLength).toBe(32 * size);
    expect((await fetch(`${base}/tile/entries/000.p/1`)).status).toBe(401);
    expect((await fetch(`${base}/tile/0/000.p/255`)).status).toBe(404);
  });

  test("takes each of a hundred reports exactly once, though every connection is cut", async () => {
    const before = (await node.client.dataset(AIR)).entries ?? 0;
    const reports = await Promise.all(
      Array.from({ length: 100 }, (_, n) => sign([{ ...reading(n), note: `report ${n}` }])),
    );
    const url = `${node.url}/v1/datasets/${encodeURIComponent(AIR)}/entries`;
    await Promise.all(
      reports.map(async ({ entry, facts }, n) => {
        const body = encodeCbor({ entry, facts }) as Uint8Array<ArrayBuffer>;
        const cut = new AbortController();
        // Cut at different moments: before, while and after the node has written.
        setTimeout(() => cut.abort(), n % 40);
        await fetch(url, { method: "POST", body, signal: cut.signal }).catch(() => undefined);
      }),
    );
    // The phone sends what it has no receipt for, while the node is killed in between.
    const impatient = createClient({ url: node.url, attempts: 1 });
    const some = Promise.allSettled(reports.map((each) => impatient.sendEntry(AIR, each)));
    await node.stop("SIGKILL");
    await some;
    node = await startRealNode({ data: node.data });
    owner = ownerAt(node);
    const sendAll = () => Promise.all(reports.map((each) => node.client.sendEntry(AIR, each)));
    const first = await sendAll();
    const indices = new Set(first.map(({ index }) => index));
    expect(indices.size).toBe(100);
    expect((await node.client.dataset(AIR)).entries).toBe(before + 100);
    const second = await sendAll();
    expect(second.map(({ index }) => index)).toEqual(first.map(({ index }) => index));
  });
});

describe("a backup", () => {
  test("holds the logs with all that lies beside them; brought back they take nothing until that is confirmed", async () => {
    const signed = await sign([{ ...reading(7), photo: named_(PHOTO) }], [PHOTO]);
    const { index } = await node.client.sendEntry(AIR, signed);
    const [backup, restored] = [join(root, "backup"), join(root, "restored")];
    const ran = await runCli(["backup", node.data, backup, "--with-keys"]);
    expect(ran).toMatchObject({ exit: 0, errors: "" });
    expect(await runCli(["restore", backup, restored])).toMatchObject({ exit: 0 });
    await flip(join(backup, "datasets", "MA.156.1301.02_DATA_AIR.g1", "log", "journal"), 200);
    const damaged = await runCli(["restore", backup, join(root, "damaged")]);
    expect(damaged.errors).toContain("JOURNAL_DAMAGED");
    const mine = node;
    await node.stop();
    node = await startRealNode({ data: restored });
    try {
      owner = node.client.as({ signer: signerOf("office"), holder: `${OFFICE}#1` });
      expect(await owner.entryFile(AIR, index, hex(named_(PHOTO).sha256))).toEqual(PHOTO);
      const verdict = await verifyFacts(await owner.factsProof(AIR, index), await trust());
      expect(verdict.ok).toBe(true);
      // What stands there gets its receipt; what is new does not come in.
      expect((await node.client.sendEntry(AIR, signed)).index).toBe(index);
      const impatient = createClient({ url: node.url, attempts: 1 });
      const more = await sign([reading(8)]);
      expect(await refusal(impatient.sendEntry(AIR, more))).toMatchObject({
        code: "DATA_RESTORED",
      });
      await node.stop();
      node = await startRealNode({ data: restored, args: ["--confirm-restored"] });
      expect((await node.client.sendEntry(AIR, more)).index).toBe(index + 1);
    } finally {
      await node.stop();
      node = await startRealNode({ data: mine.data });
    }
  });
});
