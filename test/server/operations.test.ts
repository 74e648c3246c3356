import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  concat,
  fromBase64,
  hashLeaf,
  hex,
  parseCheckpoint,
  parseTlogProof,
  verifyInclusion,
} from "../../src/core/index.ts";
import { type Ledger, LedgerFault } from "../../src/ledger/index.ts";
import { turn } from "../../src/log/index.ts";
import type { HotAnswer } from "../../src/server/index.ts";
import { MAX_EVENT_STREAMS_OF_ADDRESS, MAX_WRITES_WAITING } from "../../src/server/limits.ts";
import { lampManifest } from "../contract/ledger.ts";
import { city, code, idOf, member, named, sign } from "../core/state/kit.ts";
import { issueCity, type Json, MA1301, openCity, openWorld, present, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const post = (body: Uint8Array, type = "application/cose", headers: Record<string, string> = {}) =>
  world.request("POST", "/v1/operations", {
    headers: { "Content-Type": type, ...headers },
    body: new Uint8Array(body),
  });

/** The same as a listener does it: the short way where there is one. */
const postShort = async (
  body: Uint8Array,
  type = "application/cose",
  headers: Record<string, string> = {},
  { app } = world,
) => {
  const rawHeaders = Object.entries({
    ...headers,
    "Content-Type": type,
    "Content-Length": String(body.length),
  }).flat();
  const take = app.write({ method: "POST", url: "/v1/operations", rawHeaders, socket: {} });
  if (take === undefined) return post(body, type, headers);
  return asResponse(await (typeof take === "function" ? take(body) : take));
};

function asResponse({ status, headers, body }: HotAnswer): Response {
  const pairs = Array.from({ length: headers.length / 2 }, (_, i): [string, string] => [
    headers[2 * i] ?? "",
    headers[2 * i + 1] ?? "",
  ]);
  return new Response(Buffer.from(body ?? "", "latin1"), { status, headers: pairs });
}

/** A registration of one department, different for each number. */
const registration = (n: number) =>
  sign(
    {
      op: "register",
      items: [{ code: code(`${MA1301}.9${n}`), kind: "department", names: named(`部门 ${n}`) }],
    },
    city,
    world.clock.now,
  );

describe.each([
  ["the long way", (...sent: Parameters<typeof post>) => post(...sent)],
  ["the short way", (...sent: Parameters<typeof post>) => postShort(...sent)],
])("POST /v1/operations, one, %s", (_, post) => {
  test("answers with a receipt that verifies", async () => {
    const operation = registration(1);
    const response = await post(operation, 'application/cose; cose-type="cose-sign1"');
    expect(response.status).toBe(200);
    const { status, hash, index, receipt, repeated } = await response.json();
    expect([status, repeated]).toEqual(["accepted", undefined]);
    expect(hash).toBe(hex(hashLeaf(operation)));
    const proof = parseTlogProof(receipt);
    if (!proof.ok) throw new Error(proof.error.code);
    const { path, checkpoint } = proof.value;
    expect(proof.value.index).toBe(index);
    expect(
      verifyInclusion(hashLeaf(operation), { index, size: checkpoint.size, path }, checkpoint.root),
    ).toMatchObject({ ok: true });
  });

  test("answers the same operation again with its receipt", async () => {
    const operation = registration(1);
    const first = await (await post(operation)).json();
    const second = await (await post(operation)).json();
    expect(second).toMatchObject({ index: first.index, repeated: true });
  });

  test("refuses with 422, with 409 for a lost race", async () => {
    const stranger = sign(
      { op: "endorse", decision: new Uint8Array(32), vote: "approve" },
      { iss: "member/Z", key: "z" },
      world.clock.now,
    );
    const refused = await post(stranger);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: "AUTH_MEMBER", facts: { got: "member/Z" } });
    const update = {
      op: "update",
      code: code(MA1301),
      prev: new Uint8Array(32),
      names: named("x"),
    } as const;
    const lost = await post(sign(update, city, world.clock.now));
    expect(lost.status).toBe(409);
    expect(await lost.json()).toMatchObject({
      code: "STATE_PREV",
      facts: { got: "00".repeat(32), want: expect.stringMatching(/^[0-9a-f]{64}$/) },
      remedy: expect.stringContaining("sign"),
    });
  });

  test("refuses bytes that are nothing, with 422", async () => {
    const response = await post(Uint8Array.of(1, 2, 3));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "OP_NOT_AN_ENTRY", facts: { first: 1 } });
  });

  test("refuses another type, and a body beyond 16 MiB", async () => {
    const typed = await post(registration(1), "text/plain");
    expect(typed.status).toBe(415);
    expect(await typed.json()).toMatchObject({ code: "HTTP_TYPE", facts: { got: "text/plain" } });
    const large = await post(new Uint8Array(16 * 1024 * 1024 + 1));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({
      code: "HTTP_BODY_SIZE",
      facts: { max: 16 * 1024 * 1024 },
    });
  });
});

