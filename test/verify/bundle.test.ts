import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/core/index.ts";
import { formatProofBundle, MAX_PROOF_LENGTH, parseProofBundle } from "../../src/verify/index.ts";
import { prove } from "./kit.ts";

const values = new Map(["a", "b", "c", "d"].map((key) => [key, utf8(`value of ${key}`)]));
const bundle = prove(values, { keys: ["a", "not there", "b"] });
const text = formatProofBundle(bundle);

type Json = { [name: string]: unknown };
type BundleJson = Json & { map: Json & { hashes: unknown[] }; more: (Json & { map: Json })[] };

function withChange(change: (json: BundleJson) => void): unknown {
  const json = JSON.parse(text) as BundleJson;
  change(json);
  return json;
}

describe("a proof bundle", () => {
  test("comes back as it was written", () => {
    expect(parseProofBundle(text)).toEqual({ ok: true, value: bundle });
    const alone = prove(values, { keys: ["a"] });
    expect(formatProofBundle(alone)).not.toContain("more");
    expect(parseProofBundle(formatProofBundle(alone))).toEqual({ ok: true, value: alone });
  });

  test("may have white space and fields in any order", () => {
    const json = JSON.parse(text) as Json;
    const reversed = Object.fromEntries(Object.entries(json).reverse());
    expect(parseProofBundle(JSON.stringify(reversed, null, 2))).toEqual({
      ok: true,
      value: bundle,
    });
  });

  test("is not read beyond its limit, and not when it is no JSON", () => {
    expect(parseProofBundle(" ".repeat(MAX_PROOF_LENGTH + 1))).toEqual({
      ok: false,
      error: { code: "PROOF_SIZE", got: MAX_PROOF_LENGTH + 1, max: MAX_PROOF_LENGTH },
    });
    expect(parseProofBundle(`${text}}`)).toEqual({ ok: false, error: { code: "PROOF_JSON" } });
  });

  test.each<[string, (json: BundleJson) => void, object]>([
    [
      "another format",
      (json) => (json.format = "cityid/proof/v2"),
      { code: "PROOF_FORMAT", got: "cityid/proof/v2" },
    ],
    [
      "an unknown field",
      (json) => (json.extra = 1),
      { code: "PROOF_FIELD_UNKNOWN", field: "extra" },
    ],
    [
      "an unknown field inside",
      (json) => (json.map.x = 1),
      { code: "PROOF_FIELD_UNKNOWN", field: "map.x" },
    ],
    ["no key", (json) => delete json.key, { code: "PROOF_FIELD", field: "key", want: "text" }],
    ["an empty key", (json) => (json.key = ""), { code: "PROOF_EMPTY", field: "key" }],
    [
      "a key that UTF-8 cannot say",
      (json) => (json.key = "code/\ud800"),
      { code: "PROOF_FIELD", field: "key" },
    ],
    [
      "a null for a value",
      (json) => (json.value = null),
      { code: "PROOF_FIELD", field: "value", want: "base64" },
    ],
    ["an empty value", (json) => (json.value = ""), { code: "PROOF_EMPTY", field: "value" }],
    [
      "base64 without padding",
      (json) => (json.value = "YQ"),
      { code: "PROOF_BASE64", field: "value" },
    ],
    [
      "base64 with spare bits",
      (json) => (json.value = "YR=="),
      { code: "PROOF_BASE64", field: "value" },
    ],
    ["base64url", (json) => (json.value = "-_-_"), { code: "PROOF_BASE64", field: "value" }],
    [
      "no map",
      (json) => delete (json as Json).map,
      { code: "PROOF_FIELD", field: "map", want: "object" },
    ],
    [
      "an array for the map",
      (json) => ((json as Json).map = []),
      { code: "PROOF_FIELD", field: "map" },
    ],
    [
      "null for the map",
      (json) => ((json as Json).map = null),
      { code: "PROOF_FIELD", field: "map" },
    ],
    [
      "a text for the depth",
      (json) => (json.map.depth = "1"),
      { code: "PROOF_FIELD", field: "map.depth", want: "number" },
    ],
    [
      "a text for the hashes",
      (json) => ((json.map as Json).hashes = "x"),
      { code: "PROOF_FIELD", field: "map.hashes", want: "array" },
    ],
    [
      "too many hashes",
      (json) => (json.map.hashes = Array(257).fill("")),
      { code: "PROOF_FIELD", field: "map.hashes", want: "array of at most 256" },
    ],
    [
      "a short hash",
      (json) => (json.map.hashes[0] = "AAAA"),
      { code: "PROOF_HASH_LENGTH", field: "map.hashes[0]", got: 3 },
    ],
    [
      "half of another leaf",
      (json) => (json.map.other = { key: "AAAA" }),
      { code: "PROOF_HASH_LENGTH", field: "map.other.key", got: 3 },
    ],
    [
      "no block",
      (json) => delete json.block,
      { code: "PROOF_FIELD", field: "block", want: "base64" },
    ],
    ["no log", (json) => delete json.log, { code: "PROOF_FIELD", field: "log", want: "text" }],
    [
      "an object for more",
      (json) => ((json as Json).more = {}),
      { code: "PROOF_FIELD", field: "more", want: "array" },
    ],
    [
      "too much more",
      (json) => (json.more = Array(104).fill({})),
      { code: "PROOF_FIELD", field: "more" },
    ],
    [
      "more that is none",
      (json) => (json.more[1] = 7 as never),
      { code: "PROOF_FIELD", field: "more[1]", want: "object" },
    ],
    [
      "more that has a format",
      (json) => ((json.more[0] as Json).format = "x"),
      { code: "PROOF_FIELD_UNKNOWN", field: "more[0].format" },
    ],
  ])("is refused with %s", (_, change, error) => {
    expect(parseProofBundle(withChange(change))).toMatchObject({ ok: false, error });
  });

  test("lets an error through that is not about the proof", () => {
    const trap = {
      get format(): string {
        throw new RangeError("not JSON at all");
      },
    };
    expect(() => parseProofBundle(trap)).toThrow("not JSON at all");
  });

  test("is refused when it is a chain of delegation, which there is none of yet", () => {
    expect(parseProofBundle([JSON.parse(text)])).toMatchObject({
      error: { code: "PROOF_FIELD", field: "", want: "object" },
    });
  });
});
