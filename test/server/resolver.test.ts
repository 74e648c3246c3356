import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Link } from "../../src/core/index.ts";
import { aliasPage } from "../../src/ledger/alias-page.ts";
import type { AliasQuery } from "../../src/ledger/index.ts";
import { city, code, member, named } from "../core/state/kit.ts";
import { MA1301, openCity, openWorld, present, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const HTML = { Accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" };
const JSON_TYPE = { Accept: "application/json" };
const hexBytes = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

const record = async (text: string) =>
  (await world.json(`/v1/codes/${encodeURIComponent(text)}`)).record;

const giveLinks = async (links: readonly Link[], text = MA1301) => {
  const { op } = await record(text);
  await world.do({ op: "update", code: code(text), prev: hexBytes(op), links }, city);
};

const retire = async (text: string) => {
  const { control } = await record(text);
  const status = { op: "status", do: "retire", reason: "拆除" } as const;
  await world.do(
    {
      ...status,
      code: code(text),
      prev: hexBytes(control),
      successors: [code(`${MA1301}/LAMP/000002`)],
    },
    city,
  );
};

describe("GET /<code>", () => {
  test("shows a page without script to a browser, in the language it asks for", async () => {
    const english = await world.get(`/${MA1301}`, { ...HTML, "Accept-Language": "en-GB,zh;q=0.5" });
    expect(english.status).toBe(200);
    expect(english.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    expect(english.headers.get("Content-Security-Policy")).not.toContain("unsafe");
    expect(english.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(english.headers.get("Link")).toContain('rel="linkset"');
    const page = await english.text();
    expect(page).toContain('<html lang="en">');
    expect(page).toContain("<h1>Shijiazhuang</h1>");
    expect(page).toContain("Issued by decision of the members");
    expect(page).not.toContain("<script");
    expect(page).not.toContain("style=");
    expect(page.length).toBeLessThan(30_000);
    const chinese = await (
      await world.get(`/${MA1301}`, { ...HTML, "Accept-Language": "zh-CN" })
    ).text();
    expect(chinese).toContain("<h1>石家庄市</h1>");
    expect(chinese).toContain("各成员机构决定签发；最后一票由机构B投出。");
    expect(chinese).toContain("2026-11-22 14:01");
    expect(chinese).toContain("(UTC 2026-11-22 06:01)");
    expect(
      await (await world.get(`/${MA1301}?lang=en`, { ...HTML, "Accept-Language": "zh-CN" })).text(),
    ).toContain('<html lang="en">');
  });

  test("leads on in the language that the address asks for, and names none where it asks for none", async () => {
    const links = async (path: string) => {
      const page = await (await world.get(path, { ...HTML, "Accept-Language": "zh-CN" })).text();
      return [...page.matchAll(/<a href="(\/[^"]*)"/g)].map(([, href = ""]) => href);
    };
    const asked = await links(`/${MA1301}?lang=en`);
    const pages = asked.filter((href) => href.startsWith("/MA") || href === "/");
    expect(pages.length).toBeGreaterThan(3);
    for (const href of pages) expect(href).toMatch(/[?;]lang=(en|zh)$/);
    expect(asked).toContain(`/${MA1301}?lang=zh`);
    expect(asked).toContain("/?lang=en");
    expect(asked.filter((href) => /^\/v1\/.*lang=/.test(href))).toEqual([]);
    const plain = await links(`/${MA1301}`);
    expect(plain.filter((href) => href.includes("lang="))).toEqual([`/${MA1301}?lang=en`]);
    const [, more] = /href="([^"]*children=[^"]*)"/.exec(
      await (await world.get(`/${MA1301}/LAMP?lang=en`, HTML)).text(),
    ) ?? [undefined, ""];
    if (more !== "") expect(more).toMatch(/\?children=\d+&amp;lang=en#children$/);
    const problem = await links(`/${MA1301}.99?lang=en`);
    expect(problem).toContain("/?lang=en");
  });

  test("tells a problem in the language that is asked for, to programs too", async () => {
    const path = "/v1/codes?q=";
    const tell = async (language: string) => {
      const answer = await world.get(path, { "Accept-Language": language });
      expect(answer.headers.get("Vary")).toContain("Accept-Language");
      return (await answer.json()) as { code: string; title: string; remedy: string };
    };
    expect(await tell("en")).toMatchObject({
      code: "HTTP_PARAMETER",
      title: "A parameter of the query is wrong",
    });
    const { code, title, remedy } = await tell("zh-CN");
    expect(code).toBe("HTTP_PARAMETER");
    expect(title + remedy).toMatch(/^查询参数有误.*`want`.*`name`/);
    expect(remedy).not.toContain("Correct");
  });

  test("leads to the office responsible, to maps in their own coordinates, and to the proof", async () => {
    const page = await (await world.get(`/${MA1301}/LAMP/000001`, HTML)).text();
    expect(page).toContain(`<a href="/${MA1301}">`);
    expect(page).toContain("https://uri.amap.com/marker?position=");
    expect(page).toContain("https://api.map.baidu.com/marker?location=");
    expect(page).toContain("38.042300, 114.514900");
    expect(page).toContain(`/v1/codes/${MA1301}%2FLAMP%2F000001/proof?effective=1`);
    expect(page).toContain("ZS-1");
    expect(page).toContain("Registered by");
    // `verify` believes nobody by itself: the command names a key, and the page says to compare it.
    expect(page).toContain(
      `--code &quot;${MA1301}/LAMP/000001&quot; --vkey &quot;ledger.test/log+`,
    );
    expect(page).toContain("from elsewhere");
  });

  test("escapes whatever stands in a record", async () => {
    const { op } = await record(MA1301);
    const names = { en: { value: `<img src=x onerror="alert(1)">&'`, validFrom: "2021-01-01" } };
    await world.do({ op: "update", code: code(MA1301), prev: hexBytes(op), names }, city);
    const page = await (await world.get(`/${MA1301}`, HTML)).text();
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;");
  });

  test("pages the parts below", async () => {
    const first = await (await world.get(`/${MA1301}/LAMP`, HTML)).text();
    expect(first).toContain("Parts below it (3)");
    const second = await (await world.get(`/${MA1301}/LAMP?children=2`, HTML)).text();
    expect(second).toContain("路灯 3号");
    expect(second).not.toContain("路灯 2号");
  });

  test("answers the record to a program", async () => {
    const response = await world.get(`/${MA1301}`, JSON_TYPE);
    expect(await response.json()).toMatchObject({ code: MA1301, effective: { status: "active" } });
  });

  test("answers the proof bundle, of what was never issued too", async () => {
    const accept = { Accept: "application/vnd.cityid.proof+json" };
    expect(await world.json(`/${MA1301}`, accept)).toMatchObject({
      key: `code/${MA1301}`,
      more: expect.any(Array),
    });
    const absent = await world.get("/MA.156.1302", accept);
    expect(absent.status).toBe(200);
    expect((await absent.json()).value).toBeUndefined();
  });

  test.each([
    [`/ma.156.1301?x=1`, `/${MA1301}?x=1`],
    [`/${MA1301}/`, `/${MA1301}`],
    [`/${MA1301}*8`, `/${MA1301}`],
    ["/%EF%BC%AD%EF%BC%A1.156.1301", `/${MA1301}`],
  ])("sends %s to its one spelling", async (path, location) => {
    const response = await world.get(path, HTML);
    expect(response.status).toBe(308);
    expect(response.headers.get("Location")).toBe(location);
  });

  test("takes the style of ISO/IEC 18975", async () => {
    expect(await world.json(`/25S/${MA1301}`, JSON_TYPE)).toMatchObject({ code: MA1301 });
    expect((await world.get("/25S/QQ.1", JSON_TYPE)).status).toBe(400);
  });

  test("shows the page of a code with a seal behind it", async () => {
    const response = await world.get(`/${MA1301}/${"7".repeat(240)}`, HTML);
    expect(response.status).toBe(200);
  });

  test("leads from there to the check of that very seal, and keeps that page for nobody else", async () => {
    const sealed = `/${MA1301}/${"7".repeat(240)}`;
    const page = await (await world.get(sealed, HTML)).text();
    const [, to = ""] = /href="(\/verify\?text=[^"]+)"/.exec(page) ?? [];
    expect(new URL(to, "https://x").searchParams.get("text")).toMatch(
      new RegExp(`^https?://[^/]+${sealed}$`),
    );
    const plain = await (await world.get(`/${MA1301}`, HTML)).text();
    expect(plain).not.toContain("/verify?text=");
    expect(plain).toContain(`/verify?code=${MA1301}`);
  });

  test("refuses bad syntax with its position, on a page for people", async () => {
    const problem = await world.get("/MA.15x", JSON_TYPE);
    expect(problem.status).toBe(400);
    expect(await problem.json()).toMatchObject({ code: "CODE_COUNTRY", facts: { position: 3 } });
    const page = await world.get("/MA.15x", { ...HTML, "Accept-Language": "zh" });
    expect(page.status).toBe(400);
    const text = await page.text();
    expect(text).toContain("这不是一个完整的编码");
    expect(text).toContain("CODE_COUNTRY");
  });

  test("refuses a check character that does not match", async () => {
    const response = await world.get(`/${MA1301}*7`, JSON_TYPE);
    expect(await response.json()).toMatchObject({
      code: "CODE_CHECK",
      facts: { got: "7", want: "8" },
    });
  });

  test("answers HEAD like GET, without a body", async () => {
    const response = await world.request("HEAD", `/${MA1301}`, { headers: HTML });
    expect(response.status).toBe(200);
    expect(response.headers.get("ETag")).toMatch(/^"/);
    expect(await response.text()).toBe("");
  });

  test("spares a browser the page it has", async () => {
    const etag = (await world.get(`/${MA1301}`, HTML)).headers.get("ETag") ?? "";
    expect((await world.get(`/${MA1301}`, { ...HTML, "If-None-Match": etag })).status).toBe(304);
  });
});

describe("codes that lead nowhere, or no longer", () => {
  test("a division that only the gazette lists: 404 with its facts and successors", async () => {
    const fact = {
      names: { zh: "莱芜市" },
      level: "prefecture",
      from: "1992",
      to: "2019-01",
      successors: [{ code: code("MA.156.3701") }],
      source: "国函〔2018〕164号",
    } as const;
    await world.do(
      { op: "gazette", items: [{ code: code("MA.156.3712"), add: [fact] }] },
      member("A"),
    );
    const response = await world.get("/MA.156.3712?at=2015-06-01", JSON_TYPE);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: "RESOLVE_GAZETTE",
      facts: {
        names: "莱芜市",
        level: "prefecture",
        from: "1992",
        to: "2019-01",
        successors: ["MA.156.3701"],
        gazette: "/v1/gazette/MA.156.3712",
      },
    });
    const page = await (
      await world.get("/MA.156.3712", { ...HTML, "Accept-Language": "zh" })
    ).text();
    expect(page).toContain("莱芜市");
    expect(page).toContain('<a href="/MA.156.3701">');
    expect((await world.json("/v1/gazette/MA.156.3712?at=2015-06-01")).facts).toHaveLength(1);
    expect((await world.json("/v1/gazette/MA.156.3712?at=2020-01-01")).facts).toHaveLength(0);
  });

  test("a retired code: 410 with successors, its page still there to read", async () => {
    await retire(`${MA1301}/LAMP/000001`);
    const response = await world.get(`/${MA1301}/LAMP/000001`, JSON_TYPE);
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({
      code: "RESOLVE_RETIRED",
      facts: { because: `${MA1301}/LAMP/000001#1`, successors: [`${MA1301}/LAMP/000002`] },
    });
    const page = await world.get(`/${MA1301}/LAMP/000001`, HTML);
    expect(page.status).toBe(410);
    const text = await page.text();
    expect(text).toContain("no longer in use");
    expect(text).toContain(`/${MA1301}/LAMP/000002`);
  });

  test("a retired code on a day when it was in use: 200", async () => {
    await retire(`${MA1301}/LAMP/000001`);
    const before = await world.get(`/${MA1301}/LAMP/000001?at=2026-11-21`, JSON_TYPE);
    expect(before.status).toBe(200);
    expect(await before.json()).toMatchObject({ at: "2026-11-21" });
    expect((await world.get(`/${MA1301}/LAMP/000001?at=2026-11-22`, JSON_TYPE)).status).toBe(410);
  });

  test("a code taken back: 410", async () => {
    const { registration } = await record(`${MA1301}/LAMP/000001`);
    await world.do({ op: "void", registration: hexBytes(registration), reason: "typo" }, city);
    const response = await world.get(`/${MA1301}/LAMP/000001`, JSON_TYPE);
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ code: "RESOLVE_VOID" });
  });

  test("a code never issued: 404 with the way to its proof of absence", async () => {
    const response = await world.get("/MA.156.1302", { ...HTML, "Accept-Language": "zh" });
    expect(response.status).toBe(404);
    const text = await response.text();
    expect(text).toContain("此编码从未签发");
    expect(text).toContain('<a href="/v1/codes/MA.156.1302/proof">证明文件：账本里没有它</a>');
    expect(text).toContain('<span class="code">MA.156.1302</span>');
  });

  test.each([
    ["/MA.156.13O1", "MA.156.<mark>13O1</mark>"],
    ["/MA.156.1301*X", "MA.156.1301*<mark>X</mark>"],
    ["/MA.156.1301.😀", "MA.156.1301.<mark>😀</mark>"],
    ["/MA.156.1301.<b>", "MA.156.1301.<mark>&lt;</mark>b&gt;"],
  ])("a code that is none shows where: %s", async (path, shown) => {
    const response = await world.get(path, { ...HTML, "Accept-Language": "en" });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`<span class="code">${shown}</span>`);
  });

  test.each(["/MA.156..1", "/MA.156.%ff", "/MA"])(
    "what cannot be shown is told all the same: %s",
    async (path) => {
      const response = await world.get(path, { ...HTML, "Accept-Language": "en" });
      expect([200, 400, 404]).toContain(response.status);
      expect(await response.text()).not.toContain("<mark></mark>");
    },
  );
});