describe("the short way of an operation", () => {
  const short = (more: object = {}, rawHeaders: readonly string[] = []) =>
    world.app.write({
      method: "POST",
      url: "/v1/operations",
      rawHeaders: ["Content-Type", "application/cose", "content-length", "9", ...rawHeaders],
      socket: {},
      ...more,
    });

  test("answers as the long one, in every header and byte", async () => {
    const accepted = registration(1);
    await post(accepted);
    for (const [body, type, headers] of [
      [accepted, "application/cose", {}],
      [accepted, "application/cbor-seq", {}],
      [concat(accepted, accepted), "application/cbor-seq", {}],
      [new Uint8Array(0), "application/cbor-seq", {}],
      [Uint8Array.of(1, 2, 3), "application/cose", {}],
      [
        Uint8Array.of(1, 2, 3),
        "application/cose",
        { Accept: "text/html", "Accept-Language": "zh" },
      ],
      [Uint8Array.of(0x9f), "application/cbor-seq", { Accept: "application/json" }],
    ] as const) {
      const long = await post(body, type, headers);
      const quick = await postShort(body, type, headers);
      expect(quick.status).toBe(long.status);
      const bytes = new Uint8Array(await quick.arrayBuffer());
      expect(bytes).toEqual(new Uint8Array(await long.arrayBuffer()));
      expect(Object.fromEntries(quick.headers)).toEqual({
        ...Object.fromEntries(long.headers),
        "content-length": String(bytes.length),
      });
    }
  });

  test("is counted and logged as the long one", async () => {
    await postShort(registration(1));
    await postShort(Uint8Array.of(1));
    const logged = world.lines.filter(({ event }) => event === "request");
    expect(logged.map(({ facts }) => facts)).toEqual([
      { method: "POST", route: "/v1/operations", status: 200 },
      { method: "POST", route: "/v1/operations", status: 422 },
    ]);
    const metrics = await (await world.get("/metrics")).text();
    expect(metrics).toContain('cityid_http_requests_total{route="/v1/operations",status="2xx"} 1');
  });

  test("leaves to the long one what is large, of unknown length, of another type or not waited for", () => {
    expect(short()).toBeDefined();
    for (const more of [{ method: "GET" }, { url: "/v1/operations?x" }, { url: "/v1/tokens" }]) {
      expect(short(more)).toBeUndefined();
    }
    expect(short({}, ["Prefer", "respond-async"])).toBeUndefined();
    for (const rawHeaders of [
      [],
      ["Content-Type", "application/cose"],
      ["Content-Type", "application/cose", "Content-Length", "65537"],
      ["Content-Type", "application/cose", "Content-Length", "1e3"],
      ["Content-Type", "application/cose", "Transfer-Encoding", "chunked"],
      ["Content-Type", "application/json", "Content-Length", "9"],
    ]) {
      expect(short({ rawHeaders })).toBeUndefined();
    }
  });
});

describe("Prefer: respond-async", () => {
  const later = { Prefer: "respond-async" };

  test("answers at once, and the location tells the end", async () => {
    const response = await post(registration(1), "application/cose", later);
    expect(response.status).toBe(202);
    expect(response.headers.get("Preference-Applied")).toBe("respond-async");
    const location = response.headers.get("Location") ?? "";
    const waiting = await world.get(location);
    expect(waiting.status).toBe(202);
    expect(await waiting.json()).toMatchObject({ status: "pending" });
    await post(registration(2));
    expect(await world.json(location)).toMatchObject({ kind: "register", codes: [`${MA1301}.91`] });
  });

  test("remembers a refusal for ten minutes", async () => {
    const update = {
      op: "update",
      code: code(MA1301),
      prev: new Uint8Array(32),
      names: named("x"),
    } as const;
    const response = await post(sign(update, city, world.clock.now), "application/cose", later);
    const location = response.headers.get("Location") ?? "";
    await post(registration(1));
    const refused = await world.get(location);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: "STATE_PREV" });
    world.clock.now += 10 * 60_000;
    await post(registration(2), "application/cose", later);
    expect((await world.get(location)).status).toBe(404);
  });
});

