import { describe, expect, it } from "vitest";
import type { KeySpec, Recover, StatusItem, Void } from "../../../../src/core/index.ts";
import {
  ALL,
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  register,
  type Signing,
  type TestLedger,
  testKey,
} from "../kit.ts";
import { bulk } from "./bulk.ts";

const CITY = "MA.156.1301";
const DEPT = `${CITY}.02`;
const DELAY = 7 * 24 * 3600;
const chief: Signing = { iss: DEPT, key: "chief" };
const FRESH = [keySpec("fresh", ["govern", "record"])];

function deptLedger(): TestLedger {
  const ledger = cityLedger();
  const keys = [keySpec("chief", ["govern"]), keySpec("clerk", ["issue"])];
  register(ledger, [child(DEPT, "department", { keys })]);
  return ledger;
}

function start(ledger: TestLedger, keys: readonly KeySpec[] = FRESH, of = DEPT): Recover {
  return { op: "recover", code: code(of), prev: ledger.record(of).control, do: "start", keys };
}

function end(ledger: TestLedger, what: "finish" | "cancel", of = DEPT): Recover {
  return { op: "recover", code: code(of), prev: ledger.record(of).control, do: what };
}

function suspend(ledger: TestLedger, of: string) {
  const prev = ledger.record(of).control;
  return { op: "status", code: code(of), prev, do: "suspend", reason: "theft" } as const;
}

