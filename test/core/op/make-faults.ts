import { encodeChunk, fromHex, hex, present } from "../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  named,
  register,
  sign,
  type TestLedger,
  testKey,
} from "../state/kit.ts";
import { envelope, NOW_SECONDS, type Parts } from "./build.ts";

// What is wrong, the bytes, and what comes of them. The test makes the vectors again and compares: after a wanted change,
// run it with UPDATE_VECTORS=1 and read the difference.

export type Fault = {
  readonly why: string;
  /** Which ledger of `settings` it is sent to. */
  readonly setting: "city" | "staff";
  readonly item: string;
  readonly refusal: { readonly code: string } & { readonly [fact: string]: string | number };
};

const DEPT = "MA.156.1301.02";
const HOUR = 3600;

/** Shijiazhuang with one department and no keys but its own. */
export function cityWithDepartment(): TestLedger {
  const ledger = cityLedger();
  register(ledger, [child(DEPT, "department")]);
  return ledger;
}

/** The same with keys of every kind that must be refused. */
export function staffedCity(): TestLedger {
  const ledger = cityWithDepartment();
  const { control: prev } = ledger.record("MA.156.1301");
  const passkey = { rpId: "city.example", origin: "https://city.example" };
  const add = [
    keySpec("clerk", ["issue"]),
    keySpec("passkey", ["record"], passkey),
    keySpec("elsewhere", ["record"], { scope: { under: code("MA.156.1301.01") } }),
    keySpec("lamps", ["record"], { scope: { classes: ["LAMP"] } }),
    keySpec("expired", ["record"], { scope: { until: NOW_SECONDS - 1 } }),
    keySpec("closed", ["record"]),
  ];
  ledger.must({ op: "keys", code: "MA.156.1301", prev, add }, city);
  const close = [{ kid: testKey("closed").kid, why: "compromised" as const, since: 0 }];
  const { control } = ledger.record("MA.156.1301");
  ledger.must({ op: "keys", code: "MA.156.1301", prev: control, close }, city);
  return ledger;
}