describe("POST /v1/operations, many", () => {
  test("takes or refuses each on its own, in order, with one note for a block", async () => {
    const bad = sign(
      { op: "endorse", decision: new Uint8Array(32), vote: "approve" },
      { iss: "member/Z", key: "z" },
      world.clock.now,
    );
    const items = [registration(1), bad, registration(2), registration(1)];
    const response = await post(concat(...items), "application/cbor-seq");
    expect(response.status).toBe(200);
    const { checkpoints, hashes, results } = await response.json();
    expect(checkpoints).toHaveLength(1);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(results).toMatchObject([
      { status: "accepted", checkpoint: 0 },
      { status: "refused", code: "AUTH_MEMBER", facts: { got: "member/Z" } },
      { status: "accepted", checkpoint: 0 },
      { status: "accepted", index: results[0].index },
    ]);
    const checkpoint = parseCheckpoint(checkpoints[0].note);
    if (!checkpoint.ok) throw new Error(checkpoint.error.code);
    const { size, root } = checkpoint.value;
    for (const i of [0, 2]) {
      const { index, path } = results[i];
      const leaf = hashLeaf(present(items[i], "item"));
      const proof = { index, size, path: path.map((place: number) => fromBase64(hashes[place])) };
      expect(verifyInclusion(leaf, proof, root)).toMatchObject({ ok: true });
    }
  });

  test("takes a manifest and its chunks, and says which are missing", async () => {
    await using fresh = await openWorld();
    await issueCity(fresh);
    const lamps = { code: code(`${MA1301}/LAMP`), kind: "class", names: named("路灯") } as const;
    await fresh.do({ op: "register", items: [lamps] }, city);
    const send = (...items: Uint8Array[]) =>
      fresh.request("POST", "/v1/operations", {
        headers: { "Content-Type": "application/cbor-seq" },
        body: new Uint8Array(concat(...items)),
      });
    const { manifest, chunks } = lampManifest(fresh.clock.now, 4, 2);
    const id = hex(idOf(manifest));
    await send(manifest, ...chunks.slice(1, 2), ...chunks.slice(3));
    expect(await fresh.json(`/v1/manifests/${id}`)).toMatchObject({
      what: "register",
      count: 8,
      chunks: 4,
      taken: 2,
      missing: [
        [0, 0],
        [2, 2],
      ],
      void: false,
    });
    await send(...chunks);
    expect(await fresh.json(`/v1/manifests/${id}`)).toMatchObject({ taken: 4, missing: [] });
    expect((await fresh.json("/v1/manifests")).items).toMatchObject([{ id }]);
    const lamp = await fresh.json(`/v1/codes/${MA1301}%2FLAMP%2F000005/history`);
    expect(lamp.items).toMatchObject([{ kind: "register", chain: "born" }]);
    expect(lamp.items[0].signed).toBeUndefined();
  });

  test("refuses more than a thousand, and bytes that are no sequence, taking nothing", async () => {
    const { size } = world.ledger.head();
    const many = await post(new Uint8Array(1001), "application/cbor-seq");
    expect(many.status).toBe(413);
    expect(await many.json()).toMatchObject({
      code: "HTTP_ITEMS",
      facts: { got: 1001, max: 1000 },
    });
    const torn = await post(concat(registration(1), Uint8Array.of(0x5a)), "application/cbor-seq");
    expect(torn.status).toBe(400);
    expect(await torn.json()).toMatchObject({ code: "CBOR_TRUNCATED" });
    expect(world.ledger.head().size).toBe(size);
  });

  test("answers an empty sequence with nothing", async () => {
    const response = await post(new Uint8Array(), "application/cbor-seq");
    expect(await response.json()).toEqual({ checkpoints: [], hashes: [], results: [] });
  });
});

