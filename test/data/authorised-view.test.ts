import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessScope,
  type CborValue,
  factRoot,
  grantKey,
  hex,
  isShown,
  type Observation,
  openDataset,
  present,
  sha256,
  utf8,
  type ValueReader,
} from "../../src/core/index.ts";
import { authorise, type Caller, stillHolds } from "../../src/data/index.ts";
import { boundsOf, momentOf } from "../../src/table/index.ts";
import { ChildLog, describing } from "../core/state/kinds/child-log.ts";
import { child, city, cityLedger, code, keySpec, register, testKey } from "../core/state/kit.ts";

const CITY = "MA.156.1301";
const PARKS = `${CITY}.03`;
const AIR = `${CITY}/DATA/AIR`;

/** A city's dataset, and grants of it: to the parks the scopes given, one after the other. */
function granted(...scopes: readonly AccessScope[]) {
  const ledger = cityLedger();
  const keys = [keySpec("parks", ["record"]), keySpec("reader", ["data"])];
  register(ledger, [child(`${CITY}/DATA`, "class"), child(PARKS, "department", { keys })]);
  register(ledger, [child(AIR, "dataset")]);
  ledger.must(describing(ledger, AIR, new ChildLog("air.test/log")), city);
  const about = { dataset: code(AIR), log: "air.test/log", purpose: "x" };
  const ids = scopes.map((scope) => {
    ledger.wait(1);
    const ask = { op: "request", code: code(PARKS), ...about, ...scope } as const;
    const request = ledger.must(ask, { iss: PARKS, key: "parks" }).id;
    const answer = { op: "grant", code: code(AIR), log: about.log, request, ...scope } as const;
    return ledger.must(answer, city).id;
  });
  const state = ledger as ValueReader;
  const opened = openDataset(state, code(AIR));
  if (!opened.ok) throw new Error(opened.error.code);
  return { ledger, state, dataset: opened.value, ids };
}

const keyOf = (word: string, holder: string, uses: readonly ("record" | "data")[]) => ({
  key: { holder: `${holder}#1`, kid: hex(testKey(word).kid), uses },
});
const owner: Caller = keyOf("city", CITY, ["record", "data"]);
const parks: Caller = keyOf("parks", PARKS, ["record"]);
const reader: Caller = keyOf("reader", PARKS, ["data"]);

function observation(said: { readonly [name: string]: CborValue }): Observation {
  return Object.entries(said)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ salt: sha256(utf8(name)).subarray(0, 16), name, value }));
}

const read: AccessScope = { actions: ["read"] };

