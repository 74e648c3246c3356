import { describe, expect, it } from "vitest";
import type { Classes } from "../../../../src/core/index.ts";
import { member, TestLedger } from "../kit.ts";

const LAMP: Classes["items"][number] = {
  class: "LAMP",
  names: { zh: "路灯" },
  stages: ["in-use"],
  public: "all",
};

describe("classes", () => {
  it("are registered and changed by a decision of the members", () => {
    const ledger = new TestLedger();
    const op: Classes = { op: "classes", items: [LAMP] };
    expect(ledger.refused(op, member("A"))).toMatchObject({ code: "AUTH_NEEDS_DECISION" });
    ledger.decide(op, [member("A"), member("B")]);
    const value = ledger.get("class/LAMP") as { op: Uint8Array };
    expect(value).toMatchObject({ names: { zh: "路灯" }, stages: ["in-use"], public: "all" });
    const { stages: _, ...bare } = LAMP;
    const next: Classes = { op: "classes", items: [{ ...bare, prev: value.op, public: "cell" }] };
    ledger.decide(next, [member("B"), member("C")]);
    expect(ledger.get("class/LAMP")).toMatchObject({ stages: [], public: "cell" });
  });

  it("refuses what does not follow the last change", () => {
    const ledger = new TestLedger();
    const items = [{ ...LAMP, prev: new Uint8Array(32) }];
    expect(ledger.undecided({ op: "classes", items }, [member("A"), member("B")])).toEqual({
      code: "STATE_PREV",
      subject: "class/LAMP",
      want: "none",
      got: "0".repeat(64),
    });
  });
});
