import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CborMap,
  decodeCbor,
  encodeCbor,
  InvariantError,
  utf8,
} from "../../../src/core/index.ts";
import { jsonObject } from "../../../src/server/http/cbor-json.ts";
import { toJson } from "../../../src/server/http/json.ts";
import { createRecordViews } from "../../../src/server/registry/index.ts";
import { createState } from "../../../src/server/state.ts";
import { city, code } from "../../core/state/kit.ts";
import { MA1301, openCity, present, type World } from "../world.ts";

// The codec takes no `__proto__`, so no value of the ledger has one; fast-check is fond of it.
const names = fc
  .oneof(
    fc.constantFrom("from", "until", "code", "时间", "constructor", "toString", '"', "a\\b"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  )
  .filter((name) => name !== "__proto__");
// Times as the ledger has them: after 1970, before a calendar ends.
const time = fc.integer({ min: 0, max: 4_000_000_000 });
const text = fc.string({ unit: "binary", maxLength: 300 });
const keyedMap = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -30, max: 30 }), fc.uint8Array({ maxLength: 40 })), {
    minLength: 1,
    maxLength: 5,
    selector: ([label]) => label,
  })
  .map((entries) => new Map<number | string, Uint8Array>(entries));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    time,
    text,
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    keyedMap,
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(names, tie("value"), { maxKeys: 30 }),
  ),
}));
const record = fc.dictionary(names, value, { maxKeys: 30 }) as fc.Arbitrary<CborMap>;

/** What stands in a text that has a character for each byte. */
const parse = (bytes: string): unknown => JSON.parse(Buffer.from(bytes, "latin1").toString());

describe("jsonObject", () => {
  test("says what decoding and encoding again would say", () => {
    fc.assert(
      fc.property(record, (map) => {
        const bytes = encodeCbor(map);
        const decoded = decodeCbor(bytes);
        const slow = decoded.ok ? (toJson(decoded.value) as object) : {};
        expect(parse(jsonObject(bytes).text)).toEqual(JSON.parse(JSON.stringify(slow)));
      }),
      { numRuns: 500 },
    );
  });

  test("gives the fields that are wanted as they stand in the text, whatever is around them", () => {
    fc.assert(
      fc.property(record, fc.array(names, { maxLength: 4 }), (map, others) => {
        const wanted = [...new Set([...Object.keys(map).slice(0, 4), ...others])];
        const { text: whole, fields } = jsonObject(encodeCbor(map), wanted.map(utf8));
        const all = parse(whole) as { readonly [name: string]: unknown };
        expect(fields.map((field) => field && parse(field))).toEqual(
          wanted.map((name) => (Object.hasOwn(all, name) ? all[name] : undefined)),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("reads numbers of every width, and none of them twice", () => {
    const map = {
      a: 0,
      b: -1,
      c: 255,
      d: -65_536,
      e: 2 ** 32,
      f: Number.MAX_SAFE_INTEGER,
      g: -(2 ** 40),
    };
    expect(parse(jsonObject(encodeCbor(map)).text)).toEqual(map);
  });

  test("stops at bytes that are none of ours", () => {
    expect(() => jsonObject(Uint8Array.of(0x01))).toThrow(InvariantError);
    expect(() => jsonObject(Uint8Array.of(0xa1))).toThrow(InvariantError);
  });
});

/** The line of a list, out of the whole answer. */
function summaryOf(answer: unknown): object {
  const { code, check, effective, place, record } = answer as Answer;
  const { kind, class: ofClass, names, children } = record;
  return {
    ...{ code, check, kind, names, effective, children: children.count },
    ...(ofClass !== undefined && { class: ofClass }),
    ...(place !== undefined && { place }),
  };
}

type Answer = {
  readonly code: string;
  readonly check: string;
  readonly effective: object;
  readonly place?: object;
  readonly record: {
    readonly kind: string;
    readonly class?: string;
    readonly names: object;
    readonly children: { readonly count: number };
  };
};

describe("the text of a record", () => {
  let world: World;
  beforeAll(async () => {
    world = await openCity();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const agree = () => {
    const views = createRecordViews(world.ledger, createState(world.ledger));
    for (const each of [
      "MA",
      "MA.156",
      MA1301,
      `${MA1301}.02`,
      `${MA1301}/LAMP/000001`,
      `${MA1301}/LAMP/000002`,
    ]) {
      const { body, index, effective } = present(views.text(code(each)), each);
      const answer = views.answer(present(views.find(code(each)), each));
      expect(parse(body)).toEqual(JSON.parse(JSON.stringify(answer)));
      expect({ index, effective }).toEqual({ index: answer.index, effective: answer.effective });
      expect(parse(views.summaries([each, "MA.999"]))).toEqual([summaryOf(parse(body))]);
    }
  };

  test("is what the object says, whatever the status of the record and those above", async () => {
    agree();
    const change = async (what: string, kind: "suspend" | "retire" | "resume") => {
      const { record: now } = await world.json(`/v1/codes/${encodeURIComponent(what)}`);
      const prev = Uint8Array.from(Buffer.from(now.control, "hex"));
      await world.do({ op: "status", code: code(what), prev, do: kind, reason: "x" }, city);
      agree();
    };
    await change(`${MA1301}/LAMP/000001`, "suspend");
    await change(`${MA1301}/LAMP/000002`, "retire");
    await change(MA1301, "suspend");
    await change(MA1301, "resume");
  });

  test("is what the object says of a registration that was taken back", async () => {
    await world[Symbol.asyncDispose]();
    world = await openCity();
    agree();
    const { record: lamp } = await world.json(`/v1/codes/${MA1301}%2FLAMP%2F000003`);
    const registration = Uint8Array.from(Buffer.from(lamp.registration, "hex"));
    await world.do({ op: "void", registration, reason: "x" }, city);
    agree();
    expect(await world.json(`/v1/codes/${MA1301}%2FLAMP%2F000003`)).toMatchObject({
      effective: { status: "void" },
    });
  });
});
