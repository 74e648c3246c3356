import { describe, expect, it } from "vitest";
import {
  type AccessRequest,
  type AccessScope,
  type Code,
  type Grant,
  type GrantValue,
  grantEnd,
  grantedDatasets,
  grantedKey,
  grantees,
  grantKey,
  grantsOf,
  hex,
  isKeyOfSide,
  openGrantsKey,
  registrationKey,
  requestedKey,
  requestKey,
  type ValueReader,
} from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  register,
  type Signing,
  type TestLedger,
  testKey,
} from "../kit.ts";
import { ChildLog, delegateTo, describing } from "./child-log.ts";

const CITY = "MA.156.1301";
const AIR = `${CITY}.02/DATA/AIR`;
const PARKS = `${CITY}.03`;
const log = new ChildLog("air.test/log");
const LOG = "air.test/log";
const owner: Signing = { iss: `${CITY}.02`, key: "owner" };
const parks: Signing = { iss: PARKS, key: "parks" };

/** A department with a dataset, and another one that could ask for it. */
function opened(): TestLedger {
  const ledger = cityLedger();
  const record = (word: string) => ({
    keys: [keySpec(word, ["data", "govern", "issue", "record"])],
  });
  register(ledger, [child(`${CITY}.02`, "department", record("owner"))]);
  register(ledger, [child(PARKS, "department", record("parks"))]);
  register(ledger, [child(`${CITY}.02/DATA`, "class")], owner);
  register(ledger, [child(AIR, "dataset")], owner);
  ledger.must(describing(ledger, AIR, log), owner);
  return ledger;
}

const ask = (more: Partial<AccessRequest> = {}): AccessRequest => ({
  ...{ op: "request", code: code(PARKS), dataset: code(AIR), log: LOG, purpose: "树木养护" },
  actions: ["read"],
  ...more,
});

const answer = (request: Uint8Array, more: Partial<AccessScope> = {}): Grant => ({
  ...{ op: "grant", code: code(AIR), log: LOG, request, actions: ["read"] },
  ...more,
});

const toAll = (more: Partial<AccessScope> = {}): Grant => ({
  ...{ op: "grant", code: code(AIR), log: LOG, to: "*", actions: ["read"] },
  ...more,
});

const revoke = (grant: Uint8Array, of: string = AIR) =>
  ({ op: "revoke", code: code(of), grant, reason: "x" }) as const;

const held = (ledger: TestLedger, id: Uint8Array): GrantValue => ledger.value(grantKey(id));
const end = (ledger: TestLedger, id: Uint8Array, after = 0) =>
  grantEnd(ledger as ValueReader, held(ledger, id), Math.floor(ledger.now / 1000) + after);

describe("request", () => {
  it("is kept under its id, and found by both codes", () => {
    const ledger = opened();
    const before = [ledger.record(AIR), ledger.record(PARKS)];
    const { id, hash } = ledger.must(ask({ attributes: ["pm25"] }), parks);
    const { op: _, ...said } = ask({ attributes: ["pm25"] });
    expect(ledger.value(requestKey(id))).toEqual({
      ...{ ...said, op: hash, at: ledger.now },
      ...{ codeRecord: `${PARKS}#1`, datasetRecord: `${AIR}#1` },
    });
    for (const of of [AIR, PARKS]) expect(ledger.value(requestedKey(code(of), id))).toEqual(hash);
    expect([ledger.record(AIR), ledger.record(PARKS)]).toEqual(before);
  });

  it("is for who has the record keys of the code that asks, once", () => {
    const ledger = opened();
    expect(ledger.refused(ask(), owner)).toMatchObject({ code: "AUTH_ISSUER", want: PARKS });
    expect(ledger.refused(ask({ code: code(`${CITY}.09`) }), city)).toMatchObject({
      code: "STATE_UNKNOWN",
    });
    const { id } = ledger.must(ask(), parks);
    expect(ledger.refused(ask(), parks)).toEqual({ code: "GRANT_REPEATED", id: hex(id) });
  });

  it("names a dataset in force with its log, and ends in the future", () => {
    const ledger = opened();
    const refused = (more: Partial<AccessRequest>) => ledger.refused(ask(more), parks);
    expect(refused({ log: "old.test/log" })).toEqual({
      ...{ code: "GRANT_LOG", subject: AIR, want: LOG, got: "old.test/log" },
    });
    expect(refused({ dataset: code(PARKS) })).toEqual({ code: "DATA_NO_LOG", subject: PARKS });
    expect(refused({ dataset: code(`${CITY}/NO`) })).toMatchObject({ code: "STATE_UNKNOWN" });
    const now = Math.floor(ledger.now / 1000);
    expect(refused({ until: now - 1 })).toEqual({ code: "GRANT_EXPIRED", until: now - 1, now });
    ledger.must(ask({ until: now }), parks);
  });
});

