import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  codeKey,
  decodeBlockEntry,
  fromBase64,
  hashLeaf,
  hashMapKey,
  parseTlogProof,
  sha256,
  utf8,
  verifyInclusion,
  verifyMapProof,
  verifyRange,
} from "../../src/core/index.ts";
import { city, code, named } from "../core/state/kit.ts";
import { MA1301, openCity, present, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const LAMP = `${MA1301}%2FLAMP%2F000001`;

describe("GET /v1/codes/<code>", () => {
  test("answers the record as the map holds it, and what the node computes around it", async () => {
    const response = await world.get(`/v1/codes/${MA1301}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    expect(await response.json()).toMatchObject({
      code: MA1301,
      check: "8",
      effective: { status: "active", because: `${MA1301}#1` },
      recorded: new Date(world.clock.now).toISOString(),
      record: {
        code: MA1301,
        generation: 1,
        kind: "division",
        names: { zh: { value: "石家庄市", validFrom: "1983-03-03" } },
        parent: "MA.156#1",
        born: expect.stringMatching(/^[0-9a-f]{64}$/),
        children: { count: 2 },
      },
    });
  });

  test("shows a point in degrees beside the signed integers", async () => {
    const { place, record } = await world.json(`/v1/codes/${LAMP}`);
    expect(place).toEqual({ longitude: 114.5149001, latitude: 38.0423, is: "point" });
    expect(record.geometry.value.point).toEqual([1_145_149_001, 380_423_000]);
  });

  test("spares the client what it has already", async () => {
    const first = await world.get(`/v1/codes/${MA1301}`);
    const etag = present(first.headers.get("ETag") ?? undefined, "ETag");
    const again = await world.get(`/v1/codes/${MA1301}`, { "If-None-Match": etag });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test("answers a changed record anew, and its ETag with it", async () => {
    const before = await world.get(`/v1/codes/${MA1301}`);
    const { record } = await before.json();
    await world.do(
      { op: "update", code: code(MA1301), prev: fromHexOf(record.op), names: named("石家庄") },
      city,
    );
    const after = await world.get(`/v1/codes/${MA1301}`);
    expect(after.headers.get("ETag")).not.toBe(before.headers.get("ETag"));
    expect((await after.json()).record.names.zh.value).toBe("石家庄");
  });

  test("lets a suspension reach everything below at once, cached answers included", async () => {
    expect((await world.json(`/v1/codes/${LAMP}`)).effective.status).toBe("active");
    const { record } = await world.json(`/v1/codes/${MA1301}`);
    const suspend = { op: "status", do: "suspend", reason: "test" } as const;
    await world.do({ ...suspend, code: code(MA1301), prev: fromHexOf(record.control) }, city);
    expect((await world.json(`/v1/codes/${LAMP}`)).effective).toEqual({
      status: "suspended",
      because: `${MA1301}#1`,
    });
  });

  test("lets a voided registration reach its records at once", async () => {
    const { record } = await world.json(`/v1/codes/${LAMP}`);
    await world.do(
      { op: "void", registration: fromHexOf(record.registration), reason: "typo" },
      city,
    );
    expect((await world.json(`/v1/codes/${LAMP}`)).effective.status).toBe("void");
  });

  test("names the ancestors from the root down when asked", async () => {
    const { ancestors } = await world.json(`/v1/codes/${LAMP}?ancestors=1`);
    expect(ancestors.map((each: { code: string }) => each.code)).toEqual([
      "MA",
      "MA.156",
      MA1301,
      `${MA1301}/LAMP`,
    ]);
  });

  test("refuses a spelling that is not canonical, with the right one", async () => {
    const response = await world.get("/v1/codes/MA.156.130100");
    expect(response.status).toBe(400);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      type: "https://node.test/docs/errors#CODE_DIVISION_SPELLING",
      status: 400,
      code: "CODE_DIVISION_SPELLING",
      facts: { position: 7, canonical: MA1301 },
    });
  });

  test("sends who asks for a code never issued to the proof of its absence", async () => {
    const response = await world.get("/v1/codes/MA.156.1302");
    expect(response.status).toBe(404);
    const { code: refusal, facts } = await response.json();
    expect(refusal).toBe("RESOLVE_UNKNOWN");
    expect(facts.proof).toBe("/v1/codes/MA.156.1302/proof");
    const proof = await world.json(facts.proof);
    expect(proof.value).toBeUndefined();
  });

  test("gives the hot path the same bytes and tag", async () => {
    const url = `/v1/codes/${LAMP}`;
    const hot = present(
      world.app.hot({ method: "GET", url, rawHeaders: [], socket: {} }),
      "an answer",
    );
    const slow = await world.get(url);
    expect(hot.status).toBe(200);
    expect(Buffer.from(hot.body ?? "", "latin1").toString()).toBe(await slow.text());
    expect(hot.headers[hot.headers.indexOf("ETag") + 1]).toBe(slow.headers.get("ETag"));
    const rawHeaders = ["Accept", "*/*", "If-None-Match", slow.headers.get("ETag") ?? ""];
    expect(world.app.hot({ method: "GET", url, rawHeaders, socket: {} })).toMatchObject({
      status: 304,
      body: undefined,
    });
  });

  test("leaves to the long path what is no plain hit", () => {
    const ask = (method: string, url: string) =>
      world.app.hot({ method, url, rawHeaders: [], socket: {} });
    expect(ask("HEAD", `/v1/codes/${MA1301}`)).toBeUndefined();
    expect(ask("GET", `/v1/codes/${MA1301}?at=2020-01-01`)).toBeUndefined();
    expect(ask("GET", `/v1/codes/${MA1301}/history`)).toBeUndefined();
    expect(ask("GET", "/v1/codes/MA.156.1302")).toBeUndefined();
    expect(ask("GET", "/v1/codes/%E7%9F%B3")).toBeUndefined();
    expect(ask("GET", "/healthz")).toBeUndefined();
  });
});