describe("reading operations", () => {
  test("shows an operation decoded, with a receipt against the newest checkpoint", async () => {
    const operation = registration(1);
    await post(operation);
    const hash = hex(hashLeaf(operation));
    const entry = await world.json(`/v1/operations/${hash}`);
    expect(entry).toMatchObject({
      hash,
      kind: "register",
      signed: {
        iss: MA1301,
        aud: "ledger.test/log",
        alg: "Ed25519",
        kid: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
      codes: [`${MA1301}.91`],
      operation: { op: "register", items: [{ names: { zh: { value: "部门 1" } } }] },
    });
    expect(Buffer.from(entry.bytes, "base64").equals(Buffer.from(operation))).toBe(true);
    expect(parseTlogProof(entry.receipt)).toMatchObject({
      ok: true,
      value: { index: entry.index },
    });
    const raw = await world.get(`/v1/operations/${hash}`, { Accept: "application/cose" });
    expect(raw.headers.get("Cache-Control")).toContain("immutable");
    expect(Buffer.from(await raw.arrayBuffer()).equals(Buffer.from(operation))).toBe(true);
  });

  test("shows genesis and block entries too, by their hashes", async () => {
    const genesis = hex(hashLeaf(present(world.ledger.entry(0), "entry 0")));
    expect(await world.json(`/v1/operations/${genesis}`)).toMatchObject({
      index: 0,
      kind: "genesis",
      codes: [],
      operation: { origin: "ledger.test/log", time: "2026-11-22T06:00:00.000Z" },
    });
    const block = hex(hashLeaf(present(world.ledger.entry(1), "entry 1")));
    expect(await world.json(`/v1/operations/${block}`)).toMatchObject({
      kind: "block",
      operation: { height: 0, first: 0, count: 1 },
    });
  });

  test.each(["00".repeat(32), "xyz", "00"])("has nothing under %s", async (hash) => {
    const response = await world.get(`/v1/operations/${hash}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "HTTP_NOT_FOUND" });
  });
});

describe("GET /v1/operations", () => {
  const kinds = async (query: string) =>
    (await world.json(`/v1/operations?${query}`)).items.map(({ kind }: { kind: string }) => kind);

  test("lists the log newest first, without block entries unless asked", async () => {
    expect(await kinds("limit=3")).toEqual(["register", "register", "endorse"]);
    expect(await kinds("limit=2&blocks=1")).toEqual(["block", "register"]);
    expect(await kinds("order=oldest")).toEqual([
      "genesis",
      "gazette",
      "admit",
      "endorse",
      "endorse",
      "register",
      "register",
    ]);
    expect(await kinds("order=oldest&from=1&limit=1")).toEqual(["gazette"]);
  });

  test("tells who did what in a span of time", async () => {
    world.clock.now += 60_000;
    const since = new Date(world.clock.now).toISOString();
    await post(registration(1));
    world.clock.now += 60_000;
    const until = new Date(world.clock.now).toISOString();
    await post(registration(2));
    const { items } = await world.json(
      `/v1/operations?iss=${MA1301}&since=${since}&until=${until}`,
    );
    expect(items).toMatchObject([{ codes: [`${MA1301}.91`] }]);
    const [{ signed }] = items;
    expect(await kinds(`kid=${signed.kid}`)).toHaveLength(4);
    expect(await kinds("iss=member/B")).toEqual(["endorse"]);
    expect(await kinds("kind=block&order=oldest&limit=1")).toEqual(["block"]);
  });

  test("pages to the end", async () => {
    const seen: number[] = [];
    for (let cursor = ""; cursor !== undefined; ) {
      const page = await world.json(
        `/v1/operations?limit=2&order=oldest${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ index }: { index: number }) => index));
      cursor = page.next;
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(7);
  });

  test.each([
    ["cursor=-1", "HTTP_CURSOR"],
    ["from=x", "HTTP_PARAMETER"],
    ["order=random", "HTTP_PARAMETER"],
    ["since=2026", "HTTP_PARAMETER"],
    ["until=2026", "HTTP_PARAMETER"],
    ["limit=x", "HTTP_PARAMETER"],
  ])("refuses ?%s", async (query, refusal) => {
    expect(await world.json(`/v1/operations?${query}`)).toMatchObject({ code: refusal });
  });
});