describe("grant", () => {
  const box = (west: number, south: number, east: number, north: number) =>
    [west, south, east, north] as const;
  const asked = {
    actions: ["read", "export"],
    attributes: ["no2", "pm25"],
    area: box(10, 10, 90, 90),
    time: { since: 100, before: 900 },
    until: 2_000_000_000,
  } as const;

  it("keeps who, what for and how far; both sides find it", () => {
    const ledger = opened();
    const request = ledger.must(ask(asked), parks).id;
    const { id, hash } = ledger.must(answer(request, asked), owner);
    expect(held(ledger, id)).toEqual({
      ...{ op: hash, dataset: AIR, datasetRecord: `${AIR}#1`, log: LOG, at: ledger.now },
      ...{ to: PARKS, toRecord: `${PARKS}#1`, request, purpose: "树木养护" },
      ...asked,
    });
    expect(ledger.value(requestKey(request)).grant).toEqual(id);
    for (const of of [AIR, PARKS]) expect(ledger.value(grantedKey(code(of), id))).toEqual(hash);
    expect(ledger.value(openGrantsKey(code(AIR), PARKS))).toEqual({ ids: [id] });
    const open = ledger.must(toAll(), owner);
    expect(held(ledger, open.id)).toEqual({
      ...{ op: open.hash, dataset: AIR, datasetRecord: `${AIR}#1`, log: LOG, at: ledger.now },
      ...{ to: "*", actions: ["read"] },
    });
  });

  it("gives what was asked for, or less, in each of its bounds", () => {
    const ledger = opened();
    const request = ledger.must(ask(asked), parks).id;
    const wider: readonly (readonly [keyof AccessScope, Partial<AccessScope>])[] = [
      ["actions", { actions: ["read", "subscribe"] }],
      ["attributes", { attributes: ["pm25", "place"] }],
      ...[9, 10, 10, 10].map(
        (west, i) =>
          [
            "area",
            { area: box(west, [10, 9][i] ?? 10, [90, 90, 91][i] ?? 90, i === 3 ? 91 : 90) },
          ] as const,
      ),
      ["time", { time: { since: 99, before: 900 } }],
      ["time", { time: { since: 100, before: 901 } }],
      ["time", { time: { since: 100 } }],
      ["time", { time: { before: 900 } }],
      ["until", { until: 2_000_000_001 }],
    ];
    for (const [field, more] of wider) {
      const refusal = ledger.refused(answer(request, { ...asked, ...more }), owner);
      expect(refusal, JSON.stringify(more)).toEqual({ code: "GRANT_WIDER", field });
    }
    // What a grant leaves out has no bound.
    for (const field of ["attributes", "area", "time", "until"] as const) {
      const { [field]: _, ...rest } = asked;
      expect(ledger.refused(answer(request, rest), owner)).toEqual({ code: "GRANT_WIDER", field });
    }
    const narrow = {
      attributes: ["no2"],
      area: box(20, 20, 20, 20),
      time: { since: 200, before: 300 },
    };
    ledger.must(
      answer(request, { ...asked, ...narrow, actions: ["read"], until: 1_900_000_000 }),
      owner,
    );
    for (const time of [{ since: 100 }, { before: 900 }]) {
      const half = ledger.must(ask({ time }), parks).id;
      ledger.must(answer(half, { time: { since: 100, before: 900 } }), owner);
    }
  });

  it("is the owner's to give, of its dataset, to whoever asked", () => {
    const ledger = opened();
    const request = ledger.must(ask(), parks).id;
    expect(ledger.refused(answer(request), parks)).toMatchObject({ code: "AUTH_ISSUER" });
    expect(ledger.refused(answer(new Uint8Array(32)), owner)).toEqual({
      ...{ code: "GRANT_REQUEST_UNKNOWN", request: "00".repeat(32) },
    });
    expect(ledger.refused({ ...answer(request), log: "x.test/log" }, owner)).toMatchObject({
      code: "GRANT_LOG",
    });
    const other = code(`${CITY}.02/DATA/NOISE`);
    register(ledger, [child(other, "dataset")], owner);
    ledger.must(describing(ledger, other, log), owner);
    expect(ledger.refused({ ...answer(request), code: other }, owner)).toMatchObject({
      ...{ code: "GRANT_REQUEST_OTHER", want: `${AIR} ${LOG}`, got: `${other} ${LOG}` },
    });
    const { control } = ledger.record(PARKS);
    ledger.must(
      { op: "status", code: code(PARKS), prev: control, do: "retire", reason: "x" },
      parks,
    );
    expect(ledger.refused(answer(request), owner)).toMatchObject({ code: "STATE_RETIRED" });
    const after = ledger.record(PARKS).control;
    register(ledger, [child(PARKS, "department", { after, keys: [keySpec("new", ["record"])] })]);
    expect(ledger.refused(answer(request), owner)).toMatchObject({
      ...{ code: "GRANT_REQUEST_OTHER", want: `${PARKS}#1`, got: `${PARKS}#2` },
    });
  });

  it("answers a request while no other one does, and once", () => {
    const ledger = opened();
    const now = Math.floor(ledger.now / 1000);
    const request = ledger.must(ask(), parks).id;
    const first = ledger.must(answer(request, { until: now + 60 }), owner);
    expect(ledger.refused(answer(request), owner)).toMatchObject({
      ...{ code: "GRANT_ANSWERED", grant: hex(first.id) },
    });
    ledger.wait(61);
    const second = ledger.must(answer(request), owner);
    expect(ledger.value(openGrantsKey(code(AIR), PARKS))).toEqual({ ids: [second.id] });
    ledger.must(revoke(second.id), owner);
    // The very same operation does not bring back what was revoked.
    expect(ledger.refused(answer(request), owner)).toEqual({
      ...{ code: "GRANT_REPEATED", id: hex(second.id) },
    });
    expect(ledger.refused(toAll({ until: now }), owner)).toMatchObject({ code: "GRANT_EXPIRED" });
  });

  it("is refused with a span of time that holds nothing", () => {
    const ledger = opened();
    const refused = (time: NonNullable<AccessScope["time"]>) =>
      ledger.refused(toAll({ time }), owner);
    const want = "since, before, or both, in this order";
    for (const time of [{}, { since: 5, before: 5 }, { since: 6, before: 5 }]) {
      expect(refused(time)).toEqual({ code: "OP_FIELD_TYPE", path: "time", want });
    }
    for (const time of [{ since: 5 }, { before: 5 }, { since: 4, before: 5 }]) {
      ledger.must(toAll({ time }), owner);
    }
  });

  it("leaves room for sixteen in force", () => {
    const ledger = opened();
    for (let i = 0; i < 16; i++) {
      ledger.wait(1);
      ledger.must(toAll(), owner);
    }
    ledger.wait(1);
    expect(ledger.refused(toAll(), owner)).toEqual({
      ...{ code: "GRANT_LIMIT", subject: AIR, to: "*", max: 16 },
    });
    ledger.must(revoke(ledger.value(openGrantsKey(code(AIR), "*")).ids[3] as Uint8Array), owner);
    ledger.must(toAll(), owner);
  });

  it("can be given and asked for by who has no keys of its own", () => {
    const ledger = cityLedger();
    register(ledger, [child(`${CITY}/DATA`, "class")]);
    register(ledger, [child(`${CITY}/DATA/AIR`, "dataset")]);
    ledger.must(describing(ledger, `${CITY}/DATA/AIR`, log), city);
    const dataset = code(`${CITY}/DATA/AIR`);
    const request = ledger.must(ask({ code: dataset, dataset }), city).id;
    const { id } = ledger.must({ ...answer(request), code: dataset }, city);
    expect(end(ledger, id)).toBeUndefined();
  });
});

