import { describe, expect, it } from "vitest";
import { type AnchorItem, anchorKey, type Hash, hex } from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  register,
  type Signing,
  type TestLedger,
} from "../kit.ts";
import { CHILD_ORIGIN, ChildLog, delegateTo } from "./child-log.ts";

const CITY = "MA.156.1301";
const DEPT = `${CITY}.02`;
const OTHER = `${CITY}.03`;
const dept: Signing = { iss: DEPT, key: "dept" };
const clock: Signing = { iss: DEPT, key: "clock" };

/** A department delegated to a log, with one key to govern and one for data. */
function delegated(): TestLedger {
  const ledger = cityLedger();
  const keys = [keySpec("dept", ["govern"]), keySpec("clock", ["data"])];
  register(ledger, [child(DEPT, "department", { keys }), child(OTHER, "department")]);
  ledger.must(delegateTo(ledger, DEPT), dept);
  return ledger;
}

const now = (ledger: TestLedger): number => Math.floor(ledger.now / 1000);
const anchor = (...items: AnchorItem[]) => ({ op: "anchor", items }) as const;
const log = new ChildLog();

/** The same with the first checkpoint, of size 5. */
function anchored(): TestLedger {
  const ledger = delegated();
  ledger.must(anchor(log.first(DEPT, 5, now(ledger))), dept);
  ledger.wait(60);
  return ledger;
}