describe("GET /v1/events", () => {
  test("goes on after Last-Event-ID, misses nothing, and sends what comes", async () => {
    const response = await world.get("/v1/events", { "Last-Event-ID": "2" });
    expect(response.headers.get("Content-Type")).toBe("text/event-stream");
    const events = readEvents(response);
    const before = [await events(), await events(), await events()];
    expect(before.map(({ kind }) => kind)).toEqual(["admit", "endorse", "endorse"]);
    expect([(await events()).kind, (await events()).kind]).toEqual(["register", "register"]);
    const next = events();
    await post(registration(1));
    expect(await next).toMatchObject({
      id: String(world.ledger.head().size - 2),
      kind: "register",
    });
  });

  test("begins with what comes when nothing is said", async () => {
    const events = readEvents(await world.get("/v1/events"));
    const next = events();
    await post(registration(3));
    expect(await next).toMatchObject({ codes: [`${MA1301}.93`] });
  });

  test("ends when the node stops, and refuses more streams than it can hold", async () => {
    const streams = await Promise.all(
      Array.from({ length: 257 }, () => world.get("/v1/events?after=0")),
    );
    expect(streams.map(({ status }) => status).filter((status) => status === 503)).toHaveLength(1);
    expect(streams.at(-1)?.headers.get("Retry-After")).toBe("30");
    const [first] = streams;
    world.app.close();
    const text = await first?.text();
    expect(text?.match(/^id: /gm) ?? []).toHaveLength(6);
    expect((await world.get("/v1/events")).status).toBe(200);
  });

  test("are a share of all to one address, so that others have some", async () => {
    const from = (remoteAddress: string) => world.get("/v1/events", {}, { remoteAddress });
    const streams = await Promise.all(
      Array.from({ length: MAX_EVENT_STREAMS_OF_ADDRESS }, () => from("192.0.2.1")),
    );
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await from("192.0.2.1");
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "30"]);
    expect(await refused.json()).toMatchObject({ code: "HTTP_RATE", facts: { by: "address" } });
    expect((await from("192.0.2.2")).status).toBe(200);
    await streams[0]?.body?.cancel();
    expect((await from("192.0.2.1")).status).toBe(200);
  });

  test("begins no stream for whoever asks for the head alone", async () => {
    for (let n = 0; n < 300; n += 1) {
      const response = await world.request("HEAD", "/v1/events");
      expect([response.status, response.body]).toEqual([200, null]);
    }
    expect((await world.get("/v1/events")).status).toBe(200);
  });

  test("gives a place free when its reader leaves", async () => {
    const response = await world.get("/v1/events");
    await response.body?.cancel();
    expect(await (await world.get("/metrics")).text()).toContain("cityid_event_streams 0");
  });

  test("refuses an id that it never gave", async () => {
    const response = await world.get("/v1/events", { "Last-Event-ID": "x" });
    expect(await response.json()).toMatchObject({ code: "HTTP_CURSOR", facts: { got: "x" } });
  });
});

type Event = { readonly id: string; readonly kind: string; readonly codes: readonly string[] };

function readEvents(response: Response): () => Promise<Event> {
  const reader = present(response.body ?? undefined, "a body").getReader();
  let text = "";
  return async () => {
    for (;;) {
      const match = /id: (\d+)\nevent: entry\ndata: (.*)\n\n/.exec(text);
      if (match !== null) {
        text = text.slice(match.index + match[0].length);
        return { id: present(match[1], "id"), ...JSON.parse(present(match[2], "data")) };
      }
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ended");
      text += new TextDecoder().decode(value);
    }
  };
}

/** The remedy names the option that only an operator can give. */
const WITH = (option: string) => expect.stringContaining(`\`cityid start ${option}\``);

