import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bornPrefix,
  type CborValue,
  concat,
  hex,
  judgePlateScan,
  MAX_PLATE_NOTE_CHARACTERS,
  type Observation,
  openDataset,
  type Plate,
  type PlateScan,
  platesOf,
  readPlateScan,
  type SaidOfPlate,
  type ValueReader,
} from "../../../src/core/index.ts";
import { ChildLog, describing } from "../state/kinds/child-log.ts";
import { child, city, cityLedger, code, register } from "../state/kit.ts";
import { fact, READING } from "./kit.ts";

const OFFICE = "MA.156.1301.02";
const LAMP = `${OFFICE}/LAMP/000001`;
const name = (serial: number, born: Uint8Array = new Uint8Array(8)) =>
  concat(Uint8Array.of(0, 0, 0, serial), born);
const PHOTO = { sha256: new Uint8Array(32), type: "image/jpeg", bytes: 4 };

const SAID = {
  id: LAMP,
  note: "东侧灯杆",
  photo: PHOTO,
  place: [1_145_148_600, 380_427_690],
  seal: name(1),
  state: "installed",
  time: "2026-11-29T03:00:00.123Z",
  type: "PlateInstall",
};

function observation(said: { readonly [name: string]: CborValue | undefined }): Observation {
  return Object.entries(said)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([each, value]) => (value === undefined ? [] : [fact(each, value)]));
}

function read(changes: { readonly [name: string]: CborValue | undefined } = {}) {
  const scan = readPlateScan([observation({ ...SAID, ...changes })]);
  return scan.ok ? scan.value : scan.error;
}

describe("the scan of a plate", () => {
  it("is read out of the observation that says it", () => {
    const { seal, place } = SAID;
    expect(read()).toEqual({ code: LAMP, state: "installed", seal, place });
    expect(read({ state: "replaced", replaces: name(2) })).toEqual({
      ...{ code: LAMP, state: "replaced", seal, place, replaces: name(2) },
    });
    const gone = { state: "missing", seal: undefined, place: undefined, photo: undefined };
    expect(read({ ...gone, note: undefined })).toEqual({ code: LAMP, state: "missing" });
    expect(read({ ...gone, seal })).toEqual({ code: LAMP, state: "missing", seal });
    expect(readPlateScan([READING, READING])).toEqual({ ok: true, value: undefined });
  });

  it("is refused by its first field that is not in order", () => {
    const wrong: readonly (readonly [string, CborValue | undefined])[] = [
      ...([undefined, 1, "MA.156.01301", "MA.156.1301.02/LAMP/1*7"] as const).map(
        (id) => ["id", id] as const,
      ),
      ...[1, "x".repeat(MAX_PLATE_NOTE_CHARACTERS + 1)].map((note) => ["note", note] as const),
      ...[undefined, "gone", 1].map((state) => ["state", state] as const),
      ...[
        undefined,
        "photo",
        { ...PHOTO, sha256: new Uint8Array(31) },
        { ...PHOTO, sha256: "x" },
        { ...PHOTO, type: 1 },
        { ...PHOTO, bytes: "4" },
      ].map((photo) => ["photo", photo] as const),
      ...[undefined, 1, [1], [1, 2, 3], [1_800_000_001, 0], [0, -900_000_001], ["1", 2]].map(
        (place) => ["place", place] as const,
      ),
      ...[undefined, "00", new Uint8Array(11)].map((seal) => ["seal", seal] as const),
      // Of nothing but a replacement, and of another plate.
      ["replaces", name(2)],
      ...[undefined, 1, "yesterday", "2026-11-29T03:00:00+08:00", "x".repeat(33)].map(
        (time) => ["time", time] as const,
      ),
      ["colour", "red"],
      // Every object has one, which is no field of ours.
      ["constructor", "x"],
    ];
    for (const [field, value] of wrong) {
      expect(read({ [field]: value }), `${field} ${value}`).toMatchObject({
        ...{ code: "DATA_PLATE", field },
      });
    }
    for (const replaces of [name(1), "x", new Uint8Array(13)]) {
      expect(read({ state: "replaced", replaces })).toMatchObject({ field: "replaces" });
    }
    expect(read({ state: "missing", replaces: name(2) })).toMatchObject({ field: "replaces" });
    const both = readPlateScan([observation(SAID), READING]);
    expect(both).toMatchObject({ error: { code: "DATA_PLATE", field: "type" } });
    const twice = readPlateScan([observation(SAID), observation(SAID)]);
    expect(twice).toMatchObject({ error: { code: "DATA_PLATE", field: "type" } });
  });

  it("is for the holder of the code, and for the generation that is there", () => {
    const ledger = cityLedger();
    const other = "MA.156.1301.03";
    register(ledger, [child(OFFICE, "department"), child(other, "department")]);
    register(ledger, [child(`${OFFICE}/DATA`, "class"), child(`${OFFICE}/LAMP`, "class")]);
    register(ledger, [child(`${OFFICE}/DATA/PLATE`, "dataset"), child(LAMP, "thing")]);
    const dataset = `${OFFICE}/DATA/PLATE`;
    ledger.must(describing(ledger, dataset, new ChildLog("plates.test/log")), city);
    const state = ledger as unknown as ValueReader;
    const opened = openDataset(state, code(dataset));
    if (!opened.ok) throw new Error(opened.error.code);
    const born = bornPrefix(ledger.record(LAMP).born);
    const seal = name(1, born);
    const scan: PlateScan = { code: code(LAMP), state: "installed", seal };
    const judge = (said: PlateScan, source = OFFICE) => {
      const judged = judgePlateScan(state, opened.value, { source: code(source) }, said);
      return judged.ok ? "taken" : judged.error;
    };
    expect(judge(scan)).toBe("taken");
    expect(judge(scan, "MA.156.1301")).toBe("taken");
    expect(judge(scan, LAMP)).toBe("taken");
    expect(judge({ code: code(LAMP), state: "missing" })).toBe("taken");
    const replaced = { ...scan, state: "replaced", replaces: name(2, born) } as const;
    expect(judge(replaced)).toBe("taken");
    expect(judge({ ...scan, code: code(OFFICE) })).toMatchObject({ code: "DATA_PLATE_SEAL" });
    expect(judge(scan, `${OFFICE}/LAMP/000002`)).toEqual({
      ...{ code: "DATA_PLATE_CODE", subject: LAMP, source: `${OFFICE}/LAMP/000002`, owner: OFFICE },
    });
    expect(judge({ ...scan, code: code(other) }, "MA.156.1301")).toMatchObject({
      ...{ code: "DATA_PLATE_CODE", subject: other },
    });
    expect(judge({ ...scan, code: code(`${OFFICE}/LAMP/000009`) })).toMatchObject({
      code: "STATE_UNKNOWN",
    });
    expect(judge({ ...scan, seal: name(1) })).toEqual({
      ...{ code: "DATA_PLATE_SEAL", subject: LAMP, seal: hex(name(1)), want: hex(born) },
    });
    expect(judge({ ...replaced, replaces: name(2) })).toMatchObject({ seal: hex(name(2)) });
  });
});