describe("at and known", () => {
  const update = async (names: object) => {
    const { record } = await world.json(`/v1/codes/${MA1301}`);
    return world.do(
      { op: "update", code: code(MA1301), prev: fromHexOf(record.op), names: names as never },
      city,
    );
  };
  const nameAt = async (query: string) =>
    (await world.json(`/v1/codes/${MA1301}?${query}`)).record.names.zh?.value;

  test("tell what was true on a day, and what the ledger knew of it then", async () => {
    world.clock.now += 1000;
    const first = await update({ zh: { value: "石家庄市（新）", validFrom: "2020-05-01" } });
    world.clock.now += 1000;
    const correction = await update({ zh: { value: "石门市", validFrom: "1983-03-03" } });
    expect(await nameAt("at=2019-01-01")).toBe("石门市");
    expect(await nameAt(`at=2019-01-01&known=${correction.index}`)).toBe("石家庄市");
    expect(await nameAt("at=2021-01-01")).toBe("石家庄市（新）");
    expect(await nameAt(`at=2021-01-01&known=${first.index}`)).toBe("石家庄市");
    expect(await nameAt("at=1970-01-01")).toBeUndefined();
    // A late note about the past leaves the present.
    expect(await nameAt("")).toBe("石家庄市（新）");
  });

  test("leave others their turn, however long the chain is that is walked", async () => {
    for (let i = 0; i < 200; i++) {
      await update({ zh: { value: `名称${i}`, validFrom: "2020-05-01" } });
    }
    const { answer, turns } = await turnsWhile(() => nameAt("at=2021-01-01"));
    expect(answer).toBe("名称199");
    // 64 links, then others; answering alone takes none.
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  test("leave others their turn, however often changed what stands above", async () => {
    const known = world.ledger.head().size;
    for (let i = 0; i < 200; i++) {
      const item = { code: code(`${MA1301}/LAMP/9${i}`), kind: "thing" as const };
      const items = [{ ...item, names: named("灯") }];
      await world.do({ op: "register", items }, city);
    }
    const ask = () => world.json(`/v1/codes/${MA1301}%2FLAMP%2F000001?known=${known}`);
    const { answer, turns } = await turnsWhile(ask);
    expect(answer.effective.status).toBe("active");
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  test("take a time for what was known", async () => {
    const before = new Date(world.clock.now).toISOString();
    world.clock.now += 60_000;
    await update({ zh: { value: "石家庄", validFrom: "2020-05-01" } });
    const answer = await world.json(`/v1/codes/${MA1301}?known=${before}&at=2024-01-01`);
    expect(answer.record.names.zh.value).toBe("石家庄市");
    expect(answer.known.time).toBe(before);
    expect(answer.at).toBe("2024-01-01");
  });

  test("know nothing of what had not been recorded", async () => {
    const response = await world.get(`/v1/codes/${MA1301}?known=2`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "RESOLVE_UNKNOWN" });
    const later = await world.get(`/v1/codes/${MA1301}?known=99999`);
    expect([later.status, (await later.json()).code]).toEqual([404, "HTTP_NOT_FOUND"]);
  });

  test.each([
    ["at=2015-02-30", "at"],
    ["at=yesterday", "at"],
    ["known=0", "known"],
    ["known=2015-06-01", "known"],
  ])("refuse %s", async (query, name) => {
    const response = await world.get(`/v1/codes/${MA1301}?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "HTTP_PARAMETER", facts: { name } });
  });
});

describe("GET /v1/codes/<code>/history", () => {
  test("tells every change once, newest first, with who signed", async () => {
    const { record } = await world.json(`/v1/codes/${MA1301}`);
    world.clock.now += 1000;
    await world.do(
      { op: "update", code: code(MA1301), prev: fromHexOf(record.op), names: named("石家庄") },
      city,
    );
    const suspend = { op: "status", do: "suspend", reason: "test" } as const;
    await world.do({ ...suspend, code: code(MA1301), prev: fromHexOf(record.control) }, city);
    const { items, next } = await world.json(`/v1/codes/${MA1301}/history`);
    expect(next).toBeUndefined();
    expect(items).toMatchObject([
      { kind: "status", chain: "control", what: { do: "suspend", reason: "test" } },
      {
        kind: "update",
        chain: "op",
        signed: { iss: MA1301 },
        what: { names: { zh: { value: "石家庄" } } },
      },
      {
        kind: "admit",
        chain: "born",
        by: "endorse",
        signed: { iss: "member/B" },
        decision: expect.stringMatching(/^[0-9a-f]{64}$/),
        what: { names: { en: { value: "Shijiazhuang" } } },
      },
    ]);
  });

  test("pages through a long chain without losing or repeating one", async () => {
    for (let i = 0; i < 5; i += 1) {
      const { record } = await world.json(`/v1/codes/${MA1301}`);
      const prev = fromHexOf(record.op);
      await world.do({ op: "update", code: code(MA1301), prev, names: named(`名 ${i}`) }, city);
    }
    const seen: number[] = [];
    let path: string | undefined = `/v1/codes/${MA1301}/history?limit=2`;
    while (path !== undefined) {
      const response: Response = await world.get(path);
      const { items } = await response.json();
      seen.push(...items.map(({ index }: { index: number }) => index));
      path = /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toHaveLength(6);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  });

  test("shows that a registration was taken back", async () => {
    const { record } = await world.json(`/v1/codes/${LAMP}`);
    await world.do(
      { op: "void", registration: fromHexOf(record.registration), reason: "typo" },
      city,
    );
    const { items } = await world.json(`/v1/codes/${LAMP}/history`);
    expect(items).toMatchObject([
      { kind: "void", chain: "registration", what: { reason: "typo" } },
      { kind: "register", chain: "born" },
    ]);
  });

  test("goes on into earlier generations", async () => {
    const lamp = await world.json(`/v1/codes/${LAMP}`);
    const { control } = lamp.record;
    const target = code(`${MA1301}/LAMP/000001`);
    const retire = { op: "status", do: "retire", reason: "gone" } as const;
    await world.do({ ...retire, code: target, prev: fromHexOf(control) }, city);
    const retired = await world.json(`/v1/codes/${LAMP}`);
    const item = {
      code: target,
      kind: "thing",
      names: named("新灯"),
      after: fromHexOf(retired.record.control),
    } as const;
    await world.do({ op: "register", items: [item] }, city);
    const { items } = await world.json(`/v1/codes/${LAMP}/history`);
    expect(
      items.map(({ kind, generation }: { kind: string; generation: number }) => [kind, generation]),
    ).toEqual([
      ["register", 2],
      ["status", 1],
      ["register", 1],
    ]);
  });

  test.each(["x", "1..", `7.${"00".repeat(32)}.`, `1.${"00".repeat(32)}.`])(
    "refuses the cursor %s, which it never gave",
    async (cursor) => {
      const response = await world.get(`/v1/codes/${MA1301}/history?cursor=${cursor}`);
      expect(await response.json()).toMatchObject({
        code: "HTTP_CURSOR",
        status: 400,
        facts: { got: cursor.slice(0, 64) },
      });
    },
  );
});

describe("GET /v1/codes/<code>/children", () => {
  test("gives pages that prove themselves against the record", async () => {
    const url = `/v1/codes/${MA1301}%2FLAMP/children`;
    const page = await world.json(`${url}?limit=2`);
    expect(page).toMatchObject({ count: 3, start: 0, next: "2" });
    const leaves = page.codes.map((each: string) => hashLeaf(utf8(each)));
    const path = page.path.map(fromBase64);
    const root = fromHexOf(page.root) as never;
    expect(verifyRange(leaves, { start: 0, size: 3, path }, root)).toMatchObject({ ok: true });
    const last = await world.json(`${url}?limit=2&cursor=${page.next}`);
    expect(last).toMatchObject({ start: 2, codes: [`${MA1301}/LAMP/000003`] });
    expect(last.next).toBeUndefined();
    expect(last.items[0]).toMatchObject({ kind: "thing", place: { is: "point" }, children: 0 });
  });

  test("is empty for a code without children, and unknown for one without a record", async () => {
    expect(await world.json(`/v1/codes/${LAMP}/children`)).toMatchObject({ count: 0, items: [] });
    expect((await world.get("/v1/codes/MA.156.1302/children")).status).toBe(404);
  });
});

describe("proofs", () => {
  test("prove a record and what its effective status depends on, under one checkpoint", async () => {
    const response = await world.get(`/v1/codes/${LAMP}/proof?effective=1`);
    expect(response.headers.get("Content-Type")).toBe("application/vnd.cityid.proof+json");
    const bundle = await response.json();
    expect(bundle.format).toBe("cityid/proof/v1");
    const keys = [bundle, ...bundle.more].map(({ key }: { key: string }) => key);
    expect(keys).toEqual(
      expect.arrayContaining([
        codeKey(code(`${MA1301}/LAMP/000001`)),
        "code/MA",
        expect.stringMatching(/^registration\//),
      ]),
    );
    const block = present(fromBase64(bundle.block), "block");
    const entry = decodeBlockEntry(block);
    const proof = parseTlogProof(bundle.log);
    if (!entry.ok || !proof.ok) throw new Error("unreadable");
    const { index, path, checkpoint } = proof.value;
    const { size, root } = checkpoint;
    expect(entry.value.first + entry.value.count).toBe(index);
    expect(verifyInclusion(hashLeaf(block), { index, size, path }, root)).toMatchObject({
      ok: true,
    });
    for (const { key, value, map } of [bundle, ...bundle.more]) {
      const read = {
        depth: map.depth,
        siblings: present(fromBase64(map.siblings), "siblings"),
        hashes: map.hashes.map(fromBase64),
      };
      const valueHash = sha256(present(fromBase64(value), "value")) as never;
      expect(verifyMapProof(entry.value.mapRoot, hashMapKey(key), valueHash, read)).toMatchObject({
        ok: true,
      });
    }
  });

  test("answer for any key, with more of them, always with 200", async () => {
    const bundle = await world.json(
      "/v1/proof?key=code/MA.156.9999&more=member/A&more=param/policy",
    );
    expect(bundle.value).toBeUndefined();
    expect(bundle.more.map(({ key }: { key: string }) => key)).toEqual([
      "member/A",
      "param/policy",
    ]);
  });

  test.each(["/v1/proof", "/v1/proof?key=", `/v1/proof?key=${"k".repeat(600)}`])(
    "refuse %s",
    async (path) => {
      expect(await world.json(path)).toMatchObject({
        code: "HTTP_PARAMETER",
        facts: { name: "key" },
      });
    },
  );

  test("are bounded in how much they prove at once", async () => {
    const more = "&more=a".repeat(17);
    expect(await world.json(`/v1/proof?key=a${more}`)).toMatchObject({
      code: "HTTP_PARAMETER",
      facts: { name: "more", got: "17" },
    });
  });
});

describe("GET /v1/codes (search)", () => {
  test("finds by inner characters, within a box, below a code", async () => {
    const found = async (query: string) =>
      (await world.json(`/v1/codes?${query}`)).items.map(
        ({ code: each }: { code: string }) => each,
      );
    expect(await found("q=灯 2")).toEqual([`${MA1301}/LAMP/000002`]);
    expect(await found("bbox=114.51490025,38,114.5149004,39")).toEqual([`${MA1301}/LAMP/000003`]);
    expect(await found(`parent=${MA1301}`)).toEqual([`${MA1301}.02`, `${MA1301}/LAMP`]);
    expect(await found(`under=${MA1301}&kind=thing`)).toHaveLength(3);
    expect(await found("q=ZS-3")).toEqual([`${MA1301}/LAMP/000003`]);
  });

  test("says how far the index has come", async () => {
    const { indexedSize, size } = await world.json("/v1/codes?kind=thing");
    expect([indexedSize, size]).toEqual([world.ledger.head().size, world.ledger.head().size]);
  });

  test("is the list of all codes where nothing is looked for", async () => {
    const { items } = await world.json("/v1/codes?limit=1000");
    const codes = items.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(expect.arrayContaining([MA1301, `${MA1301}/LAMP/000003`]));
    expect(new Set(codes).size).toBe(codes.length);
  });

  test.each([
    ["q=", "q"],
    ["kind=lamp", "kind"],
    ["status=gone", "status"],
    ["bbox=1,2,3", "bbox"],
    ["bbox=1,2,3,4,5", "bbox"],
    ["bbox=10,2,3,4", "bbox"],
    ["bbox=a,b,c,d", "bbox"],
    ["bbox=1,-91,2,4", "bbox"],
    ["kind=thing&limit=0", "limit"],
    ["kind=thing&limit=1001", "limit"],
    ["kind=thing&limit=1e2", "limit"],
  ])("refuses ?%s", async (query, name) => {
    const response = await world.get(`/v1/codes?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "HTTP_PARAMETER", facts: { name } });
  });

  test("pages with a link to the next", async () => {
    const response = await world.get("/v1/codes?kind=thing&limit=2");
    const { next } = await response.json();
    expect(response.headers.get("Link")).toContain(`cursor=${encodeURIComponent(next)}`);
    const rest = await world.json(
      `/v1/codes?kind=thing&limit=2&cursor=${encodeURIComponent(next)}`,
    );
    expect(rest.items).toHaveLength(1);
  });
});

describe("GET /v1/codes/<code>/keys", () => {
  test("shows open and closed keys with their JSON Web Key", async () => {
    const { items } = await world.json(`/v1/codes/${MA1301}/keys`);
    expect(items).toMatchObject([
      {
        holder: `${MA1301}#1`,
        kid: expect.stringMatching(/^[0-9a-f]{16}$/),
        jwk: { kty: "OKP", crv: "Ed25519" },
        uses: ["data", "govern", "issue", "record", "seal"],
        from: new Date(world.clock.now).toISOString(),
      },
    ]);
    const members = await world.json("/v1/members/A/keys");
    expect(members.items).toMatchObject([{ holder: "member/A", uses: ["govern", "issue"] }]);
  });
});

function fromHexOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/** How often others had a turn until the answer came. */
async function turnsWhile<T>(ask: () => Promise<T>): Promise<{ answer: T; turns: number }> {
  let turns = 0;
  let asking = true;
  const count = () => {
    turns += 1;
    if (asking) setImmediate(count);
  };
  setImmediate(count);
  const answer = await ask();
  asking = false;
  return { answer, turns };
}
