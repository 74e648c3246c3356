import {
  type Operation,
  type OwnWitnessRefusal,
  parsePolicy,
  readItem,
  refuseOwnWitness,
  type VerifierKey,
} from "../../core/index.ts";

/** Judges what is submitted before the ledger sees it: a policy in which this node would witness itself is not taken. */
export type PolicyDoor = (item: Uint8Array) => OwnWitnessRefusal | undefined;

/** @param own - keys of this node that no witness of its ledger may have */
export function createPolicyDoor(own: () => readonly VerifierKey[]): PolicyDoor {
  return (bytes) => {
    // Nearly nothing that comes in is one: only what has the word is opened for it.
    if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("policy")) {
      return undefined;
    }
    const item = readItem(bytes);
    if (item.kind !== "operation" || !item.body.ok) return undefined;
    for (const text of policiesOf(item.body.value)) {
      const policy = parsePolicy(text);
      const judged = policy.ok ? refuseOwnWitness(policy.value, own()) : undefined;
      if (judged?.ok === false) return judged.error;
    }
    return undefined;
  };
}

function policiesOf(operation: Operation): readonly string[] {
  const inner = operation.op === "propose" ? operation.inner : operation;
  if (inner.op !== "param" || inner.name !== "policy") return [];
  const { now, next } = inner.value;
  return next === undefined ? [now] : [now, next];
}
