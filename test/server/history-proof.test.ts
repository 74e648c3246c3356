import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  fromHex,
  hashLeaf,
  hex,
  type Operation,
  parsePolicy,
  present,
} from "../../src/core/index.ts";
import { createClient } from "../../src/sdk/index.ts";
import {
  type HistoryChange,
  type HistoryVerdict,
  type TrustOptions,
  verifyHistory,
  verifyHistoryPages,
} from "../../src/verify/index.ts";
import { bulk } from "../core/state/kinds/bulk.ts";
import { city, code, idOf, keySpec, named, type Signing, sign } from "../core/state/kit.ts";
import { MA1301, openCity, type World } from "./world.ts";

// What the server bundles is checked by the verifier, which gets the text and a policy and nothing else.

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const DEPT = `${MA1301}.02`;
const LAMP = `${MA1301}/LAMP/000001`;

const fromHexOf = (text: string) => present(fromHex(text), "hexadecimal");
const pathOf = (text: string) => `/v1/codes/${encodeURIComponent(text)}`;

async function trust(): Promise<TrustOptions> {
  const policy = parsePolicy((await world.json("/.well-known/cityid")).policy);
  if (!policy.ok) throw new Error(policy.error.code);
  const nowSeconds = Math.floor(world.clock.now / 1000);
  return { policy: policy.value, nowSeconds, maxAgeSeconds: 3600 };
}

async function bundleOf(text: string): Promise<string> {
  const response = await world.get(`${pathOf(text)}/history?proof=1`);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("application/vnd.cityid.history+json");
  return response.text();
}

async function historyOf(text: string): Promise<HistoryVerdict> {
  const verdict = await verifyHistory(await bundleOf(text), await trust());
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
  // It is the history that the node tells without proof, voidings aside.
  const { items } = await world.json(`${pathOf(text)}/history?limit=1000`);
  const told = items.filter(({ chain }: { chain: string }) => chain !== "registration");
  expect(verdict.value.changes.map(({ index }) => index)).toEqual(
    told.map(({ index }: { index: number }) => index).toReversed(),
  );
  return verdict.value;
}

const kinds = ({ changes }: HistoryVerdict) => changes.map(({ kind }) => kind);

async function change(
  text: string,
  chain: "op" | "control",
  body: object,
  signing: Signing = city,
) {
  const { record } = await world.json(pathOf(text));
  const prev = fromHexOf(record[chain]);
  await world.do({ ...body, code: code(text), prev } as Operation, signing);
}

