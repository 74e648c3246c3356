import { describe, expect, test } from "vitest";
import { formatPolicy, parsePolicy, satisfiesQuorum } from "../../../src/core/note/index.ts";
import { policyOf } from "./policy-of.ts";
import { noteVectors } from "./vectors.ts";

describe("parsePolicy", () => {
  test.each(noteVectors.policies)("reads $why", ({ policy, satisfied, unsatisfied }) => {
    const parsed = policyOf(policy);
    const verdicts = (sets: string[][]) => sets.map((set) => satisfiesQuorum(parsed, new Set(set)));
    expect(verdicts(satisfied)).toEqual(satisfied.map(() => true));
    expect(verdicts(unsatisfied)).toEqual(unsatisfied.map(() => false));
    expect(parsePolicy(formatPolicy(parsed))).toEqual({ ok: true, value: parsed });
  });

  test.each(noteVectors.badPolicies)("refuses $why", ({ policy, error }) => {
    expect(parsePolicy(policy)).toMatchObject({ ok: false, error });
  });

  test("refuses a text that is too long before it looks at it", () => {
    expect(parsePolicy("\u0000".repeat(65_537))).toEqual({
      ok: false,
      error: { code: "POLICY_SIZE", got: 65_537, max: 65_536 },
    });
  });

  test("writes what it read in one order, and addresses where there are any", () => {
    const { policy } = noteVectors.policies.find(({ why }) => why === "two of three") ?? {
      policy: "",
    };
    expect(formatPolicy(policyOf(policy))).toBe(policy);
    const urls = noteVectors.policies.find(({ why }) => why.startsWith("comments")) ?? {
      policy: "",
    };
    expect(formatPolicy(policyOf(urls.policy))).toMatch(
      /^log \S+ https:\/\/example\.com\/log\nquorum none\n$/,
    );
  });
});
