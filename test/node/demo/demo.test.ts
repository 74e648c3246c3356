import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { auditAttack } from "../../../src/node/demo/attack.ts";
import { discard } from "../../discard.ts";
import { until } from "../real-node.ts";
import { ask, type DemoProcess, type Raw, startDemoProcess } from "./demo-process.ts";

let root: string;
let data: string;
let demo: DemoProcess;
/** What the first start said in the terminal. */
let told: string;
let first: Awaited<ReturnType<typeof look>>;
let again: typeof first;
/** What a node that listens on every address answers to who asks for a key. */
let open: Raw;

/** All that a second start could repeat, once both ledgers have come to rest. */
async function look(process: DemoProcess) {
  const { url } = process;
  await process.hears();
  const anchor = await until(async () => {
    const { body } = await ask(`${url}/v1/proof?key=anchor/MA.156.4601`, "GET");
    return body.value as string | undefined;
  });
  const { body: city } = await ask(`${process.cityUrl}/.well-known/cityid`, "GET");
  const get = async (path: string) => (await ask(url + path, "GET")).body;
  const { seeded } = await get("/demo");
  const { size, height, genesis } = await get("/.well-known/cityid");
  const keys = readdirSync(join(data, "demo"))
    .sort()
    .map((name) => [name, readFileSync(join(data, "demo", name), "utf8")]);
  const checkpoint = readFileSync(join(data, "ledger", "journal")).subarray(0, 4096);
  return { seeded, size, height, genesis, keys, checkpoint, anchor, city: city.size };
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-demo-"));
  data = join(root, "data");
  const port = await freePort();
  const fresh = await startDemoProcess(data, port);
  first = await look(fresh);
  told = fresh.said();
  expect(await fresh.stop()).toBe(0);
  const reachable = await startDemoProcess(data, port, ["--host", "0.0.0.0"]);
  open = await ask(`${reachable.url}/demo/keys/institute-a`, "GET");
  await reachable.stop();
  demo = await startDemoProcess(data, port);
  again = await look(demo);
});

afterAll(async () => {
  await demo.stop();
  discard(root);
});

test("started again, the demonstration repeats nothing", () => {
  expect(first.seeded.map(({ what }: { what: string }) => what)).toEqual([
    "gazette",
    "classes",
    "cities",
    "departments",
    "things",
    "readings",
  ]);
  expect(first.size).toBeGreaterThan(50);
  expect(again).toEqual(first);
  expect(demo.said()).toMatch(new RegExp(`opened the ledger that was here: ${first.size} entries`));
});

test("says what it did, how long that took, that nothing was fetched, and what it is", () => {
  for (const words of [
    /keys are made here, nothing is fetched from the internet/,
    /\d[\d ]* {2}divisions in the gazette \(GB\/T 2260\) {2}\(\d+\.\d s\)/,
    /1 000 {2}lamps, imported with one signature/,
    /366 {2}days of road weather .* real readings, of Seattle in 2012/,
    /ready after \d+\.\d s/,
    /its codes are not official, and everybody's keys lie on this disk/,
    /Open http:\/\/127\.0\.0\.1:\d+\/tour/,
  ]) {
    expect(told).toMatch(words);
  }
});

