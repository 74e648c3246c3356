import { describe, expect, test } from "vitest";
import { ApiProblem, Busy, createClient, Elsewhere, NodeUnreachable } from "../../src/sdk/index.ts";

type Answer = Response | Error;

/** A node that gives these answers, one after the other, and remembers what it was asked. */
function scripted(answers: readonly Answer[], options: { attempts?: number } = {}) {
  const waits: number[] = [];
  const asked: Request[] = [];
  const client = createClient({
    url: "https://node.test/",
    ...options,
    fetch: async (request) => {
      asked.push(request);
      const answer = answers[asked.length - 1];
      if (answer instanceof Response) return answer;
      throw answer ?? new Error("nothing left to answer");
    },
    sleep: async (milliseconds) => void waits.push(milliseconds),
  });
  return { client, waits, asked };
}

const busy = (retryAfter?: string) =>
  new Response(JSON.stringify({ code: "HTTP_BUSY", title: "busy", facts: {}, remedy: "wait" }), {
    status: 503,
    ...(retryAfter === undefined ? {} : { headers: { "retry-after": retryAfter } }),
  });
const stats = () => Response.json({ codes: 1 });
const silence = () => new TypeError("fetch failed");

describe("what is at another node", () => {
  test("is told with its address, and asked for by nobody", async () => {
    const location = "/v1/codes/MA.156.4601.01";
    const sent = new Response(null, { status: 307, headers: { location } });
    const { client, asked } = scripted([sent]);
    const given = client.record("MA.156.4601.01");
    await expect(given).rejects.toBeInstanceOf(Elsewhere);
    await expect(given).rejects.toMatchObject({ location: `https://node.test${location}` });
    expect(asked).toHaveLength(1);
  });
});

describe("a busy node", () => {
  test("is asked again when it says, or later as it stays busy", async () => {
    const { client, waits } = scripted([busy("2"), busy(), busy(), stats()]);
    expect(await client.stats()).toMatchObject({ codes: 1 });
    expect(waits).toEqual([2000, 500, 1000]);
  });

  test("is given up after the attempts that are allowed, with its own problem", async () => {
    const { client, asked } = scripted([busy("1"), busy("1"), busy("1")], { attempts: 3 });
    const given = client.stats();
    await expect(given).rejects.toBeInstanceOf(Busy);
    await expect(given).rejects.toMatchObject({ code: "HTTP_BUSY", retryAfterMilliseconds: 1000 });
    expect(asked).toHaveLength(3);
  });

  test("takes a date as well for the time to come back", async () => {
    const at = new Date(Date.now() + 60_000).toUTCString();
    const { client, waits } = scripted([busy(at), stats()]);
    await client.stats();
    expect(waits[0]).toBeGreaterThan(55_000);
  });

  test("whose readiness is asked for is not waited for", async () => {
    const { client, waits } = scripted([busy("30")]);
    expect(await client.ready()).toEqual({ ready: false, code: "HTTP_BUSY", facts: {} });
    expect(waits).toEqual([]);
  });

  test("says which fault it has, and how consensus looks from it", async () => {
    const [fault, facts] = ["LEDGER_STALLED", { height: 98 }];
    const consensus = { height: 98, voters: 2, signing: 1, silent: ["v2"] };
    const said = { status: "unready", fault, facts, consensus, witnesses: [] };
    const { client } = scripted([
      Response.json(said, { status: 503 }),
      Response.json({ status: "ready", consensus }),
      new Response("<h1>Bad gateway</h1>", { status: 503 }),
      Response.json({ hello: "world" }),
    ]);
    expect(await client.ready()).toEqual({ ready: false, code: fault, facts, consensus });
    expect(await client.ready()).toEqual({ ready: true, consensus });
    // A page of something in between says nothing of the ledger.
    expect(await client.ready()).toMatchObject({ ready: false, code: "HTTP_ANSWER" });
    expect(await client.ready()).toMatchObject({ ready: false, code: "HTTP_ANSWER" });
  });
});

test.each(["LEDGER_RESTORED", "LEDGER_CLOCK", "HTTP_STOPPED", "HTTP_FULL"])(
  "a node that waits for its operator (%s) is asked once",
  async (code) => {
    const body = JSON.stringify({ code, title: "stopped", facts: {}, remedy: "cityid start" });
    const { client, waits } = scripted([new Response(body, { status: 503 })]);
    await expect(client.stats()).rejects.toMatchObject({ status: 503, code });
    expect(waits).toEqual([]);
  },
);