describe("links", () => {
  const links: readonly Link[] = [
    { rel: "default", href: "https://city.example/lamp?id=1" },
    { rel: "manual", href: "https://city.example/manual.zh", lang: "zh", type: "text/html" },
    { rel: "manual", href: "https://city.example/manual.en", lang: "en", type: "text/html" },
    { rel: "manual", href: "https://city.example/manual.staff", lang: "en", context: "staff" },
    { rel: "data", href: "https://city.example/a" },
    { rel: "data", href: "https://city.example/b" },
  ];
  beforeEach(() => giveLinks(links));

  const location = async (path: string, headers: Record<string, string> = {}) => {
    const response = await world.get(path, headers);
    expect(response.status).toBe(307);
    return response.headers.get("Location");
  };

  test("nothing asked for leads to the default link, the query goes along", async () => {
    expect(await location(`/${MA1301}?utm=1`)).toBe("https://city.example/lamp?id=1&utm=1");
  });

  test("without a default link, the page", async () => {
    const response = await world.get(`/${MA1301}.02`);
    expect(response.headers.get("Content-Type")).toContain("text/html");
  });

  test("a type leads to the best link for language and context", async () => {
    const url = `/${MA1301}?linkType=manual`;
    expect(await location(url, { "Accept-Language": "zh-CN" })).toBe(
      "https://city.example/manual.zh",
    );
    expect(await location(url, { "Accept-Language": "en", Accept: "text/html" })).toBe(
      "https://city.example/manual.en",
    );
    expect(await location(`${url}&context=staff`, { "Accept-Language": "zh" })).toBe(
      "https://city.example/manual.staff",
    );
  });

  test("the links of ancestors serve what has none", async () => {
    expect(
      await location(`/${MA1301}/LAMP/000001?linkType=manual`, { "Accept-Language": "zh" }),
    ).toBe("https://city.example/manual.zh");
  });

  test("several equal ones: 300; none: 404 with the types there are", async () => {
    const several = await world.get(`/${MA1301}?linkType=data`);
    expect(several.status).toBe(300);
    expect((await several.json()).items).toHaveLength(2);
    const none = await world.get(`/${MA1301}?linkType=video`);
    expect(none.status).toBe(404);
    expect(await none.json()).toMatchObject({
      code: "RESOLVE_LINK",
      facts: { linkType: "video", known: ["data", "default", "manual"] },
    });
  });

  test("the linkset has them all, ancestors included, and one default each", async () => {
    const response = await world.get(`/${MA1301}/LAMP/000001?linkType=linkset`);
    expect(response.headers.get("Content-Type")).toBe("application/linkset+json");
    const { linkset } = await response.json();
    expect(linkset).toMatchObject([
      { anchor: `https://node.test/${MA1301}/LAMP/000001`, default: [{ type: "text/html" }] },
      {},
      {
        anchor: `https://node.test/${MA1301}`,
        manual: [{ hreflang: ["zh"] }, {}, { context: ["staff"] }],
      },
      { anchor: "https://node.test/MA.156" },
      { anchor: "https://node.test/MA" },
    ]);
    for (const { default: defaults } of linkset) expect(defaults).toHaveLength(1);
    expect(await world.json(`/${MA1301}`, { Accept: "application/linkset+json" })).toHaveProperty(
      "linkset",
    );
  });
});