describe("GET /v1/codes/<code>/history?proof=1", () => {
  test("proves every change of a city, from the application on", async () => {
    await change(MA1301, "op", { op: "update", names: named("石家庄") });
    await change(MA1301, "control", { op: "status", do: "suspend", reason: "test" });
    await change(MA1301, "control", { op: "status", do: "resume", reason: "test" });
    const history = await historyOf(MA1301);
    expect(kinds(history)).toEqual(["admit", "update", "status", "status"]);
    expect(history.record.effective?.status).toBe("active");
    expect(history.changes[0]).toMatchObject({ signed: { iss: MA1301 }, carriedBy: {} });
    expect(history.gaps).toEqual([]);
  });

  test("proves what chunks did, through the manifest that somebody proposed", async () => {
    const add = [keySpec("second", ["govern", "issue", "record"])];
    await change(MA1301, "control", { op: "keys", add, threshold: 2 });
    const { record } = await world.json(pathOf(LAMP));
    const item = { code: code(LAMP), prev: fromHexOf(record.op), names: named("新名") };
    const { manifest, chunks } = bulk("update", MA1301, [[item]]);
    const proposal = sign({ op: "propose", inner: manifest }, city, world.clock.now);
    await world.submit(proposal);
    const decision = idOf(proposal);
    const second = { iss: MA1301, key: "second" };
    await world.do({ op: "endorse", decision, vote: "approve" }, second);
    for (const chunk of chunks(decision)) await world.submit(chunk);
    const history = await historyOf(LAMP);
    expect(kinds(history).at(-1)).toBe("update");
    expect(history.changes.at(-1)).toMatchObject({ signed: { iss: MA1301 }, carriedBy: {} });
  });

  test("proves all generations, the succession that ended one, and that a registration is void", async () => {
    await change(DEPT, "control", { op: "status", do: "suspend", reason: "test" });
    await change(DEPT, "control", { op: "status", do: "resume", reason: "test" });
    await world.do(
      {
        op: "register",
        items: [{ code: code(`${MA1301}.03`), kind: "department", names: named("新") }],
      },
      city,
    );
    const prevOf = async (text: string) => {
      const { record } = await world.json(pathOf(text));
      return { code: code(text), prev: fromHexOf(record.op) };
    };
    await world.do(
      {
        op: "succeed",
        type: "transfer",
        from: [await prevOf(DEPT)],
        to: [await prevOf(`${MA1301}.03`)],
        date: "2026-01-01",
        source: "document 1",
        grants: "end",
        delegation: "end",
      },
      city,
    );
    const ended = await historyOf(DEPT);
    expect(kinds(ended)).toEqual(["register", "status", "status", "succeed"]);
    expect(ended.gaps).toEqual([{ generation: 1, before: ended.changes.at(-1)?.index }]);

    const { record } = await world.json(pathOf(DEPT));
    const after = fromHexOf(record.control);
    const item = { code: code(DEPT), kind: "department", names: named("再"), after } as const;
    await world.do({ op: "register", items: [item] }, city);
    const again = await historyOf(DEPT);
    expect(kinds(again)).toEqual(["register", "status", "status", "succeed", "register"]);
    expect(again.changes.at(-1)?.generation).toBe(2);

    const registration = fromHexOf((await world.json(pathOf(DEPT))).record.registration);
    await world.do({ op: "void", registration, reason: "mistake" }, city);
    expect((await historyOf(DEPT)).record.effective).toMatchObject({ status: "void" });
  });

  test("is answered for what the genesis made, and refused for what was never issued", async () => {
    expect(kinds(await historyOf("MA.156"))).toEqual(["genesis"]);
    const response = await world.get(`${pathOf("MA.156.9999")}/history?proof=1`);
    expect(response.status).toBe(404);
  });

  test("comes in pages where it is long, through all generations, while it goes on changing", async () => {
    await update(DEPT, 30);
    const { record } = await world.json(pathOf(DEPT));
    await change(DEPT, "control", { op: "status", do: "retire", reason: "test" });
    const after = fromHexOf((await world.json(pathOf(DEPT))).record.control);
    const item = { code: code(DEPT), kind: "department", names: named("再"), after } as const;
    await world.do({ op: "register", items: [item] }, city);
    await update(DEPT, 25);
    const path = `${pathOf(DEPT)}/history`;
    const pages: string[] = [];
    for (let next: string | undefined = "?proof=1&limit=7"; next !== undefined; ) {
      const response: Response = await world.get(path + next);
      expect(response.status).toBe(200);
      pages.push(await response.text());
      next = /^<(.*)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1];
      // What comes later is no part of it.
      await update(DEPT, 1);
    }
    expect(pages).toHaveLength(9);
    const told: HistoryChange[] = [];
    const verdict = await verifyHistoryPages(pages, await trust(), (page) => {
      expect(page.length).toBeLessThanOrEqual(7);
      told.push(...page);
    });
    expect(verdict).toMatchObject({ ok: true, value: { record: { record: { generation: 2 } } } });
    const kindsOf = (generation: number) =>
      told.filter((each) => each.generation === generation).map(({ kind }) => kind);
    expect(kindsOf(2)).toEqual([...Array(25).fill("update"), "register"]);
    expect(kindsOf(1)).toEqual(["status", ...Array(30).fill("update"), "register"]);
    expect(hex(present(told.at(-1), "the first change").hash)).toBe(record.born);
    expect(await verifyHistory(pages[0], await trust())).toMatchObject({
      error: { code: "HISTORY_MISSING" },
    });
    const long = await world.get(`${path}?proof=1&limit=2001`);
    expect([long.status, (await long.json()).code]).toEqual([400, "HTTP_PARAMETER"]);
    // The same by the sdk.
    const fetch = (request: Request) => world.app.fetch(request, { remoteAddress: "127.0.0.1" });
    const client = createClient({ url: "https://node.test", fetch });
    const again = await verifyHistoryPages(
      client.historyProof(DEPT),
      await trust(),
      () => undefined,
    );
    expect(again.ok).toBe(true);
  });

  test.each([
    ["nonsense", "x"],
    ["of a size that is not there yet", `100000_1_${"0".repeat(64)}_-`],
    ["of no size", `0_1_${"0".repeat(64)}_-`],
    ["of a generation that never was", `4_7_${"0".repeat(64)}_-`],
  ])("a cursor that is %s is refused", async (_, cursor) => {
    const response = await world.get(`${pathOf(MA1301)}/history?proof=1&cursor=${cursor}`);
    expect([response.status, (await response.json()).code]).toEqual([400, "HTTP_CURSOR"]);
  });

  test("a cursor that leads to what is about others, or lies behind its size, is refused", async () => {
    const { record } = await world.json(pathOf(DEPT));
    const size = world.ledger.head().size;
    const asked = async (of: string, at: number) => {
      const cursor = `${at}_1_${record.op}_-`;
      const response = await world.get(`${pathOf(of)}/history?proof=1&cursor=${cursor}`);
      return [response.status, (await response.json()).code];
    };
    expect(await asked("MA.156", size)).toEqual([400, "HTTP_CURSOR"]);
    expect(await asked(DEPT, 2)).toEqual([400, "HTTP_CURSOR"]);
    // One that ends between the change and its block entry.
    const index = present(world.ledger.indexOf(fromHexOf(record.op)), "the last change");
    expect(await asked(DEPT, index + 1)).toEqual([400, "HTTP_CURSOR"]);
    expect((await asked(DEPT, size))[0]).toBe(200);
  });

  /** Changes a code so many times. */
  async function update(of: string, times: number): Promise<void> {
    let prev: Uint8Array = fromHexOf((await world.json(pathOf(of))).record.op);
    for (let begun = 0; begun < times; begun += 500) {
      const items: Uint8Array[] = [];
      for (let i = begun; i < Math.min(times, begun + 500); i += 1) {
        const body = { op: "update", code: code(of), prev, names: named("名") } as const;
        const bytes = sign(body, city, world.clock.now);
        items.push(bytes);
        prev = hashLeaf(bytes);
      }
      const outcomes = await world.ledger.submit(items);
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
    }
  }
});
