import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ENDPOINTS } from "../../src/server/ops/openapi/index.ts";
import { MA1301, openCity, openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

describe("every answer", () => {
  test.each(["/healthz", `/v1/codes/${MA1301}`, "/v1/codes/MA.15x", "/nothing", "/docs"])(
    "of %s is open to other pages and guarded",
    async (path) => {
      const { headers } = await world.get(path);
      expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    },
  );

  test.each([
    ["/v1/operations", "GET, HEAD, POST, OPTIONS"],
    [`/v1/codes/${MA1301}`, "GET, HEAD, OPTIONS"],
    [`/v1/openings/${"00".repeat(32)}`, "GET, HEAD, PUT, DELETE, OPTIONS"],
    ["/v1/tokens", "POST, OPTIONS"],
    [`/${MA1301}`, "GET, HEAD, OPTIONS"],
  ])("OPTIONS %s names %s", async (path, allow) => {
    const response = await world.request("OPTIONS", path);
    expect(response.status).toBe(204);
    expect(response.headers.get("Allow")).toBe(allow);
    expect(response.headers.get("Access-Control-Allow-Headers")).toContain("Signature-Input");
  });

  test("a method that a path does not take: 405 with those it takes", async () => {
    const response = await world.request("DELETE", "/v1/operations");
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(await response.json()).toMatchObject({ code: "HTTP_METHOD", facts: { got: "DELETE" } });
  });

  test("a path that is none: 404", async () => {
    const response = await world.request("POST", "/nothing");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: "HTTP_NOT_FOUND",
      facts: { path: "/nothing" },
    });
  });

  test("a refusal is in Chinese for who asks for it, and in English for everybody else", async () => {
    const asked = ["zh-CN,zh;q=0.9,en;q=0.5", "en,zh;q=0.5", undefined].map(async (language) => {
      const headers = language === undefined ? undefined : { "Accept-Language": language };
      const response = await world.get("/v1/codes/MA.156.1301?at=abc", headers);
      expect(response.headers.get("Vary")).toContain("Accept-Language");
      return response.json();
    });
    const [chinese, ...english] = await Promise.all(asked);
    const same = { code: "HTTP_PARAMETER", facts: { name: "at", got: "abc", want: "YYYY-MM-DD" } };
    expect(chinese).toMatchObject({ ...same, title: "查询参数有误" });
    expect(chinese.remedy).toMatch(/^请/);
    for (const each of english)
      expect(each).toMatchObject({ ...same, title: "A parameter of the query is wrong" });
  });

  test("an endless address: 414", async () => {
    const response = await world.get(`/v1/codes?q=${"x".repeat(9000)}`);
    expect(response.status).toBe(414);
    expect(await response.json()).toMatchObject({ code: "HTTP_TARGET_SIZE", facts: { max: 8192 } });
  });

  test("the log of the node tells of writes, without path or body", async () => {
    await world.request("POST", "/v1/applications", { body: "{}" });
    expect(world.lines).toEqual([
      { event: "request", facts: { method: "POST", route: "/v1/applications", status: 400 } },
    ]);
  });
});

describe("operators", () => {
  test("see what the node is", async () => {
    const description = await world.json("/.well-known/cityid");
    const { size, height } = world.ledger.head();
    expect(description).toMatchObject({
      format: "cityid/node/v1",
      origin: "ledger.test/log",
      publicUrl: "https://node.test",
      vkeys: [expect.stringMatching(/^ledger\.test\/log\+/)],
      engine: "memory",
      rules: 1,
      programRules: 1,
      size,
      height,
      member: "A",
      genesis: expect.stringMatching(/^[0-9a-f]{64}$/),
      limits: { bodyBytes: 1_048_576, operationBytes: 49_152, operationsPerRequest: 1000 },
    });
    expect(description.demonstration).toBeUndefined();
    expect((await world.get("/healthz")).status).toBe(200);
    expect(await world.json("/readyz")).toEqual({ status: "ready" });
  });

  test("see counts in the words of Prometheus, by route and not by path", async () => {
    await world.get(`/v1/codes/${MA1301}`);
    await world.get("/v1/codes/MA.156.9999");
    await world.get(`/${MA1301}`);
    world.app.hot({ method: "GET", url: "/v1/codes/MA", rawHeaders: [], socket: {} });
    const text = await (await world.get("/metrics")).text();
    expect(text).toContain('cityid_http_requests_total{route="/v1/codes/:code",status="2xx"} 1');
    expect(text).toContain('cityid_http_requests_total{route="/v1/codes/:code",status="4xx"} 1');
    expect(text).toContain('cityid_http_requests_total{route="/<code>",status="2xx"} 1');
    expect(text).toContain("cityid_http_hot_answers_total 1");
    expect(text).toContain(`cityid_log_entries ${world.ledger.head().size}`);
    expect(text).toMatch(
      /cityid_http_request_seconds_bucket\{route="\/v1\/codes\/:code",le="\+Inf"\} 2/,
    );
    expect(text).not.toContain("MA.156");
  });
});

