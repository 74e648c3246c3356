import { describe, expect, test } from "vitest";
import { hex, type Operation, sha256, utf8 } from "../../src/core/index.ts";
import { describeOperation, signerFromSeed } from "../../src/sdk/index.ts";
import { code, named } from "./world.ts";

const hash = sha256(utf8("x"));
const key = {
  key: signerFromSeed(hash).publicKey,
  uses: ["govern" as const],
  label: "duty officer",
};
const city = code("MA.156.1301");

const dataset = { dataset: city, log: "air.test/log" };
const scope = {
  actions: ["read" as const, "export" as const],
  attributes: ["pm25"],
  area: [1_140_000_000, 375_000_000, 1_150_000_000, 385_000_000] as const,
  time: { since: 1_767_225_600 },
  until: 1_798_761_600,
};

const OPERATIONS: readonly (readonly [Operation, RegExp, RegExp])[] = [
  [{ op: "admit", application: hash }, /no vote/, /不代表表决/],
  [
    { op: "request", code: city, purpose: "树木养护", ...dataset, ...scope },
    /asks for access/,
    /申请使用/,
  ],
  [
    { op: "grant", code: city, log: dataset.log, request: hash, actions: ["subscribe"] },
    /Grant access/,
    /授权使用/,
  ],
  [
    { op: "grant", code: city, log: dataset.log, to: "*", actions: ["read"] },
    /to EVERYBODY/,
    /向所有人开放/,
  ],
  [{ op: "revoke", code: city, grant: hash, reason: "over" }, /cannot be brought back/, /不可恢复/],
  [{ op: "endorse", decision: hash, vote: "approve" }, /Approve/, /赞成/],
  [{ op: "endorse", decision: hash, vote: "reject", reason: "forged letter" }, /Reject/, /反对/],
  [
    {
      op: "register",
      items: [{ code: city, kind: "department", names: named("城管局"), keys: [key] }],
    },
    /one code/,
    /签发 1 个/,
  ],
  [
    { op: "manifest", what: "register", under: city, count: 9, chunks: 1, root: hash },
    /9 codes below MA\.156\.1301/,
    /9 个编码/,
  ],
  [
    { op: "manifest", what: "update", under: city, count: 9, chunks: 1, root: hash },
    /Change 9 records/,
    /9 条记录/,
  ],
  [
    { op: "manifest", what: "status", under: city, count: 9, chunks: 1, root: hash },
    /status of 9/,
    /9 个编码的状态/,
  ],
  [
    {
      op: "delegate",
      code: city,
      prev: hash,
      do: "start",
      origin: "city.test/log",
      policy: "quorum none\n",
      url: "https://city.test",
    },
    /below MA\.156\.1301 live in the ledger city\.test\/log/,
    /委托给账本 city\.test\/log/,
  ],
  [
    { op: "delegate", code: city, prev: hash, do: "change", url: "https://city.test" },
    /Change the delegation/,
    /更改 MA\.156\.1301 的委托/,
  ],
  [
    { op: "delegate", code: city, prev: hash, do: "end", reason: "node is gone" },
    /End the delegation/,
    /终止/,
  ],
  [
    { op: "anchor", items: [{ code: city, checkpoint: "city.test/log\n7\n", consistency: [] }] },
    /checkpoints of 1 logs/,
    /锚定 1 个/,
  ],
  [
    {
      op: "dataset",
      code: code("MA.156.1301/DATA/AIR"),
      prev: hash,
      title: { en: "Air quality", zh: "空气质量" },
      licence: "CC-BY-4.0",
      contact: "data office",
      log: { origin: "air.test/log", vkeys: ["air.test/log+1+A"], url: "https://air.test" },
    },
    /Describe the dataset MA\.156\.1301\/DATA\/AIR \(Air quality/,
    /说明数据集 MA\.156\.1301\/DATA\/AIR/,
  ],
  [{ op: "void", registration: hash, reason: "wrong file" }, /Take back/, /撤回/],
  [
    {
      op: "update",
      code: city,
      prev: hash,
      names: named("石家庄市"),
      geometry: { value: { point: [1145149000, 380423000] }, validFrom: "2026-01-01" },
      attributes: { height: { value: 8, validFrom: "2026-01-01" } },
      stage: { commit: hash, validFrom: "2026-01-01" },
      links: [{ rel: "default", href: "https://example.org" }],
      aliases: {
        add: [{ scheme: "asset-no", value: "1" }],
        remove: [{ scheme: "asset-no", value: "2" }],
      },
      evidence: [{ title: "photo", commit: hash }],
    },
    /Change the record of MA\.156\.1301/,
    /更改 MA\.156\.1301/,
  ],
  [
    {
      op: "keys",
      code: city,
      prev: hash,
      add: [
        {
          ...key,
          scope: { under: code("MA.156.1301.01"), classes: ["LAMP"], until: 1_795_327_509 },
        },
      ],
      close: [
        { kid: hash.subarray(0, 8), why: "retired" },
        { kid: hash.subarray(0, 8), why: "compromised", since: 1 },
      ],
      relabel: [{ kid: hash.subarray(0, 8), label: "night shift" }],
      threshold: 2,
    },
    /keys of MA\.156\.1301/,
    /MA\.156\.1301 的密钥/,
  ],
  [{ op: "recover", code: city, prev: hash, do: "start", keys: [key] }, /Begin to recover/, /恢复/],
  [{ op: "recover", code: city, prev: hash, do: "finish" }, /Finish/, /完成/],
  [{ op: "recover", code: city, prev: hash, do: "cancel" }, /Cancel/, /取消/],
  [{ op: "status", code: city, prev: hash, do: "suspend", reason: "r" }, /Suspend/, /暂停/],
  [{ op: "status", code: city, prev: hash, do: "resume", reason: "r" }, /Lift/, /解除/],
  [{ op: "status", code: city, prev: hash, do: "retire", reason: "r" }, /for good/, /永久/],
  [
    {
      op: "succeed",
      type: "merge",
      from: [{ code: code("MA.156.3712"), prev: hash }],
      to: [{ code: code("MA.156.3701"), prev: hash }],
      date: "2018-12-26",
      source: "State Council",
      grants: "end",
      delegation: "end",
    },
    /MA\.156\.3712 merges into MA\.156\.3701/,
    /并入 MA\.156\.3701/,
  ],
  [
    { op: "member", id: "D", names: { zh: "机构D" }, keys: [key] },
    /Set member D/,
    /登记联盟成员 D/,
  ],
  [{ op: "member", id: "D", prev: hash, leave: true }, /leaves/, /退出/],
  [
    { op: "param", name: "voidWindow", prev: hash, value: 5 },
    /voidWindow to 5/,
    /voidWindow 设为 5/,
  ],
  [
    {
      op: "gazette",
      items: [
        {
          code: city,
          add: [{ names: { zh: "石家庄市" }, level: "prefecture", from: "1983", source: "t" }],
        },
      ],
    },
    /gazette/,
    /地名录/,
  ],
  [
    { op: "classes", items: [{ class: "LAMP", names: { zh: "路灯" }, public: "all" }] },
    /classes/,
    /类别/,
  ],
];

describe("an operation in words", () => {
  test("shows a trust policy line by line, as it is compared", () => {
    const value = { now: "log a.test/log+1+A\nquorum none\n", next: "log b.test/log+2+B\n" };
    const op = { op: "param", name: "policy", prev: hash, value } as const;
    expect(describeOperation(op, "en")).toEqual([
      "Set the trust policy, who vouches for the log:",
      ...["log a.test/log+1+A", "quorum none", "and next:", "log b.test/log+2+B"],
    ]);
    expect(describeOperation(op, "zh")[3]).toBe("随后为：");
    const tricky = { ...op, value: { now: "# \u001b[2J \u009b2J \u202e\n" } };
    expect(describeOperation(tricky, "en")[1]).toBe("# �[2J �2J �");
  });

  test("says which key of a validator is for what", () => {
    const [votes, address] = [hash, "10.0.0.5:26656"];
    const op = { op: "validator", id: "v5", key: votes, peer: hash.subarray(0, 20) } as const;
    const all = { ...op, address, url: "https://five.example", cosigner: "a/v5+1+B" };
    expect(describeOperation({ ...all, power: 0 }, "en")).toEqual([
      "Set validator v5 of the ledger without a vote.",
      `votes with key: ${hex(votes)}`,
      `known to its peers as: ${hex(hash.subarray(0, 20))}`,
      ...["reached by them at: 10.0.0.5:26656", "its node: https://five.example"],
      "cosigns as: a/v5+1+B",
    ]);
    expect(describeOperation(op, "zh").slice(1)).toEqual([
      `投票密钥：${hex(votes)}`,
      `对等节点标识：${hex(hash.subarray(0, 20))}`,
    ]);
  });

  test("says every bound of a scope, and where there is none", () => {
    const ask = { op: "request", code: city, purpose: "树木养护", ...dataset } as const;
    expect(describeOperation({ ...ask, ...scope }, "en").slice(1)).toEqual([
      "树木养护",
      "actions: read, export",
      "attributes: pm25",
      "area: 114, 37.5, 115, 38.5",
      "observed: 2026-01-01T00:00:00Z – …",
      "until: 2027-01-01T00:00:00Z",
      "air.test/log",
    ]);
    expect(describeOperation({ ...ask, actions: ["subscribe"] }, "zh").slice(2)).toEqual([
      "操作：订阅",
      "属性：全部",
      "区域：不限",
      "观测时间：不限",
      "有效期至：撤销为止",
      "air.test/log",
    ]);
  });

  test.each(OPERATIONS)("$op is told in English and in Chinese", (operation, en, zh) => {
    expect(describeOperation(operation, "en")[0]).toMatch(en);
    expect(describeOperation(operation, "zh")[0]).toMatch(zh);
  });

  test("a proposal tells what it proposes", () => {
    const inner = { op: "void" as const, registration: hash, reason: "wrong file" };
    const lines = describeOperation({ op: "propose", inner }, "en");
    expect(lines[0]).toMatch(/Propose/);
    expect(lines.join("\n")).toMatch(/Reason: wrong file/);
  });

  test("a key's role, uses and bounds are told before it is given", () => {
    const operation = OPERATIONS.find(([{ op }]) => op === "keys")?.[0];
    const text = describeOperation(operation as Operation, "en").join("\n");
    expect(text).toMatch(/“duty officer” \(govern\) \[MA\.156\.1301\.01, LAMP, → 2026-11-22T/);
  });

  test("of many codes a few are told, and how many more there are", () => {
    const items = Array.from({ length: 40 }, (_, n) => ({
      code: code(`MA.156.1301.${String(n).padStart(2, "0")}`),
      kind: "department" as const,
      names: named(`部门${n}`),
    }));
    const lines = describeOperation({ op: "register", items }, "en");
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe("… and 35 more");
  });

  test("a name that is not public is not told", () => {
    const names = { zh: { commit: hash, validFrom: "2026-01-01" } };
    const lines = describeOperation(
      { op: "register", items: [{ code: city, kind: "department", names }] },
      "zh",
    );
    expect(lines[1]).toBe("MA.156.1301  —");
  });
});