describe("the short way of a redirect", () => {
  const lamp = `${MA1301}/LAMP/000001`;
  const hot = (url: string, rawHeaders: readonly string[] = ["Accept", "*/*"]) =>
    world.app.hot({ method: "GET", url, rawHeaders, socket: {} });
  const locationOf = (url: string) => {
    const headers = hot(url)?.headers ?? [];
    const at = headers.indexOf("Location");
    return at < 0 ? undefined : headers[at + 1];
  };
  const link = (href: string, lang?: string): Link => ({
    rel: "default",
    href,
    ...(lang !== undefined && { lang }),
  });

  test("answers as the long one, in every header", async () => {
    await giveLinks([link("https://lamps.example/1")], lamp);
    const short = present(hot(`/${lamp}`), "an answer");
    const long = await world.get(`/${lamp}`);
    expect(short.status).toBe(long.status);
    const headers = new Map<string, string>();
    for (let i = 0; i < short.headers.length; i += 2) {
      headers.set((short.headers[i] ?? "").toLowerCase(), short.headers[i + 1] ?? "");
    }
    expect(Object.fromEntries(headers)).toEqual(Object.fromEntries(long.headers));
  });

  test("knows of every change that matters", async () => {
    expect(locationOf(`/${lamp}`)).toBeUndefined();
    await giveLinks([link("https://lamps.example/1")], lamp);
    expect(locationOf(`/${lamp}`)).toBe("https://lamps.example/1");
    await giveLinks([link("https://lamps.example/2")], lamp);
    expect(locationOf(`/${lamp}`)).toBe("https://lamps.example/2");
    const { control } = await record(MA1301);
    const body = { op: "status", code: code(MA1301), do: "suspend", reason: "test" } as const;
    await world.do({ ...body, prev: hexBytes(control) }, city);
    expect(locationOf(`/${lamp}`)).toBeUndefined();
  });

  test("leaves to the long one what depends on the visitor, or is no plain visit", async () => {
    await giveLinks(
      [link("https://lamps.example/en", "en"), link("https://lamps.example/zh", "zh")],
      lamp,
    );
    expect(hot(`/${lamp}`)).toBeUndefined();
    await giveLinks([link("https://lamps.example/1")], lamp);
    expect(hot(`/${lamp}`, [])?.status).toBe(307);
    expect(hot(`/${lamp}`, ["accept", "text/html"])).toBeUndefined();
    expect(hot(`/${lamp}`, ["accept", "application/json;q=0.1, */*"])?.status).toBe(307);
    expect(hot(`/${lamp}?x=1`)).toBeUndefined();
    expect(hot(`/${lamp}/`)).toBeUndefined();
    expect(hot(`/${lamp.toLowerCase()}`)).toBeUndefined();
    expect(hot(`/${MA1301}/LAMP/000002`)).toBeUndefined();
    expect(hot("/MA.156.1302")).toBeUndefined();
  });
});

