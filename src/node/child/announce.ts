import type { Client } from "../../sdk/index.ts";
import { type Delegate, readParent, submitToParent } from "./parent.ts";

/**
 * Tells the parent where the node of a delegated code answers now, if that is not what its delegation says. The name of the
 * log stays as it is.
 *
 * @returns whether something was changed
 * @throws ChildFault; ApiProblem, NodeUnreachable
 */
export async function announceUrl(
  parent: Client,
  delegate: Delegate,
  url: string,
  nowMilliseconds: number,
): Promise<boolean> {
  const { code } = delegate;
  const { record } = await readParent(parent, code);
  if (record?.delegation === undefined || record.delegation.url === url) return false;
  const operation = { op: "delegate", code, prev: record.control, do: "change", url } as const;
  await submitToParent(parent, delegate, operation, nowMilliseconds);
  return true;
}
