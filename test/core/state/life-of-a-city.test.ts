import { describe, expect, test } from "vitest";
import { codeKey, decisionKey, registrationKey } from "../../../src/core/index.ts";
import { city, cityLedger, code, idOf, keySpec, member, named, sign } from "./kit.ts";

describe("the life of a city", () => {
  test("an application that two of three institutes approve issues the code", () => {
    const ledger = cityLedger();
    const record = ledger.record("MA.156.1301");
    expect(record).toMatchObject({
      code: "MA.156.1301",
      generation: 1,
      kind: "division",
      status: "active",
      parent: "MA.156#1",
      holds: ["data", "govern", "issue", "record", "seal"],
    });
    expect(ledger.record("MA.156").children.count).toBe(1);
  });

  test("the city registers a department, updates it, and a replay of the update loses", () => {
    const ledger = cityLedger();
    ledger.must(
      {
        op: "register",
        items: [{ code: code("MA.156.1301.02"), kind: "department", names: named("交通局") }],
      },
      city,
    );
    const { op: prev } = ledger.record("MA.156.1301.02");
    const update = sign(
      {
        op: "update",
        code: code("MA.156.1301.02"),
        prev,
        names: named("交通运输局", "2021-05-01"),
      },
      city,
      ledger.now,
    );
    expect(ledger.block([update])[0]).toMatchObject({ ok: true });
    expect(ledger.record("MA.156.1301.02").names.zh).toMatchObject({ value: "交通运输局" });
    expect(ledger.block([update])[0]).toMatchObject({
      ok: false,
      error: { code: "STATE_PREV", subject: "MA.156.1301.02" },
    });
  });

  test("a voided registration frees its codes, and the same bytes cannot register them again", () => {
    const ledger = cityLedger();
    const register = sign(
      {
        op: "register",
        items: [
          { code: code("MA.156.1301.02"), kind: "department", names: named("交通局") },
          { code: code("MA.156.1301.02/LAMP"), kind: "class", names: named("路灯") },
        ],
      },
      city,
      ledger.now,
    );
    expect(ledger.block([register])[0]).toMatchObject({ ok: true });
    const registration = idOf(register);
    ledger.must({ op: "void", registration, reason: "wrong department" }, city);
    expect(ledger.value(registrationKey(registration))).toMatchObject({ void: true, changed: 0 });
    expect(ledger.block([register])[0]).toMatchObject({
      ok: false,
      error: { code: "STATE_REPLAYED" },
    });
    ledger.must(
      {
        op: "register",
        items: [{ code: code("MA.156.1301.02"), kind: "department", names: named("交通局") }],
      },
      city,
    );
    expect(ledger.record("MA.156.1301.02").generation).toBe(2);
    expect(ledger.get("code/MA.156.1301.02#1")).toMatchObject({ generation: 1 });
    expect(ledger.record("MA.156.1301").children.count).toBe(1);
  });

  test("two govern keys must agree where the threshold says so", () => {
    const ledger = cityLedger(2);
    const { control: prev } = ledger.record("MA.156.1301");
    const keys = {
      op: "keys" as const,
      code: "MA.156.1301",
      prev,
      add: [keySpec("duty officer", ["record"])],
    };
    expect(ledger.do(keys, city)).toMatchObject({
      ok: false,
      error: { code: "AUTH_NEEDS_DECISION", threshold: 2 },
    });
    const { id } = ledger.must({ op: "propose", inner: keys }, city);
    expect(ledger.value(decisionKey(id)).state).toBe("open");
    const second = { iss: "MA.156.1301", key: "city two" };
    expect(ledger.do({ op: "endorse", decision: id, vote: "approve" }, city)).toMatchObject({
      error: { code: "STATE_VOTED" },
    });
    ledger.must({ op: "endorse", decision: id, vote: "approve" }, second);
    expect(ledger.value(decisionKey(id)).state).toBe("executed");
    expect(ledger.record("MA.156.1301").control).not.toEqual(prev);
  });

  test("a stranger's key, and a member alone, change nothing", () => {
    const ledger = cityLedger();
    const { control: prev } = ledger.record("MA.156.1301");
    const suspend = {
      op: "status" as const,
      code: code("MA.156.1301"),
      prev,
      do: "suspend" as const,
      reason: "emergency",
    };
    expect(ledger.do(suspend, { iss: "MA.156.1301", key: "stranger" })).toMatchObject({
      error: { code: "AUTH_KEY_UNKNOWN" },
    });
    expect(ledger.do(suspend, member("A"))).toMatchObject({
      error: { code: "AUTH_NEEDS_DECISION", electorate: "members" },
    });
    expect(ledger.value(codeKey(code("MA.156.1301"))).control).toEqual(prev);
  });
});