describe("a ledger in trouble", () => {
  /** The ledger of the world, whose writes fail. */
  const failing = (submit: Ledger["submit"]): Ledger =>
    new Proxy(world.ledger, {
      get: (target, name) => {
        if (name === "submit") return submit;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });

  test.each([
    ["LEDGER_BUSY", 503, { code: "HTTP_BUSY", facts: { what: "LEDGER_BUSY", retryAfter: 1 } }, "1"],
    ["LEDGER_DISK_FULL", 503, { code: "HTTP_BUSY", facts: { what: "LEDGER_DISK_FULL" } }, "1"],
    ["LEDGER_STALLED", 503, { code: "HTTP_STALLED", facts: { retryAfter: 1 } }, "1"],
    ["LEDGER_WRITE", 503, { code: "HTTP_STOPPED", facts: { fault: "LEDGER_WRITE" } }, null],
    ["LEDGER_CLOCK", 503, { code: "LEDGER_CLOCK", remedy: WITH("--confirm-clock") }, null],
    ["LEDGER_RESTORED", 503, { code: "LEDGER_RESTORED", remedy: WITH("--confirm-restored") }, null],
  ] as const)(
    "answers %s with %i, and says when to come back where that helps",
    async (fault, status, problem, retry) => {
      const ledger = failing(async () => {
        throw new LedgerFault(fault);
      });
      await using other = await openWorld({}, { ledger });
      const body = new Uint8Array(registration(1));
      const headers = { "Content-Type": "application/cose" };
      const response = await other.request("POST", "/v1/operations", { headers, body });
      expect(response.status).toBe(status);
      expect(response.headers.get("Retry-After")).toBe(retry);
      expect(await response.json()).toMatchObject(problem);
      const quick = await postShort(body, "application/cose", {}, other);
      expect([quick.status, quick.headers.get("Retry-After")]).toEqual([status, retry]);
      expect(await quick.json()).toMatchObject(problem);
      const faults = other.lines.filter(({ event }) => event === "ledger-fault");
      expect(faults).toEqual(
        Array(2).fill({ event: "ledger-fault", facts: expect.objectContaining({ fault }) }),
      );
    },
  );

  test("never tells a cause, but the log knows it under the incident", async () => {
    const ledger = failing(async () => {
      throw new Error("secret path /data/journal");
    });
    await using other = await openWorld({}, { ledger });
    const body = new Uint8Array(registration(1));
    const headers = { "Content-Type": "application/cose" };
    const response = await other.request("POST", "/v1/operations", { headers, body });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain("secret");
    const quick = await postShort(body, "application/cose", {}, other);
    expect(quick.status).toBe(500);
    expect(await quick.text()).not.toContain("secret");
    const { code: refusal, facts } = JSON.parse(text);
    expect(refusal).toBe("HTTP_INTERNAL");
    expect(other.lines[0]).toMatchObject({
      event: "incident",
      facts: { incident: facts.incident, cause: expect.stringContaining("secret path") },
    });
  });

  test("does not promise an end to an operation that only its operator can let in", async () => {
    const ledger: Ledger = new Proxy(world.ledger, {
      get: (target, name) =>
        name === "unready"
          ? () => new LedgerFault("LEDGER_CLOCK", { driftMilliseconds: 900_000 })
          : Reflect.get(target, name).bind?.(target),
    });
    await using other = await openWorld({}, { ledger });
    const headers = { "Content-Type": "application/cose", Prefer: "respond-async" };
    const body = new Uint8Array(registration(1));
    const response = await other.request("POST", "/v1/operations", { headers, body });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: "LEDGER_CLOCK",
      facts: { driftMilliseconds: 900_000 },
    });
  });

  test("remembers that an operation taken with respond-async met a fault", async () => {
    const ledger = failing(async () => {
      throw new Error("no disk");
    });
    await using other = await openWorld({}, { ledger });
    const headers = { "Content-Type": "application/cose", Prefer: "respond-async" };
    const body = new Uint8Array(registration(1));
    const response = await other.request("POST", "/v1/operations", { headers, body });
    await turn();
    const found = await other.get(response.headers.get("Location") ?? "");
    expect(await found.json()).toMatchObject({ code: "HTTP_BUSY" });
  });

  test("takes a bounded number of requests at a time, and reads no more of the others than their heads", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    const ledger = failing(async (items) => {
      begun += 1;
      await held;
      return items.map(() => ({ ok: false, refusal: { code: "OP_SIZE", bytes: 2, max: 1 } }));
    });
    await using other = await openWorld({}, { ledger });
    const type = "application/cose";
    const headers = { "Content-Type": type };
    const body = new Uint8Array(registration(1));
    const waiting = Array.from({ length: MAX_WRITES_WAITING }, () =>
      postShort(body, type, {}, other),
    );
    await vi.waitUntil(() => begun === waiting.length, { timeout: 120_000 });
    const expectBusy = async (answer: Response) => {
      expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "1"]);
      const facts = { what: "operations", retryAfter: 1 };
      expect(await answer.json()).toMatchObject({ code: "HTTP_BUSY", facts });
    };
    let isRead = false;
    const unread = new ReadableStream(
      {
        pull: () => {
          isRead = true;
        },
      },
      { highWaterMark: 0 },
    );
    const long = { headers, body: unread, duplex: "half" as const };
    await expectBusy(await other.request("POST", "/v1/operations", long));
    expect(isRead).toBe(false);
    const write = (language: string) =>
      other.app.write({
        ...{ method: "POST", url: "/v1/operations", socket: {} },
        rawHeaders: ["Content-Type", type, "Content-Length", "9", "Accept-Language", language],
      });
    const short = write("zh");
    if (typeof short === "function" || short === undefined) throw new Error("it wants the body");
    await expectBusy(asResponse(await short));
    // What was said once is said again as it stands.
    expect(await write("zh")).toBe(await short);
    const page = await postShort(body, type, { Accept: "text/html" }, other);
    expect([page.status, page.headers.get("Content-Type")]).toEqual([
      503,
      "text/html; charset=utf-8",
    ]);
    const later = { "Content-Type": type, Prefer: "respond-async" };
    await expectBusy(await other.request("POST", "/v1/operations", { headers: later, body }));
    release();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(422);
    expect((await postShort(body, type, {}, other)).status).toBe(422);
  });
});