describe("recover", () => {
  it("closes all keys but the new ones once the delay is over", () => {
    const ledger = deptLedger();
    ledger.must(start(ledger), city);
    ledger.wait(DELAY - 1);
    expect(ledger.refused(end(ledger, "finish"), city)).toEqual({
      code: "STATE_RECOVERY_EARLY",
      subject: DEPT,
      from: ledger.now + 1000,
    });
    ledger.wait(1);
    ledger.must(end(ledger, "finish"), city);
    expect(ledger.record(DEPT)).toMatchObject({ holds: ["govern", "record"], threshold: 1 });
    expect(ledger.record(DEPT)).not.toHaveProperty("recovery");
    expect(ledger.refused(suspend(ledger, DEPT), chief)).toMatchObject({
      code: "AUTH_KEY_CLOSED",
    });
    ledger.must(suspend(ledger, DEPT), { iss: DEPT, key: "fresh" });
  });

  it("leaves nothing open to a thief whose key is marked as compromised afterwards", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department", { keys: [keySpec("chief", ALL)] })]);
    const [lamps, lamp] = [`${DEPT}/LAMP`, `${DEPT}/LAMP/1`];
    const id = register(ledger, [child(lamps, "class"), child(lamp, "thing")], chief);
    ledger.must({ op: "update", code: code(lamp), prev: ledger.record(lamp).op, links: [] }, chief);
    const retire = {
      code: code(lamp),
      prev: ledger.record(lamp).control,
      do: "retire",
      reason: "x",
    };
    const parts = bulk("status", lamps, [[retire as StatusItem]]);
    const [chunk] = parts.chunks(ledger.must(parts.manifest, chief).id) as [Uint8Array];
    ledger.must(start(ledger, [keySpec("fresh", ALL)]), city);
    ledger.wait(DELAY);
    ledger.must(end(ledger, "finish"), city);
    const fresh: Signing = { iss: DEPT, key: "fresh" };
    const back: Void = { op: "void", registration: id, reason: "theft" };
    expect(ledger.refused(back, fresh)).toMatchObject({ code: "STATE_REGISTRATION_CHANGED" });
    const close = [{ kid: testKey("chief").kid, why: "compromised" as const, since: 1 }];
    ledger.must({ op: "keys", code: DEPT, prev: ledger.record(DEPT).control, close }, fresh);
    expect(ledger.refusedItem(chunk)).toMatchObject({ code: "BULK_KEY_COMPROMISED" });
    ledger.must(back, fresh);
    expect(ledger.effective(lamp)).toBe("void");
  });

  it("gives no key that lasts longer, or reaches more classes, than the one that begins it", () => {
    const ledger = deptLedger();
    const until = Math.floor(ledger.now / 1000) + 10 * 24 * 3600;
    const { control: prev } = ledger.record(CITY);
    const add = [keySpec("temporary", ["govern"], { scope: { until } })];
    ledger.must({ op: "keys", code: code(CITY), prev, add }, city);
    const temporary: Signing = { iss: CITY, key: "temporary" };
    expect(ledger.refused(start(ledger), temporary)).toEqual({
      code: "AUTH_KEY_WIDER",
      subject: DEPT,
      label: "fresh",
      facet: "until",
    });
    // What it has not itself it may give: the uses are the record's, not those of whoever recovers it.
    ledger.must(start(ledger, [keySpec("fresh", ALL, { scope: { until } })]), temporary);
    ledger.wait(DELAY);
    ledger.must(end(ledger, "finish"), temporary);
    expect(ledger.record(DEPT).holds).toEqual([...ALL].sort());
  });

  it("is cancelled by the present keys", () => {
    const ledger = deptLedger();
    ledger.must(start(ledger), city);
    expect(ledger.refused(start(ledger), city)).toMatchObject({
      code: "STATE_RECOVERING",
      started: ledger.now,
    });
    ledger.must(end(ledger, "cancel"), chief);
    expect(ledger.record(DEPT)).not.toHaveProperty("recovery");
    for (const what of ["finish", "cancel"] as const) {
      expect(ledger.refused(end(ledger, what), what === "finish" ? city : chief)).toEqual({
        code: "STATE_NOT_RECOVERING",
        subject: DEPT,
      });
    }
  });

  it("is not cancelled by the present keys while an ancestor has the record suspended", () => {
    const ledger = deptLedger();
    ledger.must(start(ledger), city);
    ledger.must(suspend(ledger, DEPT), city);
    expect(ledger.refused(end(ledger, "cancel"), chief)).toEqual({
      code: "STATE_RECOVERY_HELD",
      subject: DEPT,
      because: `${DEPT}#1`,
    });
    ledger.wait(DELAY);
    ledger.must(end(ledger, "finish"), city);
  });

  it("is cancelled in spite of a suspension of one's own", () => {
    const ledger = deptLedger();
    ledger.must(start(ledger), city);
    ledger.must(suspend(ledger, DEPT), chief);
    ledger.must(end(ledger, "cancel"), chief);
    expect(ledger.record(DEPT)).not.toHaveProperty("recovery");
  });

  it("is taken back by whoever started it", () => {
    const ledger = deptLedger();
    ledger.must(start(ledger), city);
    ledger.must(end(ledger, "cancel"), city);
    expect(ledger.record(DEPT)).not.toHaveProperty("recovery");
  });

  it("of a city is for the members, m of n", () => {
    const ledger = cityLedger();
    expect(ledger.refused(start(ledger, FRESH, CITY), city)).toMatchObject({
      code: "AUTH_ISSUER",
      want: "member/…",
    });
    ledger.decide(start(ledger, [keySpec("new city", ALL)], CITY), [member("A"), member("B")]);
    ledger.wait(DELAY);
    ledger.decide(end(ledger, "finish", CITY), [member("B"), member("C")]);
    ledger.must(suspend(ledger, CITY), { iss: CITY, key: "new city" });
  });

  it("refuses new keys that could never take over", () => {
    const ledger = deptLedger();
    expect(ledger.refused(start(ledger, [keySpec("chief", ["govern"])]), city)).toMatchObject({
      code: "STATE_KEY_EXISTS",
      holder: `${DEPT}#1`,
    });
    expect(ledger.refused(start(ledger, [keySpec("x", ["data"])]), city)).toMatchObject({
      code: "STATE_THRESHOLD",
      govern: 0,
    });
    expect(ledger.refused({ ...start(ledger), threshold: 2 } as Recover, city)).toMatchObject({
      code: "STATE_THRESHOLD",
      threshold: 2,
    });
  });

  it("cannot be kept from finishing by opening and closing its keys before", () => {
    const ledger = deptLedger();
    ledger.must(start(ledger), city);
    const { control: prev } = ledger.record(DEPT);
    const add = [keySpec("fresh", ["data"])];
    expect(ledger.refused({ op: "keys", code: DEPT, prev, add }, chief)).toMatchObject({
      code: "STATE_KEY_EXISTS",
      holder: `${DEPT}#1`,
    });
  });

  it("refuses to finish with keys that have run out since, and can then be taken back", () => {
    const ledger = deptLedger();
    const until = ledger.now / 1000 + DELAY;
    ledger.must(start(ledger, [keySpec("brief", ["govern"], { scope: { until } })]), city);
    ledger.wait(DELAY + 1);
    expect(ledger.refused(end(ledger, "finish"), city)).toMatchObject({
      code: "STATE_THRESHOLD",
      govern: 0,
    });
    ledger.must(end(ledger, "cancel"), city);
  });

  it("is refused to a parent that is suspended itself", () => {
    const ledger = deptLedger();
    ledger.decide(suspend(ledger, CITY), [member("A"), member("B")]);
    expect(ledger.refused(start(ledger), city)).toMatchObject({
      code: "STATE_SUSPENDED",
      subject: CITY,
    });
  });

  it("follows the chain of control, and needs a record that has not ended", () => {
    const ledger = deptLedger();
    const prev = new Uint8Array(32);
    expect(ledger.refused({ ...start(ledger), prev }, city)).toMatchObject({
      code: "STATE_PREV",
      subject: DEPT,
    });
    for (const what of ["start", "cancel"] as const) {
      const op = what === "start" ? start(ledger) : end(ledger, "cancel");
      expect(ledger.refused({ ...op, code: code(`${CITY}.77`) }, city)).toMatchObject({
        code: "STATE_UNKNOWN",
        subject: `${CITY}.77`,
      });
    }
    ledger.must({ ...suspend(ledger, DEPT), do: "retire" }, chief);
    expect(ledger.refused(start(ledger), city)).toMatchObject({ code: "STATE_RETIRED" });
    ledger.must(
      {
        op: "register",
        items: [child(`${CITY}.03`, "department", { keys: [keySpec("other chief", ["govern"])] })],
      },
      city,
    );
    ledger.must(start(ledger, FRESH, `${CITY}.03`), city);
    ledger.must(
      { ...suspend(ledger, `${CITY}.03`), do: "retire" },
      {
        iss: `${CITY}.03`,
        key: "other chief",
      },
    );
    expect(
      ledger.refused(end(ledger, "cancel", `${CITY}.03`), {
        iss: `${CITY}.03`,
        key: "other chief",
      }),
    ).toMatchObject({ code: "STATE_RETIRED" });
  });
});
