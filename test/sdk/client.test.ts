import { beforeEach, describe, expect, test } from "vitest";
import {
  fromBase64,
  hashLeaf,
  hex,
  parseTlogProof,
  toHash,
  verifyInclusion,
} from "../../src/core/index.ts";
import {
  ApiProblem,
  checkChildrenPage,
  everyItem,
  type Outcome,
  ProofMismatch,
} from "../../src/sdk/index.ts";
import {
  CITY,
  code,
  issueCity,
  LAMPS,
  listInGazette,
  named,
  openWorld,
  registerLampClass,
  signAs,
  type World,
} from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});

function lamp(n: number) {
  return {
    code: code(`${LAMPS}/${String(n).padStart(6, "0")}`),
    kind: "thing" as const,
    class: "LAMP",
    names: named(`灯 ${n}`),
  };
}

describe("submitting", () => {
  test("a single operation comes back with a receipt that proves it", async () => {
    const items = [
      {
        code: code(CITY),
        add: [
          { names: { zh: "石家庄市" }, level: "prefecture" as const, from: "1983", source: "t" },
        ],
      },
    ];
    const { bytes } = await signAs({ op: "gazette", items }, "member/A", "member/A");
    const outcome = await world.client.submit(bytes);
    expect(outcome).toMatchObject({ status: "accepted", hash: hex(hashLeaf(bytes)), index: 2 });
    expectProved(bytes, outcome);
  });

  test("a refusal is a value with its facts, and not thrown", async () => {
    const { bytes } = await signAs({ op: "gazette", items: [] as never }, "member/A", "member/A");
    const outcome = await world.client.submit(bytes);
    expect(outcome).toMatchObject({
      ...{
        status: "refused",
        code: "OP_FIELD_LIMIT",
        title: expect.stringMatching(/^[A-Z][a-z ]+/),
      },
    });
  });

  test("the same bytes again give the same receipt, marked as repeated", async () => {
    await listInGazette(world, CITY, "石家庄市");
    const items = [
      {
        code: code("MA.156.4601"),
        add: [{ names: { zh: "海口市" }, level: "prefecture" as const, from: "1988", source: "t" }],
      },
    ];
    const { bytes } = await signAs({ op: "gazette", items }, "member/B", "member/B");
    const first = await world.client.submit(bytes);
    const second = await world.client.submit(bytes);
    expect(second).toMatchObject({ status: "accepted", repeated: true });
    expect(second).toMatchObject({ index: first.status === "accepted" ? first.index : -1 });
  });

  test("many items go in a few requests and come back in order, refusals among them", async () => {
    await issueCity(world);
    await registerLampClass(world);
    const taken = { ...lamp(12), names: named("another lamp") };
    const signed = await Promise.all(
      Array.from({ length: 25 }, (_, n) =>
        signAs({ op: "register", items: [n === 13 ? taken : lamp(n)] }, CITY, "city"),
      ),
    );
    const requests: string[] = [];
    const client = world.clientWith({
      fetch: (request) => {
        requests.push(request.url);
        return world.fetch(request);
      },
    });
    const outcomes: Outcome[] = [];
    const items = signed.map(({ bytes }) => bytes);
    for await (const outcome of client.submitMany(items, { maxItems: 10 })) outcomes.push(outcome);
    expect(requests).toHaveLength(3);
    expect(outcomes).toHaveLength(25);
    expect(outcomes[13]).toMatchObject({ status: "refused", code: "STATE_EXISTS" });
    for (const [i, outcome] of outcomes.entries()) {
      if (i !== 13) expectProved(items[i] ?? new Uint8Array(), outcome);
    }
  });

  test("an operation that was handed over without waiting is found by its receipt", async () => {
    const items = [
      {
        code: code(CITY),
        add: [
          { names: { zh: "石家庄市" }, level: "prefecture" as const, from: "1983", source: "t" },
        ],
      },
    ];
    const { bytes } = await signAs({ op: "gazette", items }, "member/A", "member/A");
    const hash = await world.client.submitLater(bytes);
    const outcome = await world.client.receipt(hash);
    expect(outcome).toMatchObject({ status: "accepted", hash });
    expectProved(bytes, outcome);
  });
});