describe("revoke", () => {
  it("ends a grant of the dataset, once, by its owner", () => {
    const ledger = opened();
    const { id } = ledger.must(toAll(), owner);
    expect(ledger.refused(revoke(id), parks)).toMatchObject({ code: "AUTH_ISSUER" });
    expect(ledger.refused(revoke(id, PARKS), parks)).toEqual({
      ...{ code: "GRANT_UNKNOWN", subject: PARKS, grant: hex(id) },
    });
    expect(ledger.refused(revoke(id, `${CITY}/NO`), city)).toMatchObject({ code: "STATE_UNKNOWN" });
    const before = held(ledger, id);
    const { hash } = ledger.must(revoke(id), owner);
    const revoked = { op: hash, at: ledger.now, reason: "x" };
    expect(held(ledger, id)).toEqual({ ...before, revoked });
    expect(end(ledger, id)).toBe("revoked");
    ledger.wait(1);
    expect(ledger.refused(revoke(id), owner)).toEqual({ code: "GRANT_REVOKED", grant: hex(id) });
  });
});

describe("a grant ends without an operation", () => {
  const status = (ledger: TestLedger, of: string, what: "suspend" | "resume" | "retire") => {
    const { control: prev } = ledger.record(of);
    ledger.must({ op: "status", code: code(of), prev, do: what, reason: "x" }, city);
  };

  it("after its last second, with either side, and with the log", () => {
    const ledger = opened();
    const now = Math.floor(ledger.now / 1000);
    const request = ledger.must(ask(), parks).id;
    const { id } = ledger.must(answer(request, { until: now + 10 }), owner);
    expect([end(ledger, id, 10), end(ledger, id, 11)]).toEqual([undefined, "expired"]);
    status(ledger, `${CITY}.02`, "suspend");
    expect(end(ledger, id)).toBe("dataset");
    status(ledger, `${CITY}.02`, "resume");
    status(ledger, PARKS, "suspend");
    expect(end(ledger, id)).toBe("grantee");
    status(ledger, PARKS, "resume");
    expect(end(ledger, id)).toBeUndefined();
    ledger.must(describing(ledger, AIR, new ChildLog("moved.test/log")), owner);
    expect(end(ledger, id)).toBe("log");
    const gone = { ...held(ledger, id), datasetRecord: `${CITY}/NO#1` };
    expect(grantEnd(ledger as ValueReader, gone, now)).toBe("dataset");
  });

  it("of what lives in another ledger with the delegation", () => {
    const ledger = opened();
    const far = code(`${PARKS}/TEAM/1`);
    const away = (of: string) =>
      ledger.must(delegateTo(ledger, of), { iss: of, key: of === PARKS ? "parks" : "owner" });
    away(PARKS);
    const dataset = code(`${CITY}.02/NEW/AIR`);
    away(`${CITY}.02`);
    const op = ask({ code: far, dataset, log: "new.test/log" });
    const request = ledger.must(op, parks).id;
    expect(ledger.value(requestKey(request))).toMatchObject({
      ...{ codeRecord: `${PARKS}#1`, datasetRecord: `${CITY}.02#1` },
    });
    const given = { ...answer(request), code: dataset, log: "new.test/log" };
    const { id } = ledger.must(given, owner);
    expect(end(ledger, id)).toBeUndefined();
    // A record that is not there, or is another one by now, speaks for nobody.
    for (const toRecord of [`${CITY}.99#1`, `${PARKS}#2`]) {
      expect(grantees(ledger as ValueReader, { to: far, toRecord })).toEqual([]);
    }
    const key = (word: string, holder: string, scope?: { under: Code }) => ({
      ...{ holder, kid: hex(testKey(word).kid), uses: ["record"] as const },
      ...(scope && { scope }),
    });
    const is = (held: ReturnType<typeof key>, of: string, use: "record" | "data" = "record") =>
      isKeyOfSide(ledger as ValueReader, held, code(of), use);
    expect(is(key("parks", `${PARKS}#1`), far)).toBe(true);
    expect(is(key("parks", `${PARKS}#1`), far, "data")).toBe(false);
    expect(is(key("parks", `${PARKS}#1`, { under: code(AIR) }), far)).toBe(false);
    expect(is(key("parks", `${PARKS}#2`), far)).toBe(false);
    expect(is(key("city", `${CITY}#1`), "MA.156.9999")).toBe(false);
    status(ledger, PARKS, "suspend");
    expect(end(ledger, id)).toBe("grantee");
    status(ledger, PARKS, "resume");
    const { control: prev } = ledger.record(PARKS);
    ledger.must({ op: "delegate", code: code(PARKS), prev, do: "end", reason: "x" }, parks);
    expect(end(ledger, id)).toBe("grantee");
  });
});

