import { describe, expect, it } from "vitest";
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
  TestLedger,
} from "../kit.ts";
import { EMPTY_ROOT, rootOfChildren } from "../model.ts";

const DEPT = "MA.156.1301.02";
const dept = { iss: DEPT, key: "dept" };

describe("register", () => {
  it("creates parents and children in one operation and lists the children in order", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department"), child(`${DEPT}/LAMP`, "class")]);
    register(ledger, [child("MA.156.1301.01", "department")]);
    expect(ledger.record("MA.156.1301").children).toEqual({
      count: 2,
      root: rootOfChildren([DEPT, "MA.156.1301.01"]),
    });
    expect(ledger.record("MA.156.1301.01").children.root).toEqual(EMPTY_ROOT);
  });

  it("creates all or nothing", () => {
    const ledger = cityLedger();
    const items = [child(DEPT, "department"), child("MA.156.1301.09/LAMP", "class")];
    expect(ledger.refused({ op: "register", items }, city)).toEqual({
      code: "STATE_UNKNOWN",
      subject: "MA.156.1301.09",
    });
    expect(ledger.get(`code/${DEPT}`)).toBeUndefined();
  });

  it("refuses a code that is there, with its generation", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department")]);
    const items = [child(DEPT, "department", { names: named("另一局") })];
    expect(ledger.refused({ op: "register", items }, city)).toEqual({
      code: "STATE_EXISTS",
      subject: DEPT,
      generation: 1,
    });
  });

  it("refuses a kind that a code of that shape cannot be", () => {
    const ledger = cityLedger();
    const kinds = [
      child(DEPT, "thing"),
      child("MA.156.1301/LAMP", "department"),
      child("MA.156.1301/LAMP/1", "class"),
      child("MA.156.1302", "department"),
    ];
    for (const item of kinds) {
      const signing = item.code === "MA.156.1302" ? undefined : city;
      const refusal = signing
        ? ledger.refused({ op: "register", items: [item] }, signing)
        : ledger.undecided({ op: "register", items: [item] }, [member("A"), member("B")]);
      expect(refusal).toMatchObject({ code: "STATE_KIND", subject: item.code, kind: item.kind });
    }
  });

  it("refuses to make the root or a country, which genesis made", () => {
    const ledger = new TestLedger();
    for (const text of ["MA", "MA.156"]) {
      const items = [child(text, "department")];
      expect(ledger.undecided({ op: "register", items }, [member("A"), member("B")])).toMatchObject(
        { code: "STATE_KIND", subject: text, want: "" },
      );
    }
  });

  it("refuses a class that nobody registered", () => {
    const ledger = cityLedger();
    const items = [child("MA.156.1301/LAMP", "class", { class: "LAMP" })];
    expect(ledger.refused({ op: "register", items }, city)).toEqual({
      code: "STATE_CLASS_UNKNOWN",
      class: "LAMP",
    });
    ledger.decide(
      { op: "classes", items: [{ class: "LAMP", names: { zh: "路灯" }, public: "all" }] },
      [member("A"), member("B")],
    );
    ledger.must({ op: "register", items }, city);
    expect(ledger.record("MA.156.1301/LAMP").class).toBe("LAMP");
  });

  it("refuses children of different issuers in one operation", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department", { keys: [keySpec("dept", ["issue"])] })]);
    const items = [child("MA.156.1301.01", "department"), child(`${DEPT}/LAMP`, "class")];
    expect(ledger.refused({ op: "register", items }, city)).toEqual({
      code: "STATE_MIXED_ISSUERS",
      subject: `${DEPT}/LAMP`,
      want: `${DEPT}#1`,
      got: "MA.156.1301#1",
    });
  });

  it("opens keys for a child, which then decides in the city's place", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department", { keys: [keySpec("dept", ["issue", "record"])] })]);
    expect(ledger.record(DEPT).holds).toEqual(["issue", "record"]);
    const items = [child(`${DEPT}/LAMP`, "class")];
    expect(ledger.refused({ op: "register", items }, city)).toMatchObject({
      code: "AUTH_ISSUER",
      want: DEPT,
    });
    ledger.must({ op: "register", items }, dept);
  });

  it("refuses keys that reach further than the one that gives them", () => {
    const ledger = cityLedger();
    const until = ledger.now / 1000 + 3600;
    const keys = [
      keySpec("issuer", ["issue"]),
      keySpec("hour", ["issue", "record"], { scope: { until } }),
      keySpec("lamps", ["issue", "record"], { scope: { classes: ["LAMP"] } }),
    ];
    register(ledger, [child(DEPT, "department", { keys }), child("MA.156.1301.01", "department")]);
    const give = (from: string, spec: Parameters<typeof keySpec>[1], scope?: object) =>
      ledger.refused(
        {
          op: "register",
          items: [child(`${DEPT}/LAMP`, "class", { keys: [keySpec("new", spec, scope)] })],
        },
        { iss: DEPT, key: from },
      );
    expect(give("issuer", ["record"])).toMatchObject({ code: "AUTH_KEY_WIDER", facet: "uses" });
    expect(give("hour", ["record"])).toMatchObject({ code: "AUTH_KEY_WIDER", facet: "until" });
    expect(give("hour", ["record"], { scope: { until: until + 1 } })).toMatchObject({
      facet: "until",
    });
    expect(give("lamps", ["record"])).toMatchObject({ code: "AUTH_KEY_WIDER", facet: "classes" });
    expect(give("lamps", ["record"], { scope: { classes: ["POLE"] } })).toMatchObject({
      facet: "classes",
    });
    register(
      ledger,
      [
        child(`${DEPT}/LAMP`, "class", {
          keys: [keySpec("new", ["record"], { scope: { classes: ["LAMP"] } })],
        }),
      ],
      { iss: DEPT, key: "lamps" },
    );
  });

  it("lets a key be given whose scope ends with its giver's", () => {
    const ledger = cityLedger();
    const until = ledger.now / 1000 + 3600;
    const keys = [keySpec("hour", ["issue", "record"], { scope: { until } })];
    register(ledger, [child(DEPT, "department", { keys })]);
    const given = [keySpec("new", ["record"], { scope: { until } })];
    register(ledger, [child(`${DEPT}/LAMP`, "class", { keys: given })], { iss: DEPT, key: "hour" });
    expect(ledger.record(`${DEPT}/LAMP`).holds).toEqual(["record"]);
  });

  it("gives the use `govern` only with as many govern keys as the threshold asks", () => {
    const ledger = cityLedger(2);
    const items = [child(DEPT, "department", { keys: [keySpec("chief", ["govern"])] })];
    expect(ledger.refused({ op: "register", items }, city)).toEqual({
      code: "AUTH_NEEDS_DECISION",
      electorate: "MA.156.1301#1",
      threshold: 2,
    });
    ledger.decide({ op: "register", items }, [city, { ...city, key: "city two" }]);
    expect(ledger.record(DEPT).holds).toEqual(["govern"]);
  });

  it("refuses that a key which governs, and may not issue, registers", () => {
    const ledger = cityLedger();
    const keys = [keySpec("chief", ["govern"]), keySpec("clerk", ["issue"])];
    register(ledger, [child(DEPT, "department", { keys })]);
    const items = [child(`${DEPT}/LAMP`, "class", { keys: [keySpec("x", ["govern"])] })];
    expect(ledger.refused({ op: "register", items }, { iss: DEPT, key: "chief" })).toMatchObject({
      code: "AUTH_KEY_USE",
      want: "issue",
    });
    expect(ledger.refused({ op: "register", items }, { iss: DEPT, key: "clerk" })).toMatchObject({
      code: "AUTH_KEY_USE",
      want: "govern",
    });
  });

  it("refuses a threshold that the new keys cannot reach, and a key twice", () => {
    const ledger = cityLedger();
    const one = [keySpec("chief", ["govern"])];
    const ask = (more: object) =>
      ledger.refused({ op: "register", items: [child(DEPT, "department", more)] }, city);
    expect(ask({ keys: one, threshold: 2 })).toMatchObject({
      code: "STATE_THRESHOLD",
      threshold: 2,
      govern: 1,
    });
    expect(ask({ threshold: 2 })).toMatchObject({ code: "STATE_THRESHOLD", govern: 0 });
    expect(ask({ keys: [...one, ...one] })).toMatchObject({
      code: "STATE_KEY_EXISTS",
      holder: `${DEPT}#1`,
    });
  });

  it("refuses govern keys that are useless from the start", () => {
    const ledger = cityLedger();
    const gone = keySpec("gone", ["govern"], { scope: { until: 1 } });
    const below = keySpec("below", ["govern"], { scope: { under: code(`${DEPT}/LAMP`) } });
    for (const key of [gone, below]) {
      const items = [child(DEPT, "department", { keys: [key] })];
      expect(ledger.refused({ op: "register", items }, city)).toMatchObject({
        code: "STATE_THRESHOLD",
        govern: 0,
      });
    }
  });

  it("refuses the same bytes again", () => {
    const ledger = cityLedger();
    const bytes = sign({ op: "register", items: [child(DEPT, "department")] }, city, ledger.now);
    expect(ledger.block([bytes])[0]).toMatchObject({ ok: true });
    expect(ledger.refusedItem(bytes)).toMatchObject({ code: "STATE_REPLAYED" });
  });

  it("refuses below what is suspended, retired or void", () => {
    const ledger = cityLedger();
    const id = register(ledger, [child(DEPT, "department"), child("MA.156.1301.01", "department")]);
    const status = (what: "suspend" | "retire", of: string) =>
      ledger.must(
        {
          op: "status",
          code: code(of),
          prev: ledger.record(of).control,
          do: what,
          reason: "test",
        },
        city,
      );
    const under = (of: string) =>
      ledger.refused({ op: "register", items: [child(`${of}/LAMP`, "class")] }, city);
    status("suspend", DEPT);
    expect(under(DEPT)).toEqual({
      code: "STATE_SUSPENDED",
      subject: DEPT,
      because: `${DEPT}#1`,
    });
    status("retire", DEPT);
    expect(under(DEPT)).toMatchObject({ code: "STATE_RETIRED", because: `${DEPT}#1` });
    const other = register(ledger, [child("MA.156.1301.04", "department")]);
    ledger.must({ op: "void", registration: other, reason: "test" }, city);
    expect(under("MA.156.1301.04")).toMatchObject({ code: "STATE_VOID" });
    expect(id).not.toEqual(other);
  });

  it("starts a new generation after retirement only if it names the last control", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department", { aliases: [{ scheme: "old", value: "7" }] })]);
    register(ledger, [child(`${DEPT}/LAMP`, "class")]);
    const { hash } = ledger.must(
      {
        op: "status",
        code: code(DEPT),
        prev: ledger.record(DEPT).control,
        do: "retire",
        reason: "merged",
      },
      city,
    );
    const again = (more: object) => ({
      op: "register" as const,
      items: [child(DEPT, "department", more)],
    });
    expect(ledger.refused(again({}), city)).toMatchObject({ code: "STATE_AFTER", got: "none" });
    expect(ledger.refused(again({ after: new Uint8Array(32) }), city)).toMatchObject({
      code: "STATE_AFTER",
      got: "0".repeat(64),
    });
    ledger.must(again({ after: hash, aliases: [{ scheme: "old", value: "7" }] }), city);
    expect(ledger.record(DEPT)).toMatchObject({ generation: 2, children: { count: 1 } });
    expect(ledger.get(`code/${DEPT}#1`)).toMatchObject({ status: "retired", control: hash });
    expect(ledger.get("alias/MA.156.1301/old/7")).toEqual({ code: `${DEPT}#2` });
    // What stood below the old generation has ended with it, and is issued anew in the same way.
    expect(ledger.effective(`${DEPT}/LAMP`)).toBe("retired");
    const lamp = child(`${DEPT}/LAMP`, "class", { names: named("路灯") });
    expect(ledger.refused({ op: "register", items: [lamp] }, city)).toMatchObject({
      code: "STATE_AFTER",
    });
    const after = ledger.record(`${DEPT}/LAMP`).control;
    ledger.must({ op: "register", items: [{ ...lamp, after }] }, city);
    expect(ledger.effective(`${DEPT}/LAMP`)).toBe("active");
    expect(ledger.record(DEPT).children.count).toBe(1);
  });

  it("keeps what describes the child", () => {
    const ledger = cityLedger();
    const more = {
      geometry: { value: { point: [1, 2] as const }, validFrom: "2020-01-01" },
      stage: { value: "in-use", validFrom: "2020-01-01" },
      links: [{ rel: "about", href: "https://example.com" }],
      attributes: { height: { value: 8, validFrom: "2020-01-01" } },
    };
    register(ledger, [child(DEPT, "department", more)]);
    expect(ledger.record(DEPT)).toMatchObject(more);
  });

  it("takes an alias that an ended generation had, when the new one did not ask for it", () => {
    const ledger = cityLedger();
    const aliases = [{ scheme: "old", value: "7" }];
    const id = register(ledger, [child(DEPT, "department", { aliases })]);
    ledger.must({ op: "void", registration: id, reason: "x" }, city);
    register(ledger, [child(DEPT, "department", { names: named("新") })]);
    register(ledger, [child("MA.156.1301.03", "department", { aliases })]);
    expect(ledger.get("alias/MA.156.1301/old/7")).toEqual({ code: "MA.156.1301.03#1" });
  });

  it("refuses `after` where nothing was before", () => {
    const ledger = cityLedger();
    const items = [child(DEPT, "department", { after: new Uint8Array(32) })];
    expect(ledger.refused({ op: "register", items }, city)).toMatchObject({
      code: "STATE_AFTER",
      want: "none",
    });
  });

  it("keeps the children of an ended generation as they were when it ended, within one block too", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department")]);
    const { control: prev } = ledger.record(DEPT);
    const retire = sign(
      { op: "status", code: code(DEPT), prev, do: "retire", reason: "x" },
      city,
      ledger.now,
    );
    const lamp = sign(
      { op: "register", items: [child(`${DEPT}/LAMP`, "class")] },
      city,
      ledger.now,
    );
    const outcomes = ledger.block([lamp, retire]);
    const after = outcomes[1]?.ok ? outcomes[1].hash : undefined;
    const items = [child(DEPT, "department", after === undefined ? {} : { after })];
    ledger.must({ op: "register", items }, city);
    expect(ledger.get(`code/${DEPT}#1`)).toMatchObject({ children: { count: 1 } });
  });

  it("is for the members where nobody has an issue key", () => {
    const ledger = new TestLedger();
    const items = [child("MA.156/LAMP", "class")];
    expect(ledger.refused({ op: "register", items }, member("A"))).toEqual({
      code: "AUTH_NEEDS_DECISION",
      electorate: "members",
      threshold: 2,
    });
    ledger.decide({ op: "register", items }, [member("A"), member("C")]);
    expect(ledger.record("MA.156/LAMP").parent).toBe("MA.156#1");
  });
});