/** That the receipt is an inclusion proof of these bytes, under the checkpoint that it carries. */
function expectProved(bytes: Uint8Array, outcome: Outcome): void {
  if (outcome.status === "refused") throw new Error(JSON.stringify(outcome));
  const proof = parseTlogProof(outcome.receipt);
  if (!proof.ok) throw new Error(proof.error.code);
  const { index, path, checkpoint } = proof.value;
  expect(index).toBe(outcome.index);
  const verified = verifyInclusion(
    hashLeaf(bytes),
    { index, size: checkpoint.size, path },
    checkpoint.root,
  );
  expect(verified).toEqual({ ok: true, value: undefined });
}

describe("reading", () => {
  test("a record, its history, its keys and its place in search", async () => {
    await issueCity(world);
    const answer = await world.client.record(CITY, { ancestors: 1 });
    expect(answer).toMatchObject({ code: CITY, effective: { status: "active" } });
    expect(answer.ancestors?.map((each) => each.code)).toEqual(["MA", "MA.156"]);
    const { items } = await world.client.history(CITY);
    expect(items[0]).toMatchObject({ kind: "admit", chain: "born" });
    const keys = await world.client.keys(CITY);
    expect(keys.items[0]).toMatchObject({ kid: hex(world.signer("city").kid), label: "office" });
    expect((await world.client.keys("member/A")).items).toHaveLength(1);
    const found = await world.client.search({ q: "石家庄" });
    expect(found.items.map((item) => item.code)).toEqual([CITY]);
  });

  test("a code that was never issued is a problem with its own code and the way to a proof", async () => {
    const asked = world.client.record("MA.156.9999");
    await expect(asked).rejects.toBeInstanceOf(ApiProblem);
    await expect(asked).rejects.toMatchObject({ status: 404, code: "RESOLVE_UNKNOWN" });
    const proof = JSON.parse(await world.client.proof("code/MA.156.9999"));
    expect(proof).toMatchObject({ format: "cityid/proof/v1", key: "code/MA.156.9999" });
    expect(proof.value).toBeUndefined();
  });

  test("lists are read to their end, page after page", async () => {
    for (const text of ["MA.156.1301", "MA.156.1302", "MA.156.1303"]) {
      await listInGazette(world, text, text);
    }
    const codes: string[] = [];
    const pages = everyItem((paging) => world.client.gazette({}, paging), 1);
    for await (const item of pages) codes.push(item.code);
    expect(codes.sort()).toEqual(["MA.156.1301", "MA.156.1302", "MA.156.1303"]);
  });

  test("an alias leads to its code", async () => {
    await issueCity(world);
    await registerLampClass(world);
    const aliases = [{ scheme: "asset-no", value: "ZS-0427" }];
    await world.act({ op: "register", items: [{ ...lamp(1), aliases }] }, CITY, "city");
    expect(await world.client.alias("asset-no", "ZS-0427", CITY)).toEqual([lamp(1).code]);
  });
});

describe("children", () => {
  test("each page proves itself, and the pages together are all of them in order", async () => {
    await issueCity(world);
    await registerLampClass(world);
    const items = Array.from({ length: 7 }, (_, n) => lamp(n));
    await world.act({ op: "register", items }, CITY, "city");
    const first = await world.client.children(LAMPS, { limit: 3 });
    expect(first).toMatchObject({ count: 7, start: 0 });
    const codes: string[] = [];
    for await (const child of world.client.everyChild(LAMPS)) codes.push(child.code);
    expect(codes).toEqual(items.map((item) => item.code));
  });

  test("a page that leaves a child out is refused", async () => {
    await issueCity(world);
    await registerLampClass(world);
    await world.act({ op: "register", items: [lamp(1), lamp(2), lamp(3)] }, CITY, "city");
    const page = await world.client.childrenPage(LAMPS, { limit: 2 });
    expect(() => checkChildrenPage(page)).not.toThrow();
    const [one = "", two = ""] = page.codes;
    for (const codes of [[one], [two, one], [one, one]]) {
      expect(() => checkChildrenPage({ ...page, codes })).toThrow(ProofMismatch);
    }
    const path = page.path.map(() => "AAAA");
    expect(fromBase64("AAAA")).toBeDefined();
    expect(toHash(new Uint8Array(3))).toBeUndefined();
    expect(() => checkChildrenPage({ ...page, path })).toThrow("PROOF_HASH_LENGTH");
  });

  test("a page without children where there are some is refused", async () => {
    await issueCity(world);
    await registerLampClass(world);
    const page = await world.client.childrenPage(CITY);
    const empty = { ...page, codes: [], path: [] };
    expect(() => checkChildrenPage(empty)).toThrow(ProofMismatch);
  });
});
