import { describe, expect, it } from "vitest";
import {
  formatVerifierKey,
  type Param,
  type ParamName,
  verifierKey,
} from "../../../../src/core/index.ts";
import { cityLedger, member, ORIGIN, TestLedger } from "../kit.ts";

const both = [member("A"), member("B")];
const prevOf = (ledger: TestLedger, name: ParamName) =>
  (ledger.get(`param/${name}`) as { op: Uint8Array }).op;

describe("param", () => {
  it("is changed by a decision of the members", () => {
    const ledger = cityLedger();
    const op: Param = {
      op: "param",
      name: "voidWindow",
      prev: prevOf(ledger, "voidWindow"),
      value: 60,
    };
    expect(ledger.refused(op, member("A"))).toMatchObject({ code: "AUTH_NEEDS_DECISION" });
    ledger.decide(op, both);
    expect(ledger.get("param/voidWindow")).toMatchObject({ value: 60 });
    expect(ledger.undecided({ ...op, value: 61 }, both)).toMatchObject({
      code: "STATE_PREV",
      subject: "param/voidWindow",
    });
  });

  it("sets thresholds that the members can reach", () => {
    const ledger = new TestLedger();
    const prev = prevOf(ledger, "thresholds");
    const op = (issue: number, govern: number): Param => ({
      op: "param",
      name: "thresholds",
      prev,
      value: { issue, govern },
    });
    expect(ledger.undecided(op(1, 4), both)).toEqual({
      code: "STATE_MEMBERS_THRESHOLD",
      use: "govern",
      threshold: 4,
      members: 3,
    });
    ledger.decide(op(1, 3), both);
    // Even where one vote is enough, members decide by a decision, so that it can be found as one.
    const classes = {
      op: "classes" as const,
      items: [{ class: "LAMP", names: { zh: "灯" }, public: "all" as const }],
    };
    expect(ledger.refused(classes, member("A"))).toMatchObject({
      code: "AUTH_NEEDS_DECISION",
      threshold: 1,
    });
    ledger.must({ op: "propose", inner: classes }, member("A"));
    expect(ledger.get("class/LAMP")).toBeDefined();
  });

  it("takes a trust policy that verifiers can read, and the next one", () => {
    const ledger = new TestLedger();
    const op = (now: string, next: string): Param => ({
      op: "param",
      name: "policy",
      prev: prevOf(ledger, "policy"),
      value: { now, next },
    });
    expect(ledger.undecided(op("quorum none\n", "quorum nobody\n"), both)).toMatchObject({
      code: "POLICY_NAME_UNKNOWN",
      line: 1,
    });
    // A policy that names logs names this one: no checkpoint of it could ever satisfy another.
    const log = (name: string) =>
      `log ${formatVerifierKey(verifierKey(name, "ed25519", new Uint8Array(32).fill(name.length)))}\n`;
    const others = `${log("other.test/log")}quorum none\n`;
    for (const [now, next] of [
      [others, "quorum none\n"],
      ["quorum none\n", others],
    ] as const) {
      expect(ledger.undecided(op(now, next), both)).toEqual({
        code: "STATE_POLICY_LOG",
        origin: ORIGIN,
        logs: ["other.test/log"],
      });
    }
    ledger.decide(op(`${log(ORIGIN)}${others}`, "quorum none\n"), both);
    expect(ledger.get("param/policy")).toMatchObject({ value: { next: "quorum none\n" } });
    const alone: Param = {
      op: "param",
      name: "policy",
      prev: prevOf(ledger, "policy"),
      value: { now: `${log(ORIGIN)}quorum none\n` },
    };
    ledger.decide(alone, both);
    expect(ledger.get("param/policy")).toMatchObject({ value: alone.value });
  });
});
