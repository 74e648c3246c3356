import { describe, expect, it } from "vitest";
import {
  anchorKey,
  base64,
  type CborValue,
  type Checkpoint,
  type CodeRecord,
  codeKey,
  consistencyPath,
  effectiveKeys,
  encodeCbor,
  formatVerifierKey,
  fromBase64,
  type Hash,
  hashLeaf,
  present,
  rootOf,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import { type TrustOptions, verifyProofChain } from "../../src/verify/index.ts";
import { child, city, cityLedger, code, register, START_MILLISECONDS } from "../core/state/kit.ts";
import { LOG_ONLY, NOW, noteOf, OTHER_LOG, type ProofOptions, proveText } from "./kit.ts";

const CITY = code("MA.156.1301");
const DEPT = `${CITY}.02`;
const GENESIS = hashLeaf(utf8("entry 0"));
const TRUST: TrustOptions = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 3600 };
const ANCHORED_SIZE = 3;

/** The child's log as `prove` makes it, up to where its block entry comes. */
const leaves = Array.from({ length: 5 }, (_, i) => hashLeaf(utf8(`entry ${i}`)));
const anchoredCheckpoint: Checkpoint = {
  origin: OTHER_LOG.key.name,
  size: ANCHORED_SIZE,
  root: rootOf(treeOf(leaves), ANCHORED_SIZE),
};

const delegation = {
  op: new Uint8Array(32).fill(9),
  origin: OTHER_LOG.key.name,
  policy: `log ${formatVerifierKey(OTHER_LOG.key)}\nquorum none\n`,
  url: "https://city.test",
  genesis: GENESIS,
};

const anchor = {
  op: new Uint8Array(32),
  delegation: delegation.op,
  checkpoint: noteOf(anchoredCheckpoint, { by: [OTHER_LOG] }),
  at: START_MILLISECONDS,
};

type Values = Map<string, Uint8Array>;

function cityValues(): { readonly values: Values; readonly record: CodeRecord } {
  const ledger = cityLedger();
  register(ledger, [child(DEPT, "department")], city);
  return { values: ledger.values, record: ledger.record(CITY) };
}

/** What the root ledger proves, with parts of the delegation changed. */
function above(
  changes: {
    readonly record?: object;
    readonly delegation?: object;
    readonly anchor?: object;
  } = {},
  options: Partial<ProofOptions> = {},
): object {
  const { values, record } = cityValues();
  const changed = {
    ...record,
    delegation: { ...delegation, ...changes.delegation },
    ...changes.record,
  };
  values.set(codeKey(CITY), encodeCbor(changed as unknown as CborValue));
  values.set(anchorKey(CITY), encodeCbor({ ...anchor, ...changes.anchor } as unknown as CborValue));
  const keys = [codeKey(CITY), "code/MA.156", "code/MA", anchorKey(CITY)];
  return JSON.parse(proveText(values, { keys, ...options }));
}

/** What the child ledger proves: the same subtree, and nothing above it. */
function below(of: string = DEPT, options: Partial<ProofOptions> = {}): object {
  const { values } = cityValues();
  for (const key of values.keys())
    if (!key.includes(CITY) && !key.startsWith("reg")) values.delete(key);
  const state = {
    get: (key: string) => (values.has(key) ? cityLedgerValue(values, key) : undefined),
  };
  const keys = effectiveKeys(state as never, code(of));
  return JSON.parse(proveText(values, { keys, by: [OTHER_LOG], ...options }));
}

function cityLedgerValue(values: Values, key: string): unknown {
  const ledger = cityLedger();
  ledger.values.clear();
  for (const [each, value] of values) ledger.values.set(each, value);
  return ledger.get(key);
}

/** The path from the anchored checkpoint to that of the child's proof. */
function pathTo(next: object): string[] {
  const block = present(fromBase64((next as { block: string }).block), "a block entry");
  const tree = treeOf([...leaves, hashLeaf(new Uint8Array(block))] as Hash[]);
  return consistencyPath(tree, ANCHORED_SIZE, 6).map(base64);
}

function chain(first: object = above(), next: object = below(), path = pathTo(next)): unknown[] {
  return [{ ...first, consistency: path }, next];
}

const refusal = async (input: unknown, options: TrustOptions = TRUST) => {
  const verdict = await verifyProofChain(input, options);
  return verdict.ok ? "taken" : verdict.error;
};

