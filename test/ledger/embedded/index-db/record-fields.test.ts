import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Code, encodeCbor, type Geometry, hex } from "../../../../src/core/index.ts";
import {
  readAlias,
  readRecord,
  readVoid,
} from "../../../../src/ledger/embedded/index-db/record-fields.ts";
import { type Described, record, registration } from "./kit.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const integer = fc.integer({ min: -1_800_000_000, max: 1_800_000_000 });
const position = fc.tuple(integer, integer);
const box = fc.tuple(integer, integer, integer, integer);
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  position.map((point) => ({ point })),
  fc.array(position, { minLength: 1, maxLength: 30 }).map((line) => ({ line })),
  fc
    .array(fc.array(position, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 })
    .map((polygon) => ({ polygon })),
  box.map((cell) => ({ cell })),
  box.map((bbox) => ({ linked: { sha256: new Uint8Array(32), url: "https://x.test/a", bbox } })),
);
const statement = <V>(value: fc.Arbitrary<V>) =>
  fc.oneof(
    value.map((each) => ({ value: each, validFrom: "2020-01-01" })),
    fc.constant({ commit: new Uint8Array(32), validFrom: "2020-01-01" }),
  );
const described = fc
  .record(
    {
      generation: fc.integer({ min: 1, max: 70_000 }),
      class: fc.constantFrom("LAMP", "A.B"),
      status: fc.constantFrom("active", "suspended", "retired"),
      names: fc.dictionary(fc.constantFrom("zh", "en", "x-y"), statement(text)),
      aliases: fc.array(fc.record({ scheme: text, value: text }), { maxLength: 3 }),
      geometry: statement(geometry),
      attributes: fc.dictionary(
        text.filter((name) => name !== "__proto__"),
        statement(fc.oneof(text, integer, fc.boolean())),
      ),
      registration: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      holds: fc.subarray(["data", "govern", "issue"]),
    },
    { requiredKeys: [] },
  )
  .map((fields) => fields as Described);

/** Bytes before a value must not matter: it stands inside of what was read of a file. */
function within(value: Parameters<typeof encodeCbor>[0]): { bytes: Uint8Array; start: number } {
  const encoded = encodeCbor(value);
  const bytes = new Uint8Array(encoded.length + 9).fill(0xff);
  bytes.set(encoded, 5);
  return { bytes, start: 5 };
}

function boundsOf(shape: Geometry): readonly number[] {
  const flat =
    "linked" in shape ? [...shape.linked.bbox] : (Object.values(shape).flat(3) as number[]);
  const xs = flat.filter((_, i) => i % 2 === 0);
  const ys = flat.filter((_, i) => i % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

describe("what the index reads of a value", () => {
  test("is what the record says, whatever else it holds", () => {
    fc.assert(
      fc.property(described, (fields) => {
        const whole = record("MA.156.1301/LAMP" as Code, fields);
        const { geometry: place } = whole;
        expect(readRecord(within(whole as never))).toEqual({
          generation: whole.generation,
          kind: whole.kind,
          class: whole.class ?? "",
          status: whole.status,
          parentGeneration: 1,
          registration: whole.registration === undefined ? "" : hex(whole.registration),
          names: expect.toSatisfy((names: string[]) => {
            const clear = Object.values(whole.names).flatMap((each) =>
              "value" in each ? [each.value] : [],
            );
            return [...names].sort().join("\0") === clear.sort().join("\0");
          }),
          aliases: whole.aliases.map(({ value }) => value),
          box: place !== undefined && "value" in place ? boundsOf(place.value) : undefined,
        });
      }),
    );
  });

  test("does not depend on what was read from the same memory before", () => {
    const scratch = Buffer.alloc(2000);
    const classes = ["LAMP", "WELL", "LAMP"].map((name) => {
      scratch.set(encodeCbor(record("MA.156.1301/X/1" as Code, { class: name }) as never));
      return readRecord({ bytes: scratch, start: 0 }).class;
    });
    expect(classes).toEqual(["LAMP", "WELL", "LAMP"]);
  });

  test("is where an alias leads, and nothing once it was given back", () => {
    expect(readAlias(within({ code: "MA.156.1301#2" }))).toBe("MA.156.1301#2");
    expect(readAlias(within({}))).toBe("");
  });

  test("is whether a registration was taken back", () => {
    expect(readVoid(within(registration(true) as never))).toBe(true);
    expect(readVoid(within(registration(false) as never))).toBe(false);
  });

  test("is refused as a whole where it cannot be read", () => {
    const { bytes } = within({ code: "MA" });
    expect(() => readRecord({ bytes, start: 0 })).toThrow(/cannot be read at byte/);
  });
});