describe("a succession that carries grants", () => {
  const [GREEN, TREES] = [`${CITY}.04`, `${CITY}.05`] as const;
  const trees: Signing = { iss: TREES, key: "trees" };

  /** Two more departments, and a grant to the parks. */
  function granted(): { readonly ledger: TestLedger; readonly id: Uint8Array } {
    const ledger = opened();
    const keys = (word: string) => ({ keys: [keySpec(word, ["data", "govern", "record"])] });
    register(ledger, [child(GREEN, "department", keys("green"))]);
    register(ledger, [child(TREES, "department", keys("trees"))]);
    const request = ledger.must(ask(), parks).id;
    return { ledger, id: ledger.must(answer(request), owner).id };
  }

  function succeed(
    ledger: TestLedger,
    from: readonly string[],
    to: readonly string[],
    grants: "carry" | "end" = "carry",
    by: Signing = city,
  ): void {
    const chained = (codes: readonly string[]) =>
      codes.map((each) => ({ code: code(each), prev: ledger.record(each).op }));
    const type = from.length > 1 ? "merge" : to.length > 1 ? "split" : "rename";
    const terms = { date: "2026-01-01", source: "x", delegation: "end" } as const;
    ledger.must(
      { op: "succeed", type, from: chained(from), to: chained(to), grants, ...terms },
      by,
    );
  }

  const state = (ledger: TestLedger) => ledger as ValueReader;
  const who = (ledger: TestLedger, id: Uint8Array) => grantees(state(ledger), held(ledger, id));
  const found = (ledger: TestLedger, dataset: string, to: string) =>
    grantsOf(state(ledger), ledger.record(dataset), to === "*" ? "*" : code(to));

  it("leaves those of a grantee to each that follows it, and to whoever follows that", () => {
    const { ledger, id } = granted();
    succeed(ledger, [PARKS], [GREEN, TREES]);
    expect(ledger.record(PARKS).heirs).toEqual([`${GREEN}#1`, `${TREES}#1`]);
    expect(end(ledger, id)).toBeUndefined();
    expect(who(ledger, id)).toEqual([GREEN, TREES]);
    for (const of of [GREEN, TREES]) expect(found(ledger, AIR, of)).toEqual([id]);
    succeed(ledger, [GREEN], [TREES]);
    expect(who(ledger, id)).toEqual([TREES]);
    // What is found twice is told once.
    expect(found(ledger, AIR, TREES)).toEqual([id]);
    const own = ledger.must(ask({ code: code(TREES) }), trees).id;
    const newer = ledger.must(answer(own), owner).id;
    expect(found(ledger, AIR, TREES)).toEqual([id, newer]);
    ledger.must(revoke(id), owner);
    expect(end(ledger, id)).toBe("revoked");
  });

  it("leaves nothing where it says so, and nothing of what goes on itself", () => {
    const { ledger, id } = granted();
    succeed(ledger, [PARKS], [PARKS, GREEN]);
    expect(ledger.record(PARKS).heirs).toBeUndefined();
    expect(who(ledger, id)).toEqual([PARKS]);
    expect(found(ledger, AIR, GREEN)).toEqual([]);
    succeed(ledger, [PARKS], [GREEN], "end");
    expect(end(ledger, id)).toBe("grantee");
    expect([who(ledger, id), found(ledger, AIR, GREEN)]).toEqual([[], []]);
  });

  it("counts while an heir is in force, whoever has the code since", () => {
    const { ledger, id } = granted();
    succeed(ledger, [PARKS], [GREEN]);
    const after = ledger.record(PARKS).control;
    register(ledger, [child(PARKS, "department", { after, keys: [keySpec("new", ["record"])] })]);
    expect(who(ledger, id)).toEqual([GREEN]);
    expect([found(ledger, AIR, GREEN), found(ledger, AIR, "*")]).toEqual([[id], []]);
    const { control: prev } = ledger.record(GREEN);
    const suspend = { op: "status", code: code(GREEN), prev, do: "suspend", reason: "x" } as const;
    ledger.must(suspend, city);
    expect(end(ledger, id)).toBe("grantee");
  });

  it("leaves those of a dataset to the one that follows it, whose owner revokes", () => {
    const { ledger, id } = granted();
    const next = `${CITY}.02/DATA/AIR2`;
    register(ledger, [child(next, "dataset")], owner);
    ledger.must(describing(ledger, next, new ChildLog("next.test/log")), owner);
    const open = ledger.must(toAll(), owner).id;
    expect(ledger.refused(revoke(open, next), owner)).toMatchObject({ code: "GRANT_UNKNOWN" });
    succeed(ledger, [AIR], [next], "carry", owner);
    expect([end(ledger, id), end(ledger, open)]).toEqual([undefined, undefined]);
    expect(grantedDatasets(state(ledger), held(ledger, open))).toEqual([next]);
    expect([who(ledger, open), who(ledger, id)]).toEqual([[], [PARKS]]);
    expect([found(ledger, next, PARKS), found(ledger, next, "*")]).toEqual([[id], [open]]);
    expect(ledger.refused(revoke(open), owner)).toMatchObject({ code: "STATE_RETIRED" });
    ledger.must(revoke(open, next), owner);
    expect(end(ledger, open)).toBe("revoked");
    const { control: prev } = ledger.record(next);
    ledger.must({ op: "status", code: code(next), prev, do: "retire", reason: "x" }, owner);
    expect(end(ledger, id)).toBe("dataset");
  });

  it("is of the records, whoever has the code of the dataset since", () => {
    const { ledger, id } = granted();
    const next = `${CITY}.02/DATA/AIR2`;
    register(ledger, [child(next, "dataset")], owner);
    ledger.must(describing(ledger, next, new ChildLog("next.test/log")), owner);
    for (let i = 0; i < 16; i++) {
      ledger.wait(1);
      ledger.must(toAll(), owner);
    }
    succeed(ledger, [AIR], [next], "carry", owner);
    const after = ledger.record(AIR).control;
    register(ledger, [child(AIR, "dataset", { after })], owner);
    ledger.must(describing(ledger, AIR, new ChildLog("new.test/log")), owner);
    // Its owner ends none of those that went on, and they take no room from its own.
    expect(ledger.refused(revoke(id), owner)).toEqual({
      ...{ code: "GRANT_UNKNOWN", subject: AIR, grant: hex(id) },
    });
    ledger.wait(1);
    const own = ledger.must(toAll({ log: "new.test/log" } as object), owner).id;
    expect(ledger.value(openGrantsKey(code(AIR), "*")).ids).toHaveLength(17);
    ledger.must(revoke(own), owner);
    ledger.must(revoke(id, next), owner);
  });

  it("goes no further where records follow each other without an end", () => {
    const { ledger, id } = granted();
    succeed(ledger, [PARKS], [GREEN]);
    const real = state(ledger);
    // No ledger has such records: what has ended follows nobody.
    const endless: ValueReader = {
      get: (key) => {
        const value = real.get(key);
        const at = /^code\/(.*\.)(04|[5-9]\d\d)$/.exec(key);
        if (at === null) return value;
        const number = at[2] === "04" ? 500 : Number(at[2]);
        const record = { ...ledger.record(GREEN), code: `${at[1]}${at[2]}`, status: "retired" };
        return { ...record, heirs: [`${at[1]}${number + 1}#1`] } as unknown as typeof value;
      },
    };
    expect(grantees(endless, held(ledger, id))).toEqual([]);
  });

  it("is of nothing that was taken back", () => {
    const { ledger, id } = granted();
    succeed(ledger, [PARKS], [GREEN]);
    const { registration } = ledger.record(PARKS);
    const real = state(ledger);
    const taken: ValueReader = {
      get: (key) =>
        key === registrationKey(registration as Uint8Array)
          ? ({ void: true } as unknown as ReturnType<typeof real.get>)
          : real.get(key),
    } as ValueReader;
    expect(grantees(taken, held(ledger, id))).toEqual([]);
  });
});