export function makeFaults(): Fault[] {
  const ledger = cityWithDepartment();
  const { op: prev } = ledger.record(DEPT);
  const update = { op: "update" as const, code: code(DEPT), prev, names: named("交通局") };
  const good = envelope({ payload: update as never });
  const faults: Fault[] = [];
  const add = (
    why: string,
    item: Uint8Array,
    refusal: Fault["refusal"],
    setting: Fault["setting"] = "city",
  ) => faults.push({ why, setting, item: hex(item), refusal });
  const built = (why: string, parts: Partial<Parts>, refusal: Fault["refusal"]) =>
    add(why, envelope({ payload: update as never, ...parts }), refusal);

  add("nothing", new Uint8Array(), { code: "OP_NOT_AN_ENTRY", first: -1 });
  add("text", present(fromHex("63666f6f"), "hex"), { code: "OP_NOT_AN_ENTRY", first: 0x63 });
  add("an untagged COSE_Sign1", good.subarray(1), { code: "OP_NOT_AN_ENTRY", first: 0x84 });
  add("another tag", Uint8Array.of(0xd1, ...good.subarray(1)), {
    code: "OP_NOT_AN_ENTRY",
    first: 0xd1,
  });
  add("truncated", good.subarray(0, good.length - 1), { code: "CBOR_TRUNCATED" });
  add("something behind it", Uint8Array.of(...good, 0), {
    code: "CBOR_TRAILING",
    offset: good.length,
  });
  add("the tag in two bytes", Uint8Array.of(0xd8, 18, ...good.subarray(1)), {
    code: "OP_NOT_AN_ENTRY",
    first: 0xd8,
  });
  const header = good.indexOf(0x58, 2);
  add(
    "a length that is not the shortest",
    Uint8Array.of(...good.subarray(0, header), 0x59, 0, ...good.subarray(header + 1)),
    { code: "CBOR_NOT_SHORTEST", offset: header },
  );
  built(
    "oversized",
    { payload: { op: "update", note: "x".repeat(48 * 1024) } },
    { code: "OP_SIZE", max: 49152 },
  );
  let deep: Uint8Array = Uint8Array.of(0x80);
  for (let i = 0; i < 24; i++) deep = Uint8Array.of(0x81, ...deep);
  built("deeply nested", { payloadBytes: deep }, { code: "CBOR_DEPTH", offset: 24 });
  built(
    "a payload with its keys out of order",
    { payloadBytes: present(fromHex("a2627862016161" + "02"), "hex") },
    { code: "CBOR_KEY_ORDER" },
  );
  built(
    "a payload with a float",
    { payloadBytes: present(fromHex("a1626f70f93c00"), "hex") },
    { code: "CBOR_TYPE" },
  );
  built(
    "an algorithm of ours for something else",
    { alg: -6 },
    { code: "OP_HEADER", header: "alg" },
  );
  built(
    "the type of a token request",
    { type: "application/vnd.cityid.token+cbor" },
    { code: "OP_HEADER", header: "content type" },
  );
  built("a kid of nine bytes", { kid: new Uint8Array(9) }, { code: "OP_HEADER", header: "kid" });
  built("a kid that is text", { kid: "city" }, { code: "OP_HEADER", header: "kid" });
  built("claims that are no map", { claims: 7 }, { code: "OP_HEADER", header: "cwt claims" });
  built(
    "a claim too many",
    {
      claims: new Map([
        [1, "MA"],
        [3, "x"],
        [6, 1],
        [7, 1],
      ] as never),
    },
    { code: "OP_HEADER", header: "cwt claims" },
  );
  built(
    "an issuer that is no code",
    { iss: "MA.156.1301#1" },
    { code: "OP_HEADER", header: "iss" },
  );
  built(
    "an issuer that is no member's name",
    { iss: "member/a b" },
    { code: "OP_HEADER", header: "iss" },
  );
  built("an issuer that is no text", { iss: 7 }, { code: "OP_HEADER", header: "iss" });
  built("an empty audience", { aud: "" }, { code: "OP_HEADER", header: "aud" });
  built("an audience that is no text", { aud: 7 }, { code: "OP_HEADER", header: "aud" });
  built("a time before 1970", { iat: -1 }, { code: "OP_HEADER", header: "iat" });
  built("a time that is text", { iat: "now" }, { code: "OP_HEADER", header: "iat" });
  built("a header too many", { more: [[5, 1]] }, { code: "OP_HEADER", header: "protected" });
  built(
    "another ledger's",
    { aud: "other.test/log" },
    { code: "OP_AUDIENCE", got: "other.test/log" },
  );
  built("from the future", { iat: NOW_SECONDS + 601 }, { code: "OP_IAT", iat: NOW_SECONDS + 601 });
  built(
    "from the past",
    { iat: NOW_SECONDS - 24 * HOUR - 1 },
    { code: "OP_IAT", to: NOW_SECONDS + 600 },
  );
  built("a payload that is no map", { payload: [1] }, { code: "OP_FIELD_TYPE", path: "" });
  built("no kind", { payload: {} }, { code: "OP_FIELD_MISSING", path: "op" });
  built("an unknown kind", { payload: { op: "abolish" } }, { code: "OP_FIELD_TYPE", path: "op" });
  built(
    "an application outside of an admit",
    { payload: { op: "apply" } },
    { code: "OP_FIELD_TYPE", path: "op" },
  );
  built(
    "an unknown field",
    { payload: { ...update, color: "red" } as never },
    { code: "OP_FIELD_UNKNOWN", path: "color" },
  );
  built(
    "a field of something every object has",
    { payload: { ...update, constructor: 1 } as never },
    { code: "OP_FIELD_UNKNOWN", path: "constructor" },
  );
  built(
    "a missing field",
    { payload: { op: "update", code: DEPT } },
    { code: "OP_FIELD_MISSING", path: "prev" },
  );
  built(
    "a code in another spelling",
    { payload: { ...update, code: "MA.156.130100.02" } as never },
    { code: "OP_FIELD_TYPE", path: "code" },
  );
  built(
    "a day that no calendar has",
    { payload: { ...update, names: named("x", "2026-02-29") } as never },
    { code: "OP_FIELD_TYPE", path: "names/zh/validFrom" },
  );
  built(
    "a name with a control character",
    { payload: { ...update, names: named("a\nb") } as never },
    { code: "OP_FIELD_TYPE", path: "names/zh/value" },
  );
  built(
    "a name that turns the direction of what follows",
    { payload: { ...update, names: named("a\u202eb") } as never },
    { code: "OP_FIELD_TYPE", path: "names/zh/value" },
  );
  built(
    "a name that is too long",
    { payload: { ...update, names: named("市".repeat(171)) } as never },
    { code: "OP_FIELD_LIMIT", path: "names/zh/value" },
  );
  built(
    "a language tag that is none",
    {
      payload: { ...update, names: { Chinese: { value: "x", validFrom: "2020-01-01" } } } as never,
    },
    { code: "OP_FIELD_UNKNOWN", path: "names/Chinese" },
  );

  const staff = staffedCity();
  const next = { ...update, prev: staff.record(DEPT).op };
  const by = (key: string, refusal: Fault["refusal"], why: string, iss = "MA.156.1301") =>
    add(why, envelope({ payload: next as never, key, iss }), refusal, "staff");
  const kid = (word: string) => hex(testKey(word).kid);
  by("stranger", { code: "AUTH_KEY_UNKNOWN", kid: kid("stranger") }, "a key that nobody knows");
  by("city", { code: "AUTH_ISSUER", want: "MA.156.1301" }, "an issuer that holds no keys", DEPT);
  by(
    "member A",
    { code: "AUTH_ISSUER", got: "member/A" },
    "a member where a city decides",
    "member/A",
  );
  by("closed", { code: "AUTH_KEY_CLOSED", why: "compromised" }, "a closed key");
  by("clerk", { code: "AUTH_KEY_USE", want: "record" }, "a key for something else");
  by("elsewhere", { code: "AUTH_KEY_UNDER", subject: DEPT }, "a key for another place");
  by("lamps", { code: "AUTH_KEY_CLASS", subject: DEPT }, "a key for another class");
  by("expired", { code: "AUTH_KEY_UNTIL", until: NOW_SECONDS - 1 }, "a key that has run out");
  by(
    "passkey",
    { code: "AUTH_WEBAUTHN", kid: kid("passkey") },
    "a passkey that signs as a plain key",
  );
  const forged = envelope({ payload: next as never }).slice();
  forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
  add(
    "a signature that is wrong in one bit",
    forged,
    { code: "AUTH_SIGNATURE", kid: kid("city") },
    "staff",
  );
  add(
    "a change that does not follow the last one",
    envelope({ payload: { ...next, prev: new Uint8Array(32) } as never }),
    { code: "STATE_PREV", subject: DEPT },
    "staff",
  );
  add(
    "a code that was never issued",
    envelope({ payload: { ...next, code: "MA.156.1301.77" } as never }),
    { code: "STATE_UNKNOWN", subject: "MA.156.1301.77" },
    "staff",
  );
  add(
    "a member's decision taken alone",
    sign(
      { op: "classes", items: [{ class: "LAMP", names: { zh: "灯" }, public: "all" }] },
      member("A"),
      staff.now,
    ),
    { code: "AUTH_NEEDS_DECISION", threshold: 2 },
    "staff",
  );

  const items = [child(`${DEPT}/LAMP`, "class")];
  const chunk = { manifest: new Uint8Array(32), index: 0, items, path: [] };
  const entry = encodeChunk(chunk);
  add("a chunk of a manifest that was never opened", entry, {
    code: "BULK_MANIFEST_UNKNOWN",
    manifest: "0".repeat(64),
  });
  add("a chunk that is truncated", entry.subarray(0, 50), { code: "CBOR_TRUNCATED", offset: 50 });
  add("a chunk without items", encodeChunk({ ...chunk, items: [] }), {
    code: "OP_FIELD_LIMIT",
    path: "items",
  });
  add("a block entry", present(fromHex("8265626c6f636b00"), "hex"), {
    code: "OP_FIELD_TYPE",
    path: "0",
  });
  const long = Array.from({ length: 240 }, (_, i) =>
    child(`${DEPT}/LAMP/${i}`, "thing", { names: named("灯".repeat(70)) }),
  );
  add("an oversized chunk", encodeChunk({ ...chunk, items: long }), {
    code: "OP_SIZE",
    max: 61440,
  });
  return faults;
}