describe("the short way of a page", () => {
  const lamp = `${MA1301}/LAMP/000001`;
  const fields = ["Accept", "text/html,*/*;q=0.8", "Accept-Language", "zh-CN"];
  const hot = (url = `/${lamp}`, rawHeaders: readonly string[] = fields) =>
    world.app.hot({ method: "GET", url, rawHeaders, socket: {} });
  const make = async (url = `/${lamp}`, rawHeaders: readonly string[] = fields) =>
    world.app.page({ method: "GET", url, rawHeaders, socket: {} });
  const slow = () => world.get(`/${lamp}`, { ...HTML, "Accept-Language": "zh-CN" });
  const textOf = (body: string | undefined) => Buffer.from(body ?? "", "latin1").toString();

  test("has the same bytes and headers, and is kept", async () => {
    expect(hot()).toBeUndefined();
    // The page of one plate is not the page of its code.
    await world.get(`/${lamp}/${"7".repeat(240)}`, { ...HTML, "Accept-Language": "zh-CN" });
    expect(hot()).toBeUndefined();
    const long = await slow();
    const made = present(await make(), "a page");
    const short = present(hot(), "a kept page");
    expect(short).toEqual(made);
    expect(short.status).toBe(200);
    const headers = new Map<string, string>();
    for (let i = 0; i < short.headers.length; i += 2) {
      headers.set((short.headers[i] ?? "").toLowerCase(), short.headers[i + 1] ?? "");
    }
    expect(Object.fromEntries(headers)).toEqual(Object.fromEntries(long.headers));
    const text = textOf(short.body);
    expect(text).toBe(await long.text());
    expect(Number(headers.get("content-length"))).toBe(Buffer.byteLength(text));
    expect(hot(`/${lamp}`, [...fields, "If-None-Match", headers.get("etag") ?? ""])?.status).toBe(
      304,
    );
  });

  test("is taken by nobody who asks for something else", async () => {
    await make();
    expect(hot(`/${lamp}`, ["Accept", "text/html", "Accept-Language", "en"])).toBeUndefined();
    expect(hot(`/${lamp}`, ["Accept", "application/json"])).toBeUndefined();
    expect(hot(`/${lamp}?lang=zh`)).toBeUndefined();
    // Names of what stands below may change unnoticed.
    const city = present(await make(`/${MA1301}`), "a page");
    const long = await world.get(`/${MA1301}`, { ...HTML, "Accept-Language": "zh-CN" });
    expect(textOf(city.body)).toBe(await long.text());
    expect(hot(`/${MA1301}`)).toBeUndefined();
  });

  test("leaves to the long one what is no plain visit, has no page, or is ended", async () => {
    for (const [url, headers] of [
      [`/${lamp}`, ["Accept", "application/json"]],
      [`/${lamp}`, ["Accept", "*/*"]],
      [`/${lamp}?lang=zh`, fields],
      [`/${lamp}/`, fields],
      [`/${lamp.toLowerCase()}`, fields],
      [`/${lamp}*X`, fields],
      ["/MA.156.1302", fields],
      ["/MA%00", fields],
    ] as const) {
      expect(await make(url, headers), url).toBeUndefined();
    }
    const post = { method: "POST", url: `/${lamp}`, rawHeaders: fields, socket: {} };
    expect(world.app.page(post)).toBeUndefined();
    await retire(lamp);
    expect(await make()).toBeUndefined();
    expect((await slow()).status).toBe(410);
  });

  test.each([
    [
      "its record",
      async () => {
        const { op } = await record(lamp);
        await world.do(
          {
            op: "update",
            code: code(lamp),
            prev: hexBytes(op),
            names: { zh: { value: "新名", validFrom: "2021-01-01" } },
          },
          city,
        );
      },
      "新名",
    ],
    [
      "the name of what stands above",
      async () => {
        const { op } = await record(MA1301);
        await world.do(
          {
            op: "update",
            code: code(MA1301),
            prev: hexBytes(op),
            names: { zh: { value: "新城", validFrom: "2021-01-01" } },
          },
          city,
        );
      },
      "新城",
    ],
    [
      "the place of what stands above",
      async () => {
        const { op } = await record(MA1301);
        const geometry = {
          value: { point: [1_145_149_000, 380_523_000] as const },
          validFrom: "2021-01-01",
        };
        await world.do({ op: "update", code: code(MA1301), prev: hexBytes(op), geometry }, city);
      },
      "标定点南方向 1.1 公里",
    ],
    [
      "the state of what stands above",
      async () => {
        const { control } = await record(`${MA1301}/LAMP`);
        await world.do(
          {
            op: "status",
            code: code(`${MA1301}/LAMP`),
            do: "suspend",
            reason: "test",
            prev: hexBytes(control),
          },
          city,
        );
      },
      "暂停",
    ],
    [
      "its registration",
      async () => {
        const { registration } = await record(lamp);
        await world.do({ op: "void", registration: hexBytes(registration), reason: "typo" }, city);
      },
      "登记已撤回",
    ],
  ])("forgets the page when a change reaches %s", async (_, change, words) => {
    expect(textOf((await make())?.body)).not.toContain(words);
    expect(hot()).toBeDefined();
    await change();
    expect(hot()).toBeUndefined();
    expect(await (await slow()).text()).toContain(words);
  });
});

