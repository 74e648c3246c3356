import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromHex, hashLeaf, type Operation, parsePolicy, present } from "../../src/core/index.ts";
import { type HistoryVerdict, type TrustOptions, verifyHistory } from "../../src/verify/index.ts";
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

  test("is refused where it is too long for one bundle", async () => {
    const { record } = await world.json(pathOf(MA1301));
    let prev: Uint8Array = fromHexOf(record.op);
    for (let block = 0; block < 4; block += 1) {
      const items: Uint8Array[] = [];
      for (let i = 0; i < 500; i += 1) {
        const body = { op: "update", code: code(MA1301), prev, names: named("名") } as const;
        const bytes = sign(body, city, world.clock.now);
        items.push(bytes);
        prev = hashLeaf(bytes);
      }
      const outcomes = await world.ledger.submit(items);
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
    }
    const response = await world.get(`${pathOf(MA1301)}/history?proof=1`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "HTTP_HISTORY_SIZE",
      facts: { what: "changes", max: 2000 },
    });
  });
});
