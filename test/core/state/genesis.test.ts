import { describe, expect, it } from "vitest";
import {
  applyGenesis,
  type CborValue,
  decodeCbor,
  decodeGenesis,
  encodeGenesis,
  type Genesis,
} from "../../../src/core/index.ts";
import { GENESIS, keySpec, named, TestLedger } from "./kit.ts";
import { rootOfChildren } from "./model.ts";

function begin(more: Partial<Genesis>) {
  const genesis = { ...GENESIS, ...more };
  return applyGenesis(genesis, encodeGenesis(genesis));
}

describe("genesis", () => {
  it("makes the root, the countries, the members and the parameters", () => {
    const ledger = new TestLedger();
    expect(ledger.record("MA")).toMatchObject({
      kind: "root",
      children: { count: 1, root: rootOfChildren(["MA.156"]) },
    });
    expect(ledger.record("MA.156")).toMatchObject({ kind: "country", parent: "MA#1", holds: [] });
    expect(ledger.get("member/B")).toMatchObject({ active: true, holds: ["govern", "issue"] });
    expect(ledger.get("param/policy")).toMatchObject({ value: { now: "quorum none\n" } });
  });

  it("refuses thresholds that the members cannot reach", () => {
    expect(begin({ thresholds: { issue: 4, govern: 2 } })).toMatchObject({
      error: { code: "STATE_MEMBERS_THRESHOLD", use: "issue", members: 3 },
    });
  });

  it("refuses members whose keys do not do, an unreadable policy, and names from the future", () => {
    const [first, ...others] = GENESIS.members as [Genesis["members"][number]];
    const twice = [keySpec("x", ["govern"]), keySpec("x", ["govern"])];
    expect(begin({ members: [{ ...first, keys: twice }, ...others] })).toMatchObject({
      error: { code: "STATE_KEY_EXISTS", holder: "member/A" },
    });
    expect(begin({ policy: "quorum nobody\n" })).toMatchObject({
      error: { code: "POLICY_NAME_UNKNOWN" },
    });
    expect(begin({ names: named("未来", "2099-01-01") })).toMatchObject({
      error: { code: "STATE_VALID_FROM", field: "names/zh" },
    });
  });

  it("reads what it wrote, and nothing that names a member or a country twice", () => {
    const read = (genesis: Genesis) => {
      const value = decodeCbor(encodeGenesis(genesis));
      return value.ok ? decodeGenesis(value.value) : value;
    };
    expect(read(GENESIS)).toEqual({ ok: true, value: GENESIS });
    const { members, countries } = GENESIS;
    expect(read({ ...GENESIS, members: [...members, ...members] })).toMatchObject({
      error: { code: "OP_FIELD_TYPE", path: "members" },
    });
    expect(read({ ...GENESIS, countries: [...countries, ...countries] })).toMatchObject({
      error: { code: "OP_FIELD_TYPE", path: "countries" },
    });
    for (const value of [7, ["genesis"], ["block", {}]] as CborValue[]) {
      expect(decodeGenesis(value)).toMatchObject({ error: { code: "OP_FIELD_TYPE", path: "" } });
    }
  });
});