describe("the endpoints of a demonstration, over a socket", () => {
  const key = "/demo/keys/institute-a";
  const json = { "content-type": "application/json" };

  test("give this machine a key, and a page of its own too", async () => {
    const { host } = new URL(demo.url);
    const own = { origin: demo.url, "sec-fetch-site": "same-origin" };
    for (const headers of [{}, own, { host: host.replace("127.0.0.1", "localhost") }]) {
      const { status, body } = await ask(demo.url + key, "GET", headers);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        who: "institute-a",
        seed: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }
  });

  const asked: readonly [string, string, Record<string, string>, object][] = [
    [
      "a name that somebody points at loopback",
      "GET",
      { host: "evil.test:80" },
      { code: "DEMO_HOST", facts: { got: "evil.test:80" } },
    ],
    ["another port", "GET", { host: "127.0.0.1:1" }, { code: "DEMO_HOST" }],
    [
      "a page of somebody else",
      "GET",
      { origin: "https://evil.test" },
      { code: "DEMO_ORIGIN", facts: { got: "https://evil.test" } },
    ],
    ["a page without an origin", "GET", { origin: "null" }, { code: "DEMO_ORIGIN" }],
    [
      "an image in a page of somebody else",
      "GET",
      { "sec-fetch-site": "cross-site" },
      { code: "DEMO_ORIGIN", facts: { want: "same-origin" } },
    ],
    [
      "another port of this machine",
      "GET",
      { "sec-fetch-site": "same-site" },
      { code: "DEMO_ORIGIN" },
    ],
  ];
  test.each(asked)("refuse %s", async (_, method, headers, problem) => {
    const refused = await ask(demo.url + key, method, headers);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject(problem);
    expect(refused.body.seed).toBeUndefined();
  });

  test("refuse a form that a page of somebody else sends, and do nothing", async () => {
    const forms = [
      [403, "DEMO_ORIGIN", { ...json, "sec-fetch-site": "none" }],
      [403, "DEMO_ORIGIN", { ...json, origin: "https://evil.test" }],
      [415, "DEMO_TYPE", { "content-type": "text/plain" }],
      [415, "DEMO_TYPE", {}],
    ] as const;
    const { pid } = (await ask(`${demo.url}/demo`, "GET")).body.process;
    for (const [status, code, headers] of forms) {
      const refused = await ask(`${demo.url}/demo/kill`, "POST", headers, "{}");
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
    expect((await ask(`${demo.url}/demo`, "GET")).body.process.pid).toBe(pid);
  });

  test("never carry a header of CORS, a preflight's answer included", async () => {
    const from = { origin: "https://evil.test", "access-control-request-method": "POST" };
    const answers = [
      await ask(`${demo.url}/demo`, "GET"),
      await ask(demo.url + key, "GET", { origin: "https://evil.test" }),
      await ask(`${demo.url}/demo/kill`, "OPTIONS", from),
      await ask(`${demo.url}/demo/nothing`, "OPTIONS", { origin: demo.url }),
      await ask(`${demo.url}/demo/nothing`, "GET"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 404, 404]);
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
      });
    }
    // As the public reads do: the check above can fail.
    expect((await ask(`${demo.url}/v1/stats`, "GET")).headers).toHaveProperty(
      "access-control-allow-origin",
      "*",
    );
  });

  test("flip a byte in a copy of the journal, and name bytes that are none", async () => {
    const attack = `${demo.url}/demo/audit-attack`;
    const refused = await ask(attack, "POST", json, '{"offset": 1e9}');
    expect([refused.status, refused.body]).toMatchObject([422, { code: "DEMO_OFFSET" }]);
    const { body } = await ask(attack, "POST", json, '{"offset": 2000}');
    expect(body).toMatchObject({
      before: { intact: true },
      flipped: { offset: 2000 },
      after: { intact: false, refusal: { code: "JOURNAL_DAMAGED" } },
    });
    expect((await ask(demo.url + key.replace("-a", "-z"), "GET")).body).toMatchObject({
      code: "DEMO_KEY_UNKNOWN",
      facts: { who: "institute-z" },
    });
  });
});

test("a second attack waits for the first one", async () => {
  const attack = auditAttack({ dataDirectory: data, journalEnd: () => 3000, random: () => 0 });
  const [under, refused] = await Promise.all([attack(100), attack(100)]);
  expect(under).toMatchObject({ ok: true, value: { journalBytes: 3000 } });
  expect(refused).toEqual({ ok: false, error: { code: "DEMO_BUSY" } });
});

test("where others can reach the node, the endpoints do not exist", () => {
  expect(open).toMatchObject({ status: 404, body: { code: "HTTP_NOT_FOUND" } });
  expect(open.body.seed).toBeUndefined();
});