describe("anchor", () => {
  it("begins with the hash of entry 0, which joins the delegation; neither chain moves", () => {
    const ledger = delegated();
    const before = ledger.record(DEPT);
    const { hash } = ledger.must(anchor(log.first(DEPT, 5, now(ledger))), dept);
    const after = ledger.record(DEPT);
    expect(after).toEqual({
      ...before,
      delegation: { ...before.delegation, genesis: log.genesis },
    });
    expect(ledger.value(anchorKey(code(DEPT)))).toEqual({
      op: hash,
      delegation: before.delegation?.op,
      checkpoint: log.checkpoint(5, now(ledger)),
      at: ledger.now,
    });
  });

  it("lets a data key follow, once a minute, and renew the same size", () => {
    const ledger = delegated();
    ledger.must(anchor(log.first(DEPT, 5, now(ledger))), dept);
    const from = ledger.now + 60_000;
    ledger.wait(59);
    const next = () => anchor(log.next(DEPT, 5, 9, now(ledger)));
    expect(ledger.refused(next(), clock)).toEqual({
      code: "STATE_ANCHOR_EARLY",
      subject: DEPT,
      from,
    });
    ledger.wait(1);
    ledger.must(next(), clock);
    expect(ledger.value(anchorKey(code(DEPT))).checkpoint.split("\n")[1]).toBe("9");
    ledger.wait(60);
    ledger.must(anchor(log.next(DEPT, 9, 9, now(ledger))), clock);
  });

  it("leaves the first checkpoint and a reset to those who govern", () => {
    const ledger = delegated();
    const first = anchor(log.first(DEPT, 5, now(ledger)));
    expect(ledger.refused(first, clock)).toMatchObject({ code: "AUTH_KEY_USE", want: "govern" });
    ledger.must(first, dept);
    ledger.wait(60);
    const next = anchor(log.next(DEPT, 5, 9, now(ledger)));
    expect(ledger.refused(next, dept)).toMatchObject({ code: "AUTH_KEY_USE", want: "data" });
    const reset = anchor(log.first(DEPT, 3, now(ledger), "lost its disk"));
    expect(ledger.refused(reset, clock)).toMatchObject({ code: "AUTH_KEY_USE", want: "govern" });
    ledger.must(reset, dept);
    expect(ledger.value(anchorKey(code(DEPT))).reset).toBe("lost its disk");
    ledger.wait(60);
    ledger.must(anchor(log.next(DEPT, 3, 4, now(ledger))), clock);
    expect(ledger.value(anchorKey(code(DEPT))).reset).toBe("lost its disk");
  });

  it("refuses a fork", () => {
    const ledger = anchored();
    const fork = new ChildLog(CHILD_ORIGIN, "forked");
    const refused = (item: AnchorItem) => ledger.refused(anchor(item), clock);
    const at = now(ledger);
    expect(refused(fork.next(DEPT, 5, 9, at))).toMatchObject({ code: "PROOF_FIRST_ROOT" });
    expect(refused(fork.next(DEPT, 5, 5, at))).toMatchObject({ code: "PROOF_SECOND_ROOT" });
    const forged = { ...log.next(DEPT, 5, 9, at), checkpoint: fork.checkpoint(9, at) };
    expect(refused(forged as AnchorItem)).toMatchObject({ code: "PROOF_SECOND_ROOT" });
  });

  it("refuses to shrink, and paths that do not fit", () => {
    const ledger = anchored();
    const at = now(ledger);
    const refused = (item: AnchorItem) => ledger.refused(anchor(item), clock);
    const shorter = { ...log.next(DEPT, 3, 4, at) };
    expect(refused(shorter)).toEqual({ code: "PROOF_SIZES", first: 5, second: 4 });
    const short = { code: code(DEPT), checkpoint: log.checkpoint(9, at), consistency: [] };
    expect(refused(short)).toMatchObject({ code: "PROOF_LENGTH", got: 0 });
    const other = delegated();
    const wrong = { ...log.first(DEPT, 5, at), genesis: new Uint8Array(32) as Hash };
    expect(other.refused(anchor(wrong), dept)).toMatchObject({ code: "PROOF_ROOT" });
  });

  it("refuses what does not satisfy the policy", () => {
    const ledger = anchored();
    const at = now(ledger);
    const item = log.next(DEPT, 5, 9, at);
    const refused = (checkpoint: string) => ledger.refused(anchor({ ...item, checkpoint }), clock);
    expect(refused(log.unwitnessed(9))).toMatchObject({ code: "POLICY_QUORUM", quorum: "W" });
    expect(refused(log.checkpoint(9, at + 301))).toMatchObject({ code: "POLICY_FUTURE" });
    expect(refused("x")).toMatchObject({ code: "NOTE_SEPARATOR" });
    expect(refused(log.checkpoint(9, at).replace(/^(.*)\n9\n/, "$1\n09\n"))).toMatchObject({
      code: "CHECKPOINT_SIZE",
    });
    expect(refused(log.checkpoint(9, at).replace(/^(.*)\n9\n/, "$1\n8\n"))).toMatchObject({
      code: "NOTE_SIGNATURE",
    });
    const other = new ChildLog("other.test/log");
    expect(refused(other.checkpoint(9, at))).toEqual({
      code: "STATE_ANCHOR_ORIGIN",
      subject: DEPT,
      want: CHILD_ORIGIN,
      got: "other.test/log",
    });
  });

  it("follows only what it can follow", () => {
    const ledger = delegated();
    const at = now(ledger);
    const early = { code: "STATE_ANCHOR_FIRST", subject: DEPT };
    expect(ledger.refused(anchor(log.next(DEPT, 5, 9, at)), clock)).toEqual(early);
    expect(ledger.refused(anchor(log.first(DEPT, 5, at, "why")), dept)).toEqual(early);
    ledger.must(anchor(log.first(DEPT, 5, at)), dept);
    expect(ledger.refused(anchor(log.first(DEPT, 6, at)), dept)).toEqual({
      code: "STATE_ANCHORED",
      subject: DEPT,
    });
    expect(ledger.refused(anchor(log.next(OTHER, 5, 9, at)), city)).toEqual({
      code: "STATE_NOT_DELEGATED",
      subject: OTHER,
    });
  });

  it("begins anew with each delegation", () => {
    const ledger = anchored();
    const { control: prev } = ledger.record(DEPT);
    ledger.must({ op: "delegate", code: code(DEPT), prev, do: "end", reason: "x" }, dept);
    const at = now(ledger);
    expect(ledger.refused(anchor(log.next(DEPT, 5, 9, at)), clock)).toMatchObject({
      code: "STATE_NOT_DELEGATED",
    });
    ledger.must(delegateTo(ledger, DEPT), dept);
    expect(ledger.refused(anchor(log.next(DEPT, 5, 9, at)), clock)).toMatchObject({
      code: "STATE_ANCHOR_FIRST",
    });
    ledger.must(anchor(log.first(DEPT, 3, at)), dept);
    expect(hex(ledger.record(DEPT).delegation?.genesis ?? new Uint8Array())).toBe(hex(log.genesis));
  });

  it("is stopped by a suspension, and goes on when that is lifted", () => {
    const ledger = anchored();
    const change = (what: "suspend" | "resume") => {
      const { control: prev } = ledger.record(DEPT);
      ledger.must({ op: "status", code: code(DEPT), prev, do: what, reason: "x" }, city);
    };
    change("suspend");
    const next = anchor(log.next(DEPT, 5, 9, now(ledger)));
    expect(ledger.refused(next, clock)).toMatchObject({ code: "STATE_SUSPENDED" });
    change("resume");
    ledger.must(next, clock);
  });

  it("takes many at once, all or none, of one issuer", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department"), child(OTHER, "department")]);
    const second = new ChildLog("second.test/log");
    ledger.must(delegateTo(ledger, DEPT), city);
    ledger.must(delegateTo(ledger, OTHER, second), city);
    const at = now(ledger);
    ledger.must(anchor(log.first(DEPT, 5, at), second.first(OTHER, 7, at)), city);
    ledger.wait(60);
    const [a, b] = [log.next(DEPT, 5, 9, at), second.next(OTHER, 7, 8, at)];
    const broken = { ...b, consistency: [] } as AnchorItem;
    expect(ledger.refused(anchor(a, broken), city)).toMatchObject({ code: "PROOF_LENGTH" });
    ledger.must(anchor(a, b), city);
    const { control: prev } = ledger.record(OTHER);
    const add = [keySpec("own", ["data", "govern"])];
    ledger.must({ op: "keys", code: OTHER, prev, add }, city);
    ledger.wait(60);
    const mixed = anchor(log.next(DEPT, 9, 10, at), second.next(OTHER, 8, 9, at));
    expect(ledger.refused(mixed, city)).toEqual({
      code: "STATE_MIXED_ISSUERS",
      subject: OTHER,
      want: `${OTHER}#1`,
      got: `${CITY}#1`,
    });
  });
});