describe("authorise", () => {
  it("shows the owner all, the grantee what it was granted, and others nothing", () => {
    const { state, dataset, ids } = granted({ ...read, attributes: ["pm25"] });
    const view = (caller: Caller, action: "read" | "export" = "read") =>
      authorise(state, dataset, caller, action, 0);
    const all = view(owner, "export");
    expect(all.ok && all.value.grant).toBeUndefined();
    for (const caller of [parks, reader]) {
      const part = view(caller);
      expect(part.ok && [...(part.value.columns ?? [])]).toEqual([
        "@op",
        "id",
        "type",
        "time",
        "pm25",
      ]);
    }
    const grant = hex(present(ids[0], "a grant"));
    expect(view(parks, "export")).toEqual({
      ...{ ok: false, error: { code: "GRANT_ACTION", action: "export", grant } },
    });
    expect(view({})).toEqual({
      ...{ ok: false, error: { code: "GRANT_NONE", subject: AIR, holder: "" } },
    });
    expect(view(keyOf("x", `${CITY}.04`, ["record"]))).toMatchObject({
      error: { code: "GRANT_NONE", holder: `${CITY}.04#1` },
    });
    expect(view({ ...parks, grant: new Uint8Array(32) })).toMatchObject({
      error: { code: "GRANT_ENDED", why: "other" },
    });
    expect(view({ grant: present(ids[0], "a grant") })).toMatchObject({
      error: { code: "GRANT_ENDED", why: "other" },
    });
  });

  it("takes the newest that counts and has the action, or the one that is named", () => {
    const scopes = [
      { ...read, attributes: ["a"] },
      { ...read, attributes: ["b"] },
      { actions: ["export"] as const },
    ];
    const { ledger, state, dataset, ids } = granted(...scopes);
    const names = (caller: Caller) => {
      const view = authorise(state, dataset, caller, "read", 0);
      return view.ok ? [...(view.value.columns ?? [])].slice(4) : view.error.code;
    };
    expect(names(parks)).toEqual(["b"]);
    expect(names({ ...parks, grant: present(ids[0], "the first") })).toEqual(["a"]);
    const open = { op: "grant", code: code(AIR), log: "air.test/log", to: "*" } as const;
    const { id } = ledger.must({ ...open, ...read, attributes: ["c"] }, city);
    expect([names({}), names(parks), names({ ...parks, grant: id })]).toEqual([
      ["c"],
      ["b"],
      ["c"],
    ]);
    const before = authorise(state, dataset, parks, "read", 0);
    const revoke = { op: "revoke", code: code(AIR), reason: "x" } as const;
    ledger.must({ ...revoke, grant: present(ids[1], "the second") }, city);
    expect(names(parks)).toEqual(["a"]);
    ledger.must({ ...revoke, grant: present(ids[0], "the first") }, city);
    expect(names(parks)).toEqual(["c"]);
    if (!before.ok) throw new Error(before.error.code);
    expect(stillHolds(state, before.value, parks.key, 0)).toBe(false);
    const whole = authorise(state, dataset, owner, "read", 0);
    expect(whole.ok && stillHolds(state, whole.value, owner.key, 0)).toBe(true);
    expect(whole.ok && stillHolds(state, whole.value, undefined, 0)).toBe(false);
    // What runs ends with the key that opened it, too.
    const byKey = authorise(state, dataset, reader, "read", 0);
    const prev = ledger.record(PARKS).control;
    const close = [{ kid: testKey("reader").kid, why: "retired" as const }];
    expect(byKey.ok && stillHolds(state, byKey.value, reader.key, 0)).toBe(true);
    const brief = { ...present(reader.key, "a key"), scope: { until: 5 } };
    expect(byKey.ok && stillHolds(state, byKey.value, brief, 6)).toBe(false);
    ledger.must({ op: "keys", code: PARKS, prev, close }, city);
    expect(byKey.ok && stillHolds(state, byKey.value, reader.key, 0)).toBe(false);
  });

  it("goes on for whoever follows the grantee, and no longer for the grantee", () => {
    const { ledger, state, dataset, ids } = granted(read);
    const GREEN = `${CITY}.04`;
    register(ledger, [child(GREEN, "department", { keys: [keySpec("green", ["record"])] })]);
    const green: Caller = keyOf("green", GREEN, ["record"]);
    const [id] = ids;
    const judged = (caller: Caller) => {
      const view = authorise(state, dataset, caller, "read", 0);
      return view.ok ? view.value.grant?.id : view.error.code;
    };
    expect([judged(parks), judged(green)]).toEqual([id, "GRANT_NONE"]);
    const before = authorise(state, dataset, parks, "read", 0);
    const chained = (of: string) => [{ code: code(of), prev: ledger.record(of).op }];
    const succession = { op: "succeed", type: "rename", date: "2026-01-01", source: "x" } as const;
    const carried = { ...succession, grants: "carry", delegation: "end" } as const;
    ledger.must({ ...carried, from: chained(PARKS), to: chained(GREEN) }, city);
    expect(judged(green)).toEqual(id);
    expect(judged({ ...green, grant: present(id, "a grant") })).toEqual(id);
    const now = authorise(state, dataset, green, "read", 0);
    expect(now.ok && stillHolds(state, now.value, green.key, 0)).toBe(true);
    // Whose keys may still sign for what has ended, the door asks: here only whether it is an heir.
    expect(before.ok && stillHolds(state, before.value, keyOf("x", GREEN, []).key, 0)).toBe(false);
  });

  it("is of records: whoever was given the code of either side since reads nothing", () => {
    const { ledger, dataset, ids } = granted(read);
    const state = ledger as ValueReader;
    const open = { op: "grant", code: code(AIR), log: "air.test/log", to: "*" } as const;
    const everybodys = ledger.must({ ...open, ...read }, city).id;
    const [GREEN, NEXT] = [`${CITY}.04`, `${CITY}/DATA/AIR2`] as const;
    const green = [keySpec("green", ["record", "data"])];
    register(ledger, [child(GREEN, "department", { keys: green }), child(NEXT, "dataset")]);
    ledger.must(describing(ledger, NEXT, new ChildLog("next.test/log")), city);
    const carryOn = (from: string, to: string, more: object) => {
      const chained = (of: string) => [{ code: code(of), prev: ledger.record(of).op }];
      const terms = { type: "rename", date: "2026-01-01", source: "x", grants: "carry" } as const;
      const sides = { from: chained(from), to: chained(to), delegation: "end" } as const;
      ledger.must({ op: "succeed", ...terms, ...sides }, city);
      const kind = from === AIR ? "dataset" : "department";
      register(ledger, [child(from, kind, { after: ledger.record(from).control, ...more })]);
    };
    const judged = (of: typeof dataset, caller: Caller) => {
      const view = authorise(state, of, caller, "read", 0);
      return view.ok ? view.value.grant?.id : view.error;
    };
    const id = present(ids[0], "a grant");
    carryOn(PARKS, GREEN, { keys: [keySpec("stranger", ["record"])] });
    const stranger = {
      key: { ...present(keyOf("stranger", PARKS, ["record"]).key, "a key"), holder: `${PARKS}#2` },
    } as const;
    const ended = (grant: Uint8Array) => ({
      ...{ code: "GRANT_ENDED", grant: hex(grant), why: "other" },
    });
    expect(judged(dataset, { ...stranger, grant: id })).toEqual(ended(id));
    expect(judged(dataset, stranger)).toEqual(everybodys);
    // Nor does who stands above the code, and had no more to do with it than that.
    const above = keyOf("city", CITY, ["data"]);
    expect(judged(dataset, { ...above, grant: id })).toEqual(ended(id));

    carryOn(AIR, NEXT, {});
    ledger.must(describing(ledger, AIR, new ChildLog("secret.test/log")), city);
    const opened = (of: string) => {
      const found = openDataset(state, code(of));
      if (!found.ok) throw new Error(found.error.code);
      return found.value;
    };
    expect(judged(opened(NEXT), {})).toEqual(everybodys);
    expect(judged(opened(AIR), {})).toMatchObject({ code: "GRANT_NONE" });
    const heir = keyOf("green", GREEN, ["record"]);
    expect(judged(opened(NEXT), heir)).toEqual(id);
    expect(judged(opened(AIR), { ...heir, grant: id })).toEqual(ended(id));
    expect(judged(opened(AIR), { grant: everybodys })).toEqual(ended(everybodys));
  });

  it("ends with the last second of the grant", () => {
    const { state, dataset } = granted({ ...read, until: 2_000_000_000 });
    const at = (seconds: number) => authorise(state, dataset, parks, "read", seconds);
    const view = at(2_000_000_000);
    expect(view.ok && view.value.until).toBe(2_000_000_000);
    expect(view.ok && stillHolds(state, view.value, parks.key, 2_000_000_001)).toBe(false);
    expect(at(2_000_000_001)).toMatchObject({ error: { code: "GRANT_NONE" } });
  });
});

