import { describe, expect, it } from "vitest";
import type { Member, MemberValue } from "../../../../src/core/index.ts";
import { GENESIS, keySpec, member, type Signing, TestLedger } from "../kit.ts";

const D: Signing = { iss: "member/D", key: "member D" };
const both = [member("A"), member("B")];

const join = (more: Partial<Extract<Member, { names?: unknown }>> = {}): Member => ({
  op: "member",
  id: "D",
  names: { zh: "机构D" },
  keys: [keySpec("member D", ["govern", "issue"])],
  ...more,
});
const value = (ledger: TestLedger, id: string) => ledger.get(`member/${id}`) as MemberValue;
const leave = (ledger: TestLedger, id: string): Member => ({
  op: "member",
  id,
  prev: value(ledger, id).op,
  leave: true,
});

describe("member", () => {
  it("joins by a decision, and votes from then on", () => {
    const ledger = new TestLedger();
    ledger.decide(join({ node: "https://d.example", recipient: "age1qqqq" }), both);
    expect(value(ledger, "D")).toMatchObject({ active: true, node: "https://d.example" });
    ledger.decide({ op: "member", id: "D", prev: value(ledger, "D").op, names: { en: "D" } }, [
      D,
      member("A"),
    ]);
    expect(value(ledger, "D")).toMatchObject({
      names: { en: "D" },
      node: "https://d.example",
      recipient: "age1qqqq",
    });
  });

  it("brings names and keys, or is refused", () => {
    const ledger = new TestLedger();
    const { names: _, ...nameless } = join() as Extract<Member, { names?: unknown }>;
    expect(ledger.undecided(nameless, both)).toEqual({
      code: "STATE_MEMBER_INCOMPLETE",
      member: "D",
      missing: "names",
    });
    const { keys: __, ...keyless } = join() as Extract<Member, { names?: unknown }>;
    expect(ledger.undecided(keyless, both)).toMatchObject({ missing: "keys" });
    expect(ledger.undecided(join({ keys: [keySpec("x", ["data"])], threshold: 2 }), both)).toEqual({
      code: "STATE_THRESHOLD",
      holder: "member/D",
      threshold: 2,
      govern: 0,
    });
    const twice = [keySpec("x", ["issue"]), keySpec("x", ["issue"])];
    expect(ledger.undecided(join({ keys: twice }), both)).toMatchObject({
      code: "STATE_KEY_EXISTS",
      holder: "member/D",
    });
  });

  it("leaves with all its keys, and comes back with new ones", () => {
    const ledger = new TestLedger();
    ledger.decide(join(), both);
    ledger.decide(leave(ledger, "D"), both);
    expect(value(ledger, "D")).toMatchObject({ active: false, holds: [] });
    const names = { zh: "x" };
    const op: Member = { op: "member", id: "D", prev: value(ledger, "D").op, names };
    expect(ledger.refused({ op: "propose", inner: op }, D)).toEqual({
      code: "AUTH_MEMBER",
      got: "member/D",
    });
    const own = {
      op: "keys" as const,
      code: "member/D",
      prev: value(ledger, "D").op,
      threshold: 1,
    };
    expect(ledger.refused(own, D)).toMatchObject({ code: "AUTH_KEY_CLOSED", why: "retired" });
    expect(ledger.undecided(leave(ledger, "D"), both)).toEqual({
      code: "STATE_MEMBER_LEFT",
      member: "D",
    });
    expect(ledger.undecided(op, both)).toMatchObject({
      code: "STATE_MEMBER_INCOMPLETE",
      missing: "keys",
    });
    const { names: _, ...nameless } = op as Extract<Member, { names?: unknown }>;
    ledger.decide({ ...nameless, keys: [keySpec("D again", ["govern", "issue"])] }, both);
    expect(value(ledger, "D").active).toBe(true);
  });

  it("cannot leave where the others could no longer decide", () => {
    const ledger = new TestLedger();
    ledger.decide(leave(ledger, "C"), both);
    expect(ledger.undecided(leave(ledger, "B"), both)).toEqual({
      code: "STATE_MEMBERS_THRESHOLD",
      use: "issue",
      threshold: 2,
      members: 1,
    });
  });

  it("follows the last change of its own value", () => {
    const ledger = new TestLedger();
    const prev = new Uint8Array(32);
    for (const op of [join({ prev }), { op: "member", id: "A", prev, leave: true } as const]) {
      expect(ledger.undecided(op, both)).toMatchObject({
        code: "STATE_PREV",
        got: "0".repeat(64),
      });
    }
  });

  it("are at most 64", () => {
    const members = Array.from({ length: 64 }, (_, i) => ({
      id: `M${i}`,
      names: { zh: `机构${i}` },
      keys: [keySpec(`member M${i}`, ["govern", "issue"])],
    }));
    const ledger = new TestLedger({ ...GENESIS, members });
    expect(ledger.undecided(join(), [member("M0"), member("M1")])).toEqual({
      code: "STATE_MEMBERS_LIMIT",
      max: 64,
    });
  });
});