describe("a silent node", () => {
  test("that never answered is given up soon: its address may be wrong", async () => {
    const { client, asked } = scripted([silence(), silence(), silence()]);
    const given = client.stats();
    await expect(given).rejects.toBeInstanceOf(NodeUnreachable);
    await expect(given).rejects.toMatchObject({ url: "https://node.test/v1/stats" });
    expect(asked).toHaveLength(2);
  });

  test("that answered before is waited for: it may be restarting", async () => {
    const { client, asked } = scripted([
      stats(),
      silence(),
      silence(),
      silence(),
      silence(),
      stats(),
    ]);
    await client.stats();
    expect(await client.stats()).toMatchObject({ codes: 1 });
    expect(asked).toHaveLength(6);
  });

  test("gets an operation again, and a message to the inbox not", async () => {
    const accepted = Response.json({ status: "accepted", hash: "00", index: 1, receipt: "" });
    const first = scripted([stats(), silence(), accepted]);
    await first.client.stats();
    await first.client.submit(Uint8Array.of(1));
    expect(first.asked).toHaveLength(3);
    const second = scripted([stats(), silence()]);
    await second.client.stats();
    await expect(second.client.message("00", "hello")).rejects.toBeInstanceOf(NodeUnreachable);
  });
});

describe("problems", () => {
  test("carry code, facts and remedy", async () => {
    const body = {
      code: "RESOLVE_UNKNOWN",
      title: "t",
      facts: { proof: "/v1/proof" },
      remedy: "r",
    };
    const { client } = scripted([Response.json(body, { status: 404 })]);
    const given = client.record("MA.156.9999");
    await expect(given).rejects.toBeInstanceOf(ApiProblem);
    await expect(given).rejects.toMatchObject({ ...body, status: 404 });
  });

  test("of somebody else, such as a proxy, have one code of ours", async () => {
    const { client } = scripted([new Response("<html>nginx</html>", { status: 502 })]);
    await expect(client.stats()).rejects.toMatchObject({
      code: "HTTP_ANSWER",
      facts: { status: 502 },
    });
  });

  test("of a wrong shape count as somebody else's", async () => {
    const { client } = scripted([Response.json({ error: "no" }, { status: 400 })]);
    await expect(client.stats()).rejects.toMatchObject({ code: "HTTP_ANSWER" });
  });
});

test("codes travel as one path segment, and absent parameters not at all", async () => {
  const { client, asked } = scripted([Response.json({}), Response.json({ items: [] })]);
  await client.record("MA.156.1301.02/LAMP/000123", { at: "2015-06-01" });
  await client.log({ order: "oldest" });
  expect(asked.map(({ url }) => url)).toEqual([
    "https://node.test/v1/codes/MA.156.1301.02%2FLAMP%2F000123?at=2015-06-01",
    "https://node.test/v1/operations?order=oldest",
  ]);
});

test("an aborted wait ends with the reason of the abort", async () => {
  const controller = new AbortController();
  const client = createClient({
    url: "https://node.test",
    signal: controller.signal,
    fetch: async () => busy("60"),
    onWait: () => controller.abort(new DOMException("stop", "AbortError")),
  });
  await expect(client.stats()).rejects.toMatchObject({ name: "AbortError" });
});

test("an answer whose body does not end is given up; one that comes whole is not touched", async () => {
  const endless = () => new Response(new ReadableStream({ start() {} }));
  const options = { url: "https://node.test", attempts: 1, timeoutMilliseconds: 50 };
  const late = createClient({ ...options, fetch: async () => endless() });
  await expect(late.checkpoint()).rejects.toThrow(NodeUnreachable);
  const fetch = async () => new Response("whole", { headers: { "content-type": "text/plain" } });
  const prompt = createClient({ ...options, fetch, timeoutMilliseconds: 60_000 });
  expect(await prompt.checkpoint()).toBe("whole");
  const ending = new AbortController();
  const waiting = late.within({ signal: ending.signal, timeoutMilliseconds: 60_000 }).checkpoint();
  ending.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});