describe("a view", () => {
  it("shows exactly what lies in the scope, and what it shows keeps its root", () => {
    const number = fc.integer({ min: -3, max: 3 });
    const scope = fc.record({
      attributes: fc.option(fc.subarray(["a", "b", "place"]), { nil: undefined }),
      area: fc.option(fc.tuple(number, number, number, number), { nil: undefined }),
      since: fc.option(number, { nil: undefined }),
      before: fc.option(number, { nil: undefined }),
    });
    const said = fc.record(
      { place: fc.tuple(number, number), seconds: number, a: number, b: number },
      { requiredKeys: ["a", "b"] },
    );
    const { state, dataset, ids } = granted(read);
    const id = present(ids[0], "a grant");
    const base = Date.UTC(2026, 0) / 1000;
    fc.assert(
      fc.property(scope, said, ({ attributes, area, since, before }, { seconds, ...rest }) => {
        const value = {
          ...present(state.get(grantKey(id)), "a grant"),
          ...(attributes && { attributes }),
          ...(area && { area }),
          time: {
            ...(since !== undefined && { since: base + since }),
            ...(before !== undefined && { before: base + before }),
          },
        };
        const reading: ValueReader = {
          get: (key) => (key === grantKey(id) ? (value as never) : state.get(key)),
        };
        const view = authorise(reading, dataset, parks, "read", 0);
        if (!view.ok) throw new Error(view.error.code);
        const time = new Date((base + (seconds ?? 0)) * 1000).toISOString();
        const facts = observation({
          ...{ id: "x", type: "T", ...(rest as { [name: string]: CborValue }) },
          ...(seconds !== undefined && { time }),
        });
        const [west, south, east, north] = area ?? [0, 0, 0, 0];
        const [x, y] = rest.place ?? [];
        const isIn =
          !area ||
          (x !== undefined &&
            y !== undefined &&
            x >= west &&
            x <= east &&
            y >= south &&
            y <= north);
        const isThen =
          seconds !== undefined &&
          (since === undefined || seconds >= since) &&
          (before === undefined || seconds < before);
        const shown = view.value.show(facts);
        expect(shown !== undefined).toBe(isIn && isThen);
        if (shown === undefined) return;
        expect(factRoot(shown)).toEqual(factRoot(facts));
        const names = shown.filter(isShown).map(({ name }) => name);
        const all = facts.filter(isShown).map(({ name }) => name);
        const wanted = all.filter(
          (name) => !attributes || ["@op", "id", "type", "time", ...attributes].includes(name),
        );
        expect(names).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it("does not show what has no place, or no time, where these have bounds; nor what was erased", () => {
    const area = [0, 0, 10, 10] as const;
    const { state, dataset } = granted({ ...read, area });
    const view = authorise(state, dataset, parks, "read", 0);
    if (!view.ok) throw new Error(view.error.code);
    const sees = (place: CborValue | undefined) =>
      view.value.show(observation({ a: 1, ...(place !== undefined && { place }) })) !== undefined;
    expect([sees([1, 2]), sees([11, 2]), sees(undefined)]).toEqual([true, false, false]);
    const facts = observation({ a: 1, place: [1, 2] });
    const erased = facts.map((fact) =>
      isShown(fact) && fact.name === "place" ? sha256(utf8("x")) : fact,
    );
    expect(view.value.show(erased as unknown as Observation)).toBeUndefined();
    expect(view.value.reaches(undefined, undefined)).toBe(false);
    expect(view.value.reaches(undefined, [1, 1, 2, 2])).toBe(true);
  });
});

describe("where and when", () => {
  it("reads positions in their units, geometries and GeoJSON, and nothing else", () => {
    const decimal = (text: string): CborValue => ({ decimal: text });
    const cases: readonly (readonly [CborValue | undefined, unknown])[] = [
      [
        [5, 6],
        [5, 6, 5, 6],
      ],
      [{ point: [5, 6] }, [5, 6, 5, 6]],
      [{ cell: [1, 2, 3, 4] }, [1, 2, 3, 4]],
      [
        {
          line: [
            [1, 9],
            [3, 4],
          ],
        },
        [1, 4, 3, 9],
      ],
      [
        {
          polygon: [
            [
              [0, 0],
              [4, 0],
              [4, 4],
              [0, 0],
            ],
          ],
        },
        [0, 0, 4, 4],
      ],
      [
        { type: "Point", coordinates: [decimal("114.5"), 38] },
        [1_145_000_000, 380_000_000, 1_145_000_000, 380_000_000],
      ],
      [{ type: "Point", coordinates: [1, 2, 3] }, [1e7, 2e7, 1e7, 2e7]],
      [undefined, undefined],
      ["5,6", undefined],
      [[], undefined],
      [[[1, 2], "x"], undefined],
      [[1, "x"], undefined],
      [[1, 2, 3, 4], undefined],
      [{ cell: [1, 2] }, undefined],
      [{ linked: "https://x.test" }, undefined],
      [{ type: "Point", coordinates: "x" }, undefined],
    ];
    for (const [value, bounds] of cases)
      expect(boundsOf(value), JSON.stringify(value)).toEqual(bounds);
  });

  it("reads a time with its zone, and no other", () => {
    expect(momentOf("2028-02-29T00:00:00Z")).toBe(Date.UTC(2028, 1, 29));
    for (const no of ["2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z"]) {
      expect(momentOf(no), no).toBeUndefined();
    }
    expect(momentOf("2026-11-29T08:00:00+08:00")).toBe(Date.UTC(2026, 10, 29));
    for (const no of ["2026-11-29", "2026-11-29T08:00:00", "2026-13-29T08:00:00Z", 5, undefined]) {
      expect(momentOf(no as CborValue | undefined)).toBeUndefined();
    }
  });
});
