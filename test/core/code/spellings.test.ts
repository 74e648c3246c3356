import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aidcFromCode,
  codeFromAidc,
  codeFromDidWeb,
  codeFromGbt2260,
  codeFromUic,
  codeFromUrn,
  didWebFromCode,
  gbt2260FromCode,
  parseResolverHost,
  type ResolverHost,
  resolverUrl,
  resolverUrl25S,
  uicFromCode,
  urnFromCode,
} from "../../../src/core/code/index.ts";
import { anyCode, code } from "./arbitrary.ts";
import { readVectors } from "./vectors.ts";

const shijiazhuang = code("MA.156.1301");
const lamp = code("MA.156.1301.02/LAMP/000123");

function host(text: string): ResolverHost {
  const parsed = parseResolverHost(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

describe("GB/T 2260", () => {
  test.each([
    ["130000", "MA.156.13"],
    ["130100", "MA.156.1301"],
    ["429004", "MA.156.429004"],
    ["810001", "MA.156.810001"],
  ])("%s is %s, both ways", (digits, text) => {
    expect(codeFromGbt2260(digits)).toEqual({ ok: true, value: text });
    expect(gbt2260FromCode(code(text))).toBe(digits);
  });

  test.each(["", "13", "000000", "001301", "1301000", "13010X", "１３０１００"])(
    "refuses %j",
    (got) => {
      expect(codeFromGbt2260(got)).toEqual({ ok: false, error: { code: "CODE_GBT2260", got } });
    },
  );

  test.each(["MA", "MA.156", "MA.840.1301", "MA.156.1301.01", "MA.156.1301/LAMP"])(
    "has no six digits for %s",
    (text) => {
      expect(gbt2260FromCode(code(text))).toBeUndefined();
    },
  );
});

describe("UIC", () => {
  const rows = readVectors("uic.txt").map(([uic = "", want = "", why]) => ({ uic, want, why }));

  test.each(rows)("$uic gives $want: $why", ({ uic, want }) => {
    const parsed = codeFromUic(uic);
    if (!want.startsWith("MA")) {
      expect(parsed).toMatchObject({ ok: false, error: { code: want } });
      return;
    }
    expect(parsed).toEqual({ ok: true, value: want });
    expect(uicFromCode(code(want))).toBe(uic);
  });

  test("tells what is wrong, and where", () => {
    expect(codeFromUic("13")).toMatchObject({ error: { got: 2, want: 21 } });
    expect(codeFromUic("13010011010100000012X")).toMatchObject({
      error: { position: 20, character: "X" },
    });
    expect(codeFromUic("000100110101000000123")).toMatchObject({ error: { got: "000100" } });
  });

  test.each([
    "MA.156.1301",
    "MA.156.1301/110101",
    "MA.156/110101/000000123",
    "MA.840.1301/110101/000000123",
    "MA.156.1301.01/110101/000000123",
    "MA.156.1301/LAMP/000000123",
    "MA.156.1301/110101/123",
    "MA.156.1301/110101.1/000000123",
    "MA.156.1301/110101/000000123.1",
    "MA.156.1301/110101/000.00123",
    "MA.156.1301/110.01/000000123",
  ])("computes none for %s", (text) => {
    expect(uicFromCode(code(text))).toBeUndefined();
  });

  test("loses no digit on the way there and back, leading zeros and numbers above 2^53 included", () => {
    const digits = (count: number) =>
      fc
        .oneof(
          fc.bigInt({ min: 0n, max: 10n ** BigInt(count) - 1n }),
          fc.bigInt({ min: 0n, max: 9n }),
        )
        .map((n) => String(n).padStart(count, "0"));
    fc.assert(
      fc.property(digits(21), (uic) => {
        const parsed = codeFromUic(uic);
        if (uic.startsWith("00"))
          expect(parsed).toMatchObject({ error: { code: "CODE_UIC_DIVISION" } });
        else expect(parsed.ok && uicFromCode(parsed.value)).toBe(uic);
      }),
    );
  });
});

describe("did:web", () => {
  test("puts a colon for a slash, and encodes the colon of a port", () => {
    expect(didWebFromCode(host("id.example"), lamp)).toBe(
      "did:web:id.example:MA.156.1301.02:LAMP:000123",
    );
    expect(didWebFromCode(host("localhost:8156"), shijiazhuang)).toBe(
      "did:web:localhost%3A8156:MA.156.1301",
    );
  });

  test("leads back to host and code", () => {
    fc.assert(
      fc.property(anyCode, fc.constantFrom("id.example", "localhost:8156"), (any, name) => {
        expect(codeFromDidWeb(didWebFromCode(host(name), any))).toEqual({
          ok: true,
          value: { host: name, code: any },
        });
      }),
    );
  });

  test.each([
    { did: "did:key:id.example:MA", error: { code: "CODE_DID_FORM" } },
    { did: "did:web:id.example", error: { code: "CODE_DID_FORM", got: "did:web:id.example" } },
    { did: "did:web:ID.EXAMPLE:MA", error: { code: "CODE_HOST", got: "ID.EXAMPLE" } },
    { did: "did:web:localhost%3a8156:MA", error: { code: "CODE_HOST", got: "localhost%3a8156" } },
    {
      did: "did:web:id.example:MA/A",
      error: { code: "CODE_CHARACTER", position: 21, character: "/" },
    },
    { did: "did:web:id.example:MA.156:A:", error: { code: "CODE_EMPTY_NODE", position: 28 } },
    { did: "did:web:id.example:MA.156.130100", error: { canonical: "MA.156.1301", position: 26 } },
  ])("refuses $did", ({ did, error }) => {
    expect(codeFromDidWeb(did)).toMatchObject({ ok: false, error });
  });
});

describe("NGSI-LD URN", () => {
  test("carries type and code", () => {
    expect(urnFromCode("Streetlight", lamp)).toEqual({
      ok: true,
      value: "urn:ngsi-ld:Streetlight:MA.156.1301.02/LAMP/000123",
    });
  });

  test("leads back to type and code", () => {
    fc.assert(
      fc.property(anyCode, fc.constantFrom("Streetlight", "A", "WasteContainer_2"), (any, type) => {
        const urn = urnFromCode(type, any);
        expect(urn.ok && codeFromUrn(urn.value)).toEqual({ ok: true, value: { type, code: any } });
      }),
    );
  });

  test.each(["", "1Lamp", "Street:light", "路灯", "a".repeat(65)])(
    "refuses the type %j",
    (type) => {
      expect(urnFromCode(type, lamp)).toEqual({
        ok: false,
        error: { code: "CODE_URN_TYPE", got: type },
      });
    },
  );

  test.each([
    { urn: "urn:uuid:1", error: { code: "CODE_URN_FORM" } },
    {
      urn: "urn:ngsi-ld:Streetlight",
      error: { code: "CODE_URN_FORM", got: "urn:ngsi-ld:Streetlight" },
    },
    { urn: "urn:ngsi-ld:1:MA", error: { code: "CODE_URN_TYPE", got: "1" } },
    {
      urn: "urn:ngsi-ld:Lamp:ma.156",
      error: { code: "CODE_CASE", position: 17, canonical: "MA.156" },
    },
    { urn: "urn:ngsi-ld:Lamp:MA.156\n", error: { code: "CODE_CHARACTER", position: 23 } },
  ])("refuses $urn", ({ urn, error }) => {
    expect(codeFromUrn(urn)).toMatchObject({ ok: false, error });
  });
});

describe("AIDC message", () => {
  test("is format 06 with data identifier 25S", () => {
    expect(aidcFromCode(shijiazhuang)).toBe("[)>\x1e06\x1d25SMA.156.1301\x1e\x04");
  });

  test("leads back to the code", () => {
    fc.assert(
      fc.property(anyCode, (any) => {
        expect(codeFromAidc(aidcFromCode(any))).toEqual({ ok: true, value: any });
      }),
    );
  });

  test.each([
    { message: "[)>\x1e05\x1d25SMA\x1e\x04", error: { code: "CODE_AIDC_FORM" } },
    { message: "[)>\x1e06\x1d25SMA", error: { code: "CODE_AIDC_FORM", got: "[)>\x1e06\x1d25SMA" } },
    {
      message: "[)>\x1e06\x1d25SMA.156.1301\x1dQ1\x1e\x04",
      error: { code: "CODE_CHARACTER", position: 21 },
    },
  ])("refuses $message", ({ message, error }) => {
    expect(codeFromAidc(message)).toMatchObject({ ok: false, error });
  });
});

describe("resolver", () => {
  test("spells the address of a code", () => {
    expect(resolverUrl(host("id.example"), lamp)).toBe(
      "https://id.example/MA.156.1301.02/LAMP/000123",
    );
    expect(resolverUrl25S(host("id.example:8443"), shijiazhuang)).toBe(
      "https://id.example:8443/25S/MA.156.1301",
    );
  });

  test.each(["a", "localhost", "id.example", "127.0.0.1:8156", "xn--fiq228c.example:65535"])(
    "takes the host %s",
    (text) => {
      expect(parseResolverHost(text)).toEqual({ ok: true, value: text });
    },
  );

  test.each([
    "",
    "ID.example",
    "-a.example",
    "a-.example",
    "a..b",
    "a.example/",
    "a.example:0",
    "a.example:65536",
    "a.example:",
    "user@a.example",
    `${"a.".repeat(127)}a`,
  ])("refuses the host %j", (text) => {
    expect(parseResolverHost(text)).toEqual({ ok: false, error: { code: "CODE_HOST", got: text } });
  });
});
