import { describe, expect, test } from "vitest";
import { incomingOf } from "../../../src/server/http/incoming.ts";
import { pageLinks } from "../../../src/server/ngsi/page-links.ts";

// The ways to the pages beside one: GS CIM 009 §6.3.10, RFC 8288.

const PLACE = { offset: 1, limit: 1, isMore: true };

function linkOf(url: string, place: Partial<typeof PLACE> = {}, accept = "application/json") {
  const c = incomingOf({ method: "GET", url, rawHeaders: [] } as never, new Map());
  return pageLinks({ c, accept: accept as "application/json" }, { ...PLACE, ...place }).Link;
}

describe("the links of a page", () => {
  test("have parameters by name, no slash at the end, and the type that was answered", () => {
    const asked =
      "/ngsi-ld/v1/entities/?type=Building&count=true&limit=1&offset=1&idPattern=urn%3Angsi-ld%3ABuilding%3A01931.*";
    expect(linkOf(asked, { offset: 0 })).toBe(
      '</ngsi-ld/v1/entities?count=true&idPattern=urn:ngsi-ld:Building:01931.*&limit=1&offset=1&type=Building>;rel="next";type="application/json"',
    );
    expect(linkOf("/x?scopeQ=/a/b", {}, "application/geo+json")).toBe(
      '</x?offset=0&scopeQ=/a/b>;rel="prev";type="application/geo+json",</x?offset=2&scopeQ=/a/b>;rel="next";type="application/geo+json"',
    );
    expect(linkOf("/x?attrs=b&attrs=a", { offset: 0 })).toMatch(/^<\/x\?attrs=b&attrs=a&offset=1>/);
    expect([
      linkOf("/x", { offset: 0, isMore: false }),
      linkOf("/x", { offset: 0, limit: 0 }),
    ]).toEqual([undefined, undefined]);
  });

  test("ask again for the same, and cannot be broken out of", () => {
    for (const value of [
      ...['a>;rel="next"', "a b\t\r\n", "灯é", "a&b=c#d", "1+1", "100%", "%41", "a,b;c"],
      ...["[1,2]", "a|b", "\\^`{}", "\u0000\u007f", "😀"],
    ]) {
      const link = linkOf(`/x?q=${encodeURIComponent(value)}`, { offset: 0 }) ?? "";
      const [, address = ""] =
        /^<([^<>"\s,;]*)>;rel="next";type="application\/json"$/.exec(link) ?? [];
      expect(address, value).toMatch(/^[\x21-\x7e]+$/);
      const query = new URL(address, "http://a").searchParams;
      expect([query.get("q"), query.get("offset")]).toEqual([value, "1"]);
    }
    // What is no text in UTF-8 is asked as it was read.
    for (const raw of ["%FF", "%ED%A0%80", "%"]) {
      const c = incomingOf(
        { method: "GET", url: `/x?q=${raw}`, rawHeaders: [] } as never,
        new Map(),
      );
      const [, address = ""] = /^<([^>]*)>/.exec(linkOf(`/x?q=${raw}`, { offset: 0 }) ?? "") ?? [];
      expect(new URL(address, "http://a").searchParams.get("q")).toBe(c.req.query("q"));
    }
  });
});