describe("rates", () => {
  test("slow down a key that was faster than it may", async () => {
    await using slow = await openWorld({
      rates: { address: { perSecond: 1, burst: 1 }, key: { perSecond: 1, burst: 2 } },
    });
    const gazette = (n: number) =>
      sign(
        {
          op: "gazette",
          items: [
            {
              code: code(`MA.156.13${n}`),
              add: [{ names: { zh: "市" }, level: "prefecture", from: "1981", source: "t" }],
            },
          ],
        },
        member("A"),
        slow.clock.now,
      );
    const send = (...items: Uint8Array[]) =>
      slow.request("POST", "/v1/operations", {
        headers: { "Content-Type": "application/cbor-seq" },
        body: new Uint8Array(concat(...items)),
      });
    expect((await send(gazette(11), gazette(12), gazette(13), gazette(14))).status).toBe(200);
    const refused = await send(gazette(15));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("2");
    expect(await refused.json()).toMatchObject({ code: "HTTP_RATE", facts: { by: "key" } });
    slow.clock.now += 2000;
    expect((await send(gazette(15))).status).toBe(200);
    // What is public in the log can be handed in again by anybody: the key owes nothing for it.
    slow.clock.now += 60_000;
    const again = gazette(16);
    const statusOf = async (...items: Uint8Array[]) =>
      (await (await send(...items)).json()).results.map(
        (each: Json) => each.repeated ?? each.status,
      );
    expect(await statusOf(again)).toEqual(["accepted"]);
    slow.clock.now += 60_000;
    expect(await statusOf(...Array.from({ length: 5 }, () => again))).toEqual(Array(5).fill(true));
    expect((await send(gazette(17))).status).toBe(200);
  });

  test("slow down an address, but not the machine itself", async () => {
    await using slow = await openWorld({
      rates: { address: { perSecond: 1, burst: 2 }, key: { perSecond: 1, burst: 1 } },
      trustedProxies: ["10.0.0.0/8"],
    });
    const from = (remoteAddress: string, forwarded?: string) =>
      slow.get("/healthz", forwarded === undefined ? {} : { "X-Forwarded-For": forwarded }, {
        remoteAddress,
      });
    const statuses = [await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.1")];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(await statuses[2]?.json()).toMatchObject({
      code: "HTTP_RATE",
      facts: { by: "address", retryAfter: 1 },
    });
    expect((await from("192.0.2.2")).status).toBe(200);
    // Who is no trusted proxy cannot pass the blame on.
    expect((await from("192.0.2.1", "192.0.2.9")).status).toBe(429);
    expect((await from("10.1.1.1", "192.0.2.1")).status).toBe(429);
    expect((await from("10.1.1.1", "192.0.2.3")).status).toBe(200);
    for (let i = 0; i < 5; i += 1) expect((await from("127.0.0.1")).status).toBe(200);
    const url = `/v1/codes/MA`;
    const hot = (remoteAddress: string) =>
      slow.app.hot({ method: "GET", url, rawHeaders: [], socket: { remoteAddress } });
    expect(hot("192.0.2.1")).toBeUndefined();
    expect(hot("127.0.0.1")).toMatchObject({ status: 200 });
  });
});