describe("did:web", () => {
  test("shows open keys and links", async () => {
    await giveLinks([{ rel: "dataset", href: "https://city.example/data" }]);
    const response = await world.get(`/${MA1301}/did.json`);
    expect(response.headers.get("Content-Type")).toBe("application/did+json");
    const document = await response.json();
    const did = `did:web:node.test:${MA1301}`;
    expect(document).toMatchObject({
      id: did,
      verificationMethod: [{ controller: did, publicKeyJwk: { kty: "OKP" } }],
      service: [{ type: "dataset", serviceEndpoint: "https://city.example/data" }],
    });
    expect(document.assertionMethod).toEqual([document.verificationMethod[0].id]);
    expect(await world.json(`/${MA1301}`, { Accept: "application/did+json" })).toEqual(document);
    expect((await world.get("/MA.156.1302/did.json")).status).toBe(404);
    expect((await world.get(`/ma.156.1301/did.json`)).headers.get("Location")).toBe(
      `/${MA1301}/did.json`,
    );
  });
});

/** What holds one alias in two divisions, a longer one and a shorter one that it begins with. */
const HELD = [
  { division: "MA.156.13", code: `${MA1301}/LAMP/000001` },
  { division: MA1301, code: `${MA1301}/LAMP/000002` },
];

describe("aliases and UIC", () => {
  test("lead from an old number to the code", async () => {
    const response = await world.get("/alias/asset-no/ZS-2?lang=zh");
    expect(response.status).toBe(307);
    expect(response.headers.get("Location")).toBe(`/${MA1301}/LAMP/000002?lang=zh`);
    const inCity = await world.get(`/alias/asset-no/ZS-2?city=${MA1301}`);
    expect(inCity.headers.get("Location")).toBe(`/${MA1301}/LAMP/000002`);
    const elsewhere = await world.get("/alias/asset-no/ZS-2?city=MA.156.4601");
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toMatchObject({
      code: "RESOLVE_ALIAS",
      facts: { value: "ZS-2" },
    });
    expect((await world.get("/alias/ASSET/ZS-2")).status).toBe(404);
  });

  test("several hits: 300", async () => {
    const ledger = new Proxy(world.ledger, {
      get: (target, name) => {
        if (name === "aliases") return async (asked: AliasQuery) => aliasPage(HELD, asked);
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await using both = await openWorld({}, { ledger });
    const response = await both.get("/alias/asset-no/ZS");
    expect(response.status).toBe(300);
    expect((await response.json()).items).toMatchObject([{ kind: "thing" }, { kind: "thing" }]);
    // The same by pages of one: none of them is taken for the only one.
    const first = await both.get("/alias/asset-no/ZS?limit=1");
    expect(first.status).toBe(300);
    const { items, next } = await first.json();
    expect(items).toMatchObject([{ code: HELD[0]?.code }]);
    expect(first.headers.get("Link")).toMatch(`cursor=${next}>; rel="next"`);
    const second = await both.get(`/alias/asset-no/ZS?limit=1&cursor=${next}`);
    expect(second.status).toBe(300);
    const last = await second.json();
    expect(last).toEqual({ items: [expect.objectContaining({ code: HELD[1]?.code })] });
    expect((await both.get("/alias/asset-no/ZS?limit=1001")).status).toBe(400);
  });

  test("compute a UIC where that can be done, and refuse what is none", async () => {
    const items = [
      { code: code(`${MA1301}/110101`), kind: "class", names: named("类") },
      { code: code(`${MA1301}/110101/000000123`), kind: "thing", names: named("物") },
    ] as const;
    for (const item of items) await world.do({ op: "register", items: [item] }, city);
    const response = await world.get("/uic/130100110101000000123");
    expect(response.headers.get("Location")).toBe(`/${MA1301}/110101/000000123`);
    expect((await world.get("/uic/130100110101000000124")).status).toBe(404);
    expect(await world.json("/uic/12")).toMatchObject({
      code: "CODE_UIC_LENGTH",
      facts: { got: 2 },
    });
  });
});