describe("the description of the API", () => {
  test("is OpenAPI 3.1 without a reference to anybody else's document", async () => {
    const document = await world.json("/openapi.json");
    expect(document.openapi).toBe("3.1.0");
    const references = JSON.stringify(document).match(/"\$ref":"[^"]*"/g) ?? [];
    for (const reference of references) {
      const name = /#\/components\/schemas\/(\w+)"$/.exec(reference)?.[1] ?? "";
      expect(document.components.schemas, reference).toHaveProperty(name);
    }
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(
      (each) => Object.values(each).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.paths["/v1/codes/{code}"].get.parameters[0]).toMatchObject({
      name: "code",
      in: "path",
      required: true,
    });
  });

  test("lists every route there is, and none that there is not", async () => {
    const described = ENDPOINTS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const allowed = async (path: string) =>
      (await world.request("OPTIONS", path.replaceAll(/\{\w+\}/g, "x"))).headers.get("Allow") ?? "";
    for (const { method, path } of ENDPOINTS) {
      expect(await allowed(path), path).toContain(method.toUpperCase());
    }
    for (const path of new Set(ENDPOINTS.map((each) => each.path))) {
      const methods = (await allowed(path))
        .split(", ")
        .filter((each) => !["HEAD", "OPTIONS"].includes(each));
      for (const method of methods) expect(described).toContain(`${method} ${path}`);
    }
  });

  test("can be read without a script or a request to anybody", async () => {
    for (const path of ["/docs", "/docs/errors"]) {
      const response = await world.get(path);
      expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
      const page = await response.text();
      expect(page).not.toContain("<script");
      expect(page).not.toMatch(/(src|href)="https?:/);
      const etag = response.headers.get("ETag") ?? "";
      expect((await world.get(path, { "If-None-Match": etag })).status).toBe(304);
    }
    expect(await (await world.get("/docs/errors")).text()).toContain('<li id="STATE_PREV">');
    const style =
      /href="(\/page\.[0-9a-f]+\.css)"/.exec(await (await world.get("/docs")).text())?.[1] ?? "";
    expect((await world.get(style)).headers.get("Content-Type")).toBe("text/css; charset=utf-8");
  });
});

describe("long texts that stay the same", () => {
  test.each(["/openapi.json", "/docs", "/docs/errors"])(
    "%s comes compressed to who takes it, and is the same text",
    async (path) => {
      const plain = await world.get(path);
      expect(plain.headers.get("Content-Encoding")).toBeNull();
      const text = await plain.text();
      const zipped = await world.get(path, { "Accept-Encoding": "gzip, deflate, br" });
      expect(zipped.headers.get("Content-Encoding")).toBe("gzip");
      expect(zipped.headers.get("Vary")).toContain("Accept-Encoding");
      expect(zipped.headers.get("ETag")).toBe(plain.headers.get("ETag"));
      const bytes = Buffer.from(await zipped.arrayBuffer());
      expect(bytes.length).toBeLessThan(text.length / 3);
      expect(gunzipSync(bytes).toString()).toBe(text);
    },
  );
});

describe("the description of the API, to read", () => {
  const LANGUAGES = {
    zh: { "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5" },
    en: { "Accept-Language": "en-GB,en;q=0.9,zh;q=0.5" },
  };
  const PAGES = [
    ["/docs", "一个编码的记录", "The record of a code"],
    ["/docs/errors", "请重新读取，查看变更", "Read it again, look at what changed"],
  ] as const;

  test.each(PAGES)("%s is in the language that the reader likes better", async (path, zh, en) => {
    const texts = { zh, en };
    for (const [language, other] of [["zh", "en"] as const, ["en", "zh"] as const]) {
      const response = await world.get(path, LANGUAGES[language]);
      const page = await response.text();
      expect(response.headers.get("Vary")).toContain("Accept-Language");
      expect(page).toContain(`<html lang="${language === "zh" ? "zh-CN" : "en"}">`);
      expect(page).toContain(texts[language]);
      expect(page).not.toContain(texts[other]);
      const link = new RegExp(`<a href="(${path}\\?lang=${other})"`).exec(page)?.[1] ?? "";
      expect(await (await world.get(link, LANGUAGES[language])).text()).toContain(texts[other]);
    }
  });

  test.each(PAGES)("%s is kept by its language", async (path) => {
    const etags = new Set<string>();
    for (const headers of Object.values(LANGUAGES)) {
      const etag = (await world.get(path, headers)).headers.get("ETag") ?? "";
      const again = await world.get(path, { ...headers, "If-None-Match": etag });
      expect(again.status).toBe(304);
      expect(again.headers.get("Vary")).toContain("Accept-Language");
      etags.add(etag);
    }
    expect(etags.size).toBe(2);
  });

  test("has no English sentence on a Chinese page", async () => {
    for (const [path] of PAGES) {
      const page = await (await world.get(path, LANGUAGES.zh)).text();
      // What a schema or a code says is the same in every language; the link to English says so in English.
      const prose = page.replace(/<(pre|code|a)\b.*?<\/\1>/gs, "").replace(/<[^>]*>/g, "\n");
      expect(prose.match(/\b[a-z]+ [a-z]+ [a-z]+ [a-z]+\b/g)).toBeNull();
    }
  });

  test("gives a refusal its Chinese words wherever a page shows it", async () => {
    const headers = { ...LANGUAGES.zh, Accept: "text/html" };
    const page = await (await world.get("/v1/codes?limit=none", headers)).text();
    expect(page).toContain(
      "<h1>查询参数有误</h1><p>请按 <code>want</code> 更正参数 <code>name</code>。</p>",
    );
  });
});

describe("a demonstration", () => {
  test("answers below /demo itself, without a word to other origins", async () => {
    await using demo = await openWorld(
      {},
      {
        demo: async (request, { remoteAddress }) =>
          new Response(`${new URL(request.url).pathname} ${remoteAddress}`),
      },
    );
    const response = await demo.get("/demo/keys/a", {}, { remoteAddress: "127.0.0.1" });
    expect(await response.text()).toBe("/demo/keys/a 127.0.0.1");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect((await demo.get("/demonstration")).status).toBe(404);
    expect((await world.get("/demo")).status).toBe(404);
  });
});
