import { type Policy, parsePolicy } from "../../../src/core/note/index.ts";

export function policyOf(text: string): Policy {
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}
