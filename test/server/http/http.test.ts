import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { turn } from "../../../src/log/index.ts";
import { BodyBudget } from "../../../src/server/bodies/budget.ts";
import { readJsonObject, textField } from "../../../src/server/bodies/json.ts";
import { readBody } from "../../../src/server/bodies/read.ts";
import { bestType, languages } from "../../../src/server/http/accept.ts";
import { etagOf, isNoneMatch } from "../../../src/server/http/etag.ts";
import { toJson } from "../../../src/server/http/json.ts";

describe("bestType", () => {
  const offered = ["text/html", "application/json"] as const;
  test.each([
    [undefined, undefined],
    ["*/*", undefined],
    ["application/json", "application/json"],
    ["application/json;q=0.5, text/html", "text/html"],
    ["text/html;q=0, application/json", "application/json"],
    ["text/*", "text/html"],
    ["APPLICATION/JSON", "application/json"],
    ["image/png, */*;q=0.1", undefined],
    ["image/png", undefined],
    ["text/html;q=x, application/json;q=0.1", "application/json"],
    ["", undefined],
  ])("of %s is %s", (field, type) => {
    expect(bestType(field, offered)).toBe(type);
  });

  test("looks at a bounded part of the field", () => {
    expect(bestType(`${"x/y,".repeat(40)}text/html`, offered)).toBeUndefined();
  });
});

test("languages stand in the order of their weights", () => {
  expect(languages("en;q=0.4, zh-CN, fr;q=0.8")).toEqual(["zh-cn", "fr", "en"]);
  expect(languages(undefined)).toEqual([]);
});

describe("entity tags", () => {
  test("are the same for the same bytes only", () => {
    expect(etagOf("a")).toBe(etagOf(utf8("a")));
    expect(etagOf("a")).not.toBe(etagOf("b"));
  });

  test.each([
    [undefined, false],
    ['"a"', true],
    ["*", true],
    ['"x", W/"a"', true],
    ['"x"', false],
  ])("If-None-Match: %s", (field, matches) => {
    expect(isNoneMatch(field, '"a"')).toBe(matches);
  });
});

describe("toJson", () => {
  test("spells times by the unit that their name has, and bytes in hex", () => {
    expect(
      toJson({
        opened: 1000,
        until: 5,
        to: "1981",
        gone: undefined,
        hash: Uint8Array.of(1, 255),
        n: 7,
        list: [true, null],
      }),
    ).toEqual({
      opened: "1970-01-01T00:00:01.000Z",
      until: "1970-01-01T00:00:05Z",
      to: "1981",
      hash: "01ff",
      n: 7,
      list: [true, null],
    });
  });

  test("spells a COSE_Key as the hex of its encoding", () => {
    expect(toJson(new Map([[1, 1]]))).toBe("a10101");
    // Beyond the calendar of the platform it stays what was signed.
    expect(toJson({ until: 253_402_300_800, opened: 8.64e15 + 1 })).toEqual({
      until: "+010000-01-01T00:00:00Z",
      opened: 8.64e15 + 1,
    });
  });

  test("takes an attribute called `since` for what it is", () => {
    expect(toJson({ attributes: { since: { value: 1998, validFrom: "2020-01-01" } } })).toEqual({
      attributes: { since: { value: 1998, validFrom: "2020-01-01" } },
    });
  });
});

describe("readBody", () => {
  const request = (body: BodyInit | null, headers: Record<string, string> = {}) =>
    new Request("https://node.test", {
      method: "POST",
      body,
      headers,
      ...(body instanceof ReadableStream && { duplex: "half" }),
    } as RequestInit);
  const stream = (...parts: number[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(new Uint8Array(part));
        controller.close();
      },
    });

  test("joins the parts of a stream", async () => {
    expect(await readBody(request(stream(2, 3)), 5)).toMatchObject({
      ok: true,
      value: new Uint8Array(5),
    });
    expect(await readBody(request(null), 5)).toMatchObject({ ok: true, value: new Uint8Array(0) });
  });

  test("refuses at the byte that is too many", async () => {
    const error = { code: "HTTP_BODY_SIZE", max: 4 };
    expect(await readBody(request(stream(2, 3)), 4)).toEqual({ ok: false, error });
    expect(await readBody(request("12345", { "Content-Length": "5" }), 4)).toEqual({
      ok: false,
      error,
    });
    expect(await readBody(request("12345", { "Content-Length": "3" }), 4)).toEqual({
      ok: false,
      error,
    });
    expect(await readBody(request("1234", { "Content-Length": "4" }), 4)).toMatchObject({
      ok: true,
    });
  });
});

describe("large bodies under way", () => {
  const KIB = 1024;
  /** A body that has sent so much, and ends when it is told to. */
  function slow(bytes: number, headers: Record<string, string> = {}) {
    let end: (how: "whole" | "broken") => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(bytes));
        end = (how) => (how === "whole" ? controller.close() : controller.error(new Error(how)));
      },
    });
    const init = { method: "POST", body, headers, duplex: "half" } as RequestInit;
    return { request: new Request("https://node.test", init), end };
  }
  const busy = { ok: false, error: { code: "HTTP_BUSY", retryAfter: 1, what: "bodies" } };

  test.each(["whole", "broken"] as const)(
    "are bounded together; one that ends, %s, makes room",
    async (how) => {
      const budget = new BodyBudget(100 * KIB);
      const max = 200 * KIB;
      const first = slow(80 * KIB);
      const reading = readBody(first.request, max, budget);
      // It has been read as far as it came.
      await turn();
      const announced = { "Content-Length": String(80 * KIB) };
      expect(await readBody(slow(80 * KIB, announced).request, max, budget)).toEqual(busy);
      expect(await readBody(slow(80 * KIB).request, max, budget)).toEqual(busy);
      const small = slow(1000, { "Content-Length": "1000" });
      small.end("whole");
      expect((await readBody(small.request, max, budget)).ok).toBe(true);
      first.end(how);
      const broken = { ok: false, error: { code: "HTTP_BODY_BROKEN" } };
      expect(await reading).toMatchObject(how === "whole" ? { ok: true } : broken);
      const next = slow(80 * KIB, announced);
      next.end("whole");
      expect((await readBody(next.request, max, budget)).ok).toBe(true);
    },
  );
});

describe("readJsonObject", () => {
  test.each(["", "[]", "1", "null", '"x"', "{", "\u00ff"])("refuses %j", (text) => {
    const body = text === "\u00ff" ? Uint8Array.of(0xff) : utf8(text);
    expect(readJsonObject(body)).toEqual({
      ok: false,
      error: { code: "HTTP_BODY", want: "one JSON object" },
    });
  });

  test("survives nesting without end", () => {
    expect(readJsonObject(utf8("[".repeat(200_000)))).toMatchObject({ ok: false });
  });

  test("reads text of a bounded length", () => {
    expect(textField({ a: "xy" }, "a", 2)).toEqual({ ok: true, value: "xy" });
    expect(textField({}, "a", 2)).toEqual({ ok: true, value: undefined });
    expect(textField({ a: "xyz" }, "a", 2)).toMatchObject({
      error: { code: "HTTP_FIELD", name: "a" },
    });
  });
});
