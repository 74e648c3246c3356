import { describe, expect, it } from "vitest";
import {
  type AnchorItem,
  anchorKey,
  type Dataset,
  type DatasetValue,
  datasetKey,
  formatVerifierKey,
} from "../../../../src/core/index.ts";
import { signer } from "../../note/keys.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  ORIGIN,
  register,
  type Signing,
  type TestLedger,
} from "../kit.ts";
import { ChildLog, delegateTo, describing } from "./child-log.ts";

const CITY = "MA.156.1301";
const AIR = `${CITY}/DATA/AIR`;
const log = new ChildLog("air.test/log");
const gateway: Signing = { iss: AIR, key: "gateway" };

/** A city with a dataset that has a data key of its own. */
function registered(): TestLedger {
  const ledger = cityLedger();
  register(ledger, [child(`${CITY}/DATA`, "class")]);
  register(ledger, [child(AIR, "dataset", { keys: [keySpec("gateway", ["data"])] })]);
  return ledger;
}

function described(): TestLedger {
  const ledger = registered();
  ledger.must(describing(ledger, AIR, log), city);
  return ledger;
}

const held = (ledger: TestLedger): DatasetValue => ledger.value(datasetKey(`${AIR}#1`));
const now = (ledger: TestLedger): number => Math.floor(ledger.now / 1000);
const anchor = (...items: AnchorItem[]) => ({ op: "anchor", items }) as const;

describe("dataset", () => {
  it("says all anew each time, in the chain of what describes the record", () => {
    const ledger = registered();
    const before = ledger.record(AIR);
    const { log: terms, ...said } = describing(ledger, AIR, log, { rhythm: "PT1H" });
    const { hash } = ledger.must({ ...said, log: terms }, city);
    const { title, licence, contact } = said;
    expect(held(ledger)).toEqual({
      ...{ title, licence, contact, rhythm: "PT1H", op: hash },
      log: { ...terms, op: hash },
    });
    expect(ledger.record(AIR)).toEqual({ ...before, op: hash });
    const again = ledger.must(describing(ledger, AIR, log, { licence: "CC0-1.0" }), city);
    expect(held(ledger)).toMatchObject({ licence: "CC0-1.0", log: { op: hash } });
    expect(held(ledger)).not.toHaveProperty("rhythm");
    expect(ledger.record(AIR).op).toEqual(again.hash);
  });

  it("counts as a change of what its registration made", () => {
    const ledger = cityLedger();
    register(ledger, [child(`${CITY}/DATA`, "class")]);
    const registration = register(ledger, [child(AIR, "dataset")]);
    ledger.must(describing(ledger, AIR, log), city);
    expect(ledger.refused({ op: "void", registration, reason: "x" }, city)).toMatchObject({
      code: "STATE_REGISTRATION_CHANGED",
    });
  });

  it("is refused for what is no dataset, is unknown, was changed meanwhile, or by others", () => {
    const ledger = described();
    const refused = (op: Dataset, by: Signing = city) => ledger.refused(op, by);
    expect(refused(describing(ledger, CITY, log))).toEqual({
      code: "STATE_NOT_DATASET",
      subject: CITY,
      kind: "division",
    });
    const op = describing(ledger, AIR, log);
    expect(refused({ ...op, code: code(`${CITY}/DATA/NO`) })).toMatchObject({
      code: "STATE_UNKNOWN",
    });
    expect(refused({ ...op, prev: new Uint8Array(32) })).toMatchObject({ code: "STATE_PREV" });
    expect(refused(op, gateway)).toMatchObject({ code: "AUTH_ISSUER", want: CITY });
  });

  it("wants keys that bear the name of the log, which is not the ledger's own", () => {
    const ledger = registered();
    const op = describing(ledger, AIR, log);
    const refused = (terms: Partial<Dataset["log"]>) =>
      ledger.refused({ ...op, log: { ...op.log, ...terms } }, city);
    expect(refused({ origin: "other.test/log" })).toEqual({
      code: "STATE_DATASET_LOG",
      subject: AIR,
      origin: "other.test/log",
      names: ["air.test/log"],
    });
    const own = formatVerifierKey(signer(ORIGIN, "ed25519", 22).key);
    expect(refused({ origin: ORIGIN, vkeys: [own] })).toMatchObject({ code: "STATE_DATASET_LOG" });
    expect(refused({ vkeys: [...op.log.vkeys, own] })).toMatchObject({
      code: "STATE_DATASET_LOG",
    });
    expect(refused({ vkeys: ["air.test/log+1+AA"] })).toMatchObject({ code: "POLICY_KEY" });
  });
});

describe("anchor of a dataset", () => {
  it("begins with who governs and goes on every ten minutes with data keys", () => {
    const ledger = described();
    const before = ledger.record(AIR);
    const first = anchor(log.first(AIR, 1, now(ledger)));
    expect(ledger.refused(first, gateway)).toMatchObject({ code: "AUTH_ISSUER", want: CITY });
    const { hash } = ledger.must(first, city);
    expect(held(ledger).log.genesis).toEqual(log.genesis);
    expect(ledger.record(AIR)).toEqual(before);
    expect(ledger.value(anchorKey(code(AIR)))).toMatchObject({
      op: hash,
      delegation: held(ledger).log.op,
    });
    const next = () => anchor(log.next(AIR, 1, 7, now(ledger)));
    const from = ledger.now + 600_000;
    ledger.wait(599);
    expect(ledger.refused(next(), gateway)).toMatchObject({ code: "STATE_ANCHOR_EARLY", from });
    ledger.wait(1);
    const other = new ChildLog("other.test/log");
    expect(ledger.refused(anchor(other.next(AIR, 1, 7, now(ledger))), gateway)).toMatchObject({
      code: "STATE_ANCHOR_ORIGIN",
    });
    ledger.must(next(), gateway);
    // What is said of the dataset changes nothing of its log.
    ledger.must(describing(ledger, AIR, log, { rhythm: "PT5M" }), city);
    ledger.wait(600);
    ledger.must(anchor(log.next(AIR, 7, 9, now(ledger))), gateway);
    expect(held(ledger).log.genesis).toEqual(log.genesis);
  });

  it("begins anew with another log", () => {
    const ledger = described();
    ledger.must(anchor(log.first(AIR, 4, now(ledger))), city);
    const other = new ChildLog("moved.test/log");
    ledger.must(describing(ledger, AIR, other), city);
    expect(held(ledger).log).not.toHaveProperty("genesis");
    ledger.wait(600);
    expect(ledger.refused(anchor(other.next(AIR, 4, 5, now(ledger))), gateway)).toMatchObject({
      code: "STATE_ANCHOR_FIRST",
    });
    ledger.must(anchor(other.first(AIR, 2, now(ledger))), city);
  });

  it("needs a log to be known", () => {
    const ledger = registered();
    const item = log.first(AIR, 1, now(ledger));
    expect(ledger.refused(anchor(item), city)).toEqual({
      code: "STATE_NOT_DELEGATED",
      subject: AIR,
    });
    ledger.must(delegateTo(ledger, AIR), city);
    ledger.must(describing(ledger, AIR, log), city);
    expect(ledger.refused(anchor(item), city)).toMatchObject({ code: "STATE_ANCHOR_ORIGIN" });
  });
});