describe("a chain of delegation", () => {
  it("leads from a trusted ledger to the record in another one", async () => {
    const verdict = await verifyProofChain(JSON.stringify(chain()), TRUST);
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
    const { links, last } = verdict.value;
    expect(links.map(({ verdict: _, ...link }) => link)).toEqual([
      {
        code: CITY,
        origin: delegation.origin,
        policy: delegation.policy,
        genesis: GENESIS,
        anchored: anchoredCheckpoint,
      },
    ]);
    expect(last.record?.code).toBe(DEPT);
    expect(last.effective).toEqual({ status: "active", because: `${DEPT}#1` });
    expect(last.checkpoint.origin).toBe(delegation.origin);
  });

  it("proves what its code's own copy says, and that a code was never issued", async () => {
    expect(await refusal(chain(above(), below(CITY)))).toBe("taken");
    const verdict = await verifyProofChain(chain(above(), below(`${CITY}.77`)), TRUST);
    expect(verdict).toMatchObject({ ok: true, value: { last: { key: `code/${CITY}.77` } } });
    expect(verdict.ok && verdict.value.last.value).toBeUndefined();
  });

  it("proves an alias where the division lives, and an anchor of what is delegated onwards", async () => {
    const next = (key: string, more: readonly string[]) =>
      JSON.parse(proveText(cityValues().values, { keys: [key, ...more], by: [OTHER_LOG] }));
    const ancestors = [codeKey(CITY), "code/MA.156", "code/MA"];
    expect(await refusal(chain(above(), next(`alias/${CITY}/old/7`, ancestors)))).toBe("taken");
    expect(await refusal(chain(above(), next(anchorKey(code(DEPT)), ancestors)))).toBe("taken");
    expect(await refusal(chain(above(), next(anchorKey(code(DEPT)), [])))).toEqual({
      code: "PROOF_ANCESTOR_MISSING",
      key: codeKey(CITY),
    });
    const foreign = chain(above(), next("alias/MA.156/old/7", ancestors.slice(1)));
    expect(await refusal(foreign)).toMatchObject({ code: "PROOF_CHAIN_SUBJECT" });
  });

  it("may consist of one ledger", async () => {
    expect(await refusal([above()])).toBe("taken");
  });

  it("is of at least one ledger and ends with one that answers", async () => {
    const none = { code: "PROOF_CHAIN_LENGTH", got: 0, max: 12 };
    expect(await refusal([])).toEqual(none);
    expect(await refusal([{ ...above(), consistency: [] }])).toEqual({ ...none, got: 1 });
    expect(await refusal({})).toMatchObject({ code: "PROOF_FIELD", want: "array" });
    expect(await refusal("x")).toEqual({ code: "PROOF_JSON" });
    expect(await refusal("x".repeat(5_000_000))).toMatchObject({ code: "PROOF_SIZE" });
    expect(await refusal([7])).toMatchObject({ code: "PROOF_FIELD", field: "[0]" });
    expect(await refusal([null])).toMatchObject({ code: "PROOF_FIELD", want: "object" });
    const path = [{ ...above(), consistency: "x" }];
    expect(await refusal(path)).toMatchObject({ field: "[0].consistency", want: "array" });
  });

  it("trusts the first ledger by the caller's policy, and the next by the delegation's alone", async () => {
    expect(await refusal(chain(above({}, { by: [OTHER_LOG] })))).toMatchObject({
      code: "NOTE_UNSIGNED",
    });
    const next = below();
    expect(await refusal([next])).toMatchObject({ code: "NOTE_UNSIGNED" });
    const foreign = proveText(cityValues().values, {
      keys: [codeKey(CITY), "code/MA.156", "code/MA"],
    });
    expect(await refusal([{ ...above(), consistency: [] }, JSON.parse(foreign)])).toMatchObject({
      code: "NOTE_UNSIGNED",
    });
  });

  it("refuses another log that the policy knows", async () => {
    const both = `${delegation.policy}log ${formatVerifierKey(LOG_ONLY.logs[0]?.key as never)}\n`;
    const policy = both.replace("quorum none\n", "").concat("quorum none\n");
    const next = below(DEPT, { by: undefined as never });
    expect(await refusal(chain(above({ delegation: { policy } }), next))).toEqual({
      code: "PROOF_CHAIN_ORIGIN",
      at: 1,
      want: delegation.origin,
      got: LOG_ONLY.logs[0]?.key.name,
    });
  });

  it("refuses a log that forked off after it was anchored", async () => {
    const fork = { ...anchoredCheckpoint, root: rootOf(treeOf(leaves.slice(1)), ANCHORED_SIZE) };
    const checkpoint = noteOf(fork, { by: [OTHER_LOG] });
    const next = below();
    expect(await refusal(chain(above({ anchor: { checkpoint } }), next))).toMatchObject({
      code: "PROOF_FIRST_ROOT",
    });
    expect(await refusal(chain(above(), next, []))).toMatchObject({ code: "PROOF_LENGTH", got: 0 });
    const later = { ...anchoredCheckpoint, size: 7 };
    const ahead = noteOf(later, { by: [OTHER_LOG] });
    expect(await refusal(chain(above({ anchor: { checkpoint: ahead } }), next))).toEqual({
      code: "PROOF_SIZES",
      first: 7,
      second: 6,
    });
  });

  it("lets a ledger speak for its subtree alone", async () => {
    const { values } = cityValues();
    const other = encodeCbor({ ...cityValues().record, code: "MA.156.1302" } as never);
    values.set("code/MA.156.1302", other);
    const keys = ["code/MA.156.1302", "code/MA.156", "code/MA"];
    const next = JSON.parse(proveText(values, { keys, by: [OTHER_LOG] }));
    expect(await refusal(chain(above(), next))).toEqual({
      code: "PROOF_CHAIN_SUBJECT",
      at: 1,
      key: "code/MA.156.1302",
      under: CITY,
    });
    const param = JSON.parse(proveText(values, { keys: ["param/policy"], by: [OTHER_LOG] }));
    expect(await refusal(chain(above(), param))).toMatchObject({ code: "PROOF_CHAIN_SUBJECT" });
  });

  it("takes only a delegation that is in force", async () => {
    const suspended = { status: "suspended", suspendedBy: ["members"] };
    expect(await refusal(chain(above({ record: suspended })))).toEqual({
      code: "PROOF_CHAIN_STATUS",
      at: 0,
      status: "suspended",
      because: `${CITY}#1`,
    });
    const lacks = (field: string) => ({ code: "PROOF_CHAIN_DELEGATION", at: 0, field });
    expect(await refusal(chain(above({ record: { delegation: {} } })))).toEqual(
      lacks("delegation"),
    );
    expect(await refusal(chain(above({ delegation: { policy: 7 } })))).toEqual(lacks("delegation"));
    expect(await refusal(chain(above({ delegation: { genesis: 7 } })))).toEqual(lacks("genesis"));
    expect(await refusal(chain(above({ delegation: { op: 7 } })))).toEqual(lacks("genesis"));
    expect(await refusal(chain(above({ delegation: { policy: "x" } })))).toMatchObject({
      code: "POLICY_LINE_END",
    });
  });

  it("takes only the anchor of this delegation", async () => {
    const lacks = (field: string) => ({ code: "PROOF_CHAIN_DELEGATION", at: 0, field });
    const old = { delegation: new Uint8Array(32) };
    expect(await refusal(chain(above({ anchor: old })))).toEqual(lacks("anchor"));
    expect(await refusal(chain(above({ anchor: { delegation: 7 } })))).toEqual(lacks("anchor"));
    expect(await refusal(chain(above({ anchor: { checkpoint: 7 } })))).toEqual(lacks("anchor"));
    expect(await refusal(chain(above({ anchor: { checkpoint: "x" } })))).toMatchObject({
      code: "NOTE_SEPARATOR",
    });
    const keys = [codeKey(CITY), "code/MA.156", "code/MA"];
    expect(await refusal(chain(above({}, { keys })))).toEqual(lacks("anchor"));
    const list = { ...cityValues() };
    list.values.set(codeKey(CITY), encodeCbor({ ...list.record, delegation } as never));
    list.values.set(anchorKey(CITY), encodeCbor([]));
    const bundle = proveText(list.values, { keys: [...keys, anchorKey(CITY)] });
    expect(await refusal(chain(JSON.parse(bundle)))).toEqual(lacks("anchor"));
  });

  it("needs the delegated code's own record, and all that its status depends on", async () => {
    const lacks = (field: string) => ({ code: "PROOF_CHAIN_DELEGATION", at: 0, field });
    const keys = ["code/MA.156.1303", "code/MA.156", "code/MA"];
    expect(await refusal(chain(above({}, { keys })))).toEqual(lacks("record"));
    const registration = new Uint8Array(32).fill(1);
    expect(await refusal(chain(above({ record: { registration } })))).toEqual(lacks("effective"));
  });

  it("is as old as the oldest part may be", async () => {
    const late = { ...TRUST, nowSeconds: NOW + 7200 };
    expect(await refusal(chain(), late)).toMatchObject({ code: "PROOF_AGE" });
  });
});