const ALL = [1, 2, 3, 4].map((serial) => name(serial));
const SEAL = fc.constantFrom(...ALL);
const PLACE = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));

/** Scans in the order in which they were said, as phones bring them: each in its own second. */
const SCANS: fc.Arbitrary<readonly SaidOfPlate[]> = fc
  .array(
    fc.record({
      state: fc.constantFrom("installed", "moved", "replaced", "missing"),
      seal: fc.option(SEAL),
      replaces: fc.option(SEAL),
      place: fc.option(PLACE),
      receivedMilliseconds: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ state, seal, replaces, place, receivedMilliseconds }, i) => {
      // Only of what is gone a seal can be left out.
      const own = seal ?? (state === "missing" ? undefined : ALL[0]);
      const isOther =
        state === "replaced" && replaces !== null && hex(replaces) !== hex(own ?? replaces);
      return {
        ...{ code: code(LAMP), state, receivedMilliseconds, saidSeconds: 100 + i, index: i },
        ...(own !== undefined && { seal: own }),
        ...(isOther && { replaces }),
        ...(place !== null && { place }),
      } as SaidOfPlate;
    }),
  );

/** The same, said slowly: what is the last thing that was said of this one plate? */
function slowly(scans: readonly SaidOfPlate[], seal: string): Plate | undefined {
  const last = scans.at(-1);
  if (last === undefined) return undefined;
  const before = slowly(scans.slice(0, -1), seal);
  const isOwn = last.seal !== undefined && hex(last.seal) === seal;
  const isThere = before !== undefined && before.state !== "replaced";
  const now = (state: Plate["state"], isSeenHere: boolean, by?: Uint8Array): Plate => {
    const place =
      (isSeenHere ? last.place : undefined) ??
      (isSeenHere && isOwn && state !== "missing" ? undefined : before?.place);
    return { state, scan: last, ...(place && { place }), ...(by && { by }) };
  };
  if (last.state === "missing") {
    const isMeant = last.seal === undefined ? isThere : isOwn;
    return isMeant ? now("missing", true) : before;
  }
  if (isOwn) return now(last.state === "replaced" ? "installed" : last.state, true);
  if (last.state !== "replaced") return before;
  const isMeant = last.replaces === undefined ? isThere : hex(last.replaces) === seal;
  return isMeant ? now("replaced", false, last.seal) : before;
}

describe("what has become of plates", () => {
  it("is what was said last of each", () => {
    fc.assert(
      fc.property(SCANS, (scans) => {
        const found = platesOf(scans);
        for (const seal of ALL.map(hex)) expect(found.get(seal)).toEqual(slowly(scans, seal));
        expect([...found.keys()].every((each) => ALL.map(hex).includes(each))).toBe(true);
      }),
    );
  });

  it("does not depend on the order in which it arrives", () => {
    const shuffled = SCANS.chain((scans) =>
      fc.tuple(
        fc.constant(scans),
        fc.shuffledSubarray([...scans], { minLength: scans.length, maxLength: scans.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([scans, arrived]) => {
        expect(new Map(platesOf(arrived))).toEqual(new Map(platesOf(scans)));
      }),
    );
  });

  it("leaves one plate where one was put up instead of all others", () => {
    fc.assert(
      fc.property(SCANS, SEAL, (scans, seal) => {
        const order = { saidSeconds: 1000, receivedMilliseconds: 0, index: 1000 };
        const last: SaidOfPlate = { code: code(LAMP), state: "replaced", seal, ...order };
        const after = [...platesOf([...scans, last])];
        const standing = after.filter(([, { state }]) => state !== "replaced");
        expect(standing).toEqual([[hex(seal), { state: "installed", scan: last }]]);
      }),
    );
  });

  it("of the same second is what came later, then what stands later in the log", () => {
    const said = (
      state: "installed" | "moved",
      receivedMilliseconds: number,
      index: number,
    ): SaidOfPlate => ({
      ...{ code: code(LAMP), state, seal: name(1) },
      ...{ saidSeconds: 5, receivedMilliseconds, index },
    });
    const state = (...scans: SaidOfPlate[]) => platesOf(scans).get(hex(name(1)))?.state;
    expect(state(said("moved", 2, 1), said("installed", 1, 9))).toBe("moved");
    expect(state(said("moved", 1, 2), said("installed", 1, 1))).toBe("moved");
  });
});
