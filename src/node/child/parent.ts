import {
  type AnchorValue,
  anchorKey,
  type Code,
  type CodeRecord,
  codeKey,
  decodeCbor,
  fromBase64,
  type Operation,
  parseTlogProof,
} from "../../core/index.ts";
import { type Client, type Signer, signOperation } from "../../sdk/index.ts";
import { ChildFault } from "./fault.ts";

/** Who speaks for a code in its parent ledger. */
export type Delegate = {
  readonly code: Code;
  /** The code itself, or who holds the use for it. */
  readonly iss: string;
  readonly signer: Signer;
};

/** What the parent says of the code, by its own word: it judges what is built upon it. */
export type ParentView = {
  readonly record: CodeRecord | undefined;
  readonly anchor: AnchorValue | undefined;
  /** Entries of its log when it said so. */
  readonly size: number;
};

export async function readParent(parent: Client, code: Code): Promise<ParentView> {
  const key = codeKey(code);
  const bundle = readBundle(await parent.proof(key, { more: [anchorKey(code)] }));
  const values = [bundle, ...(bundle.more ?? [])];
  const read = (wanted: string): unknown => {
    const text = values.find((each) => each.key === wanted)?.value;
    const bytes = typeof text === "string" ? fromBase64(text) : undefined;
    const value = bytes && decodeCbor(bytes);
    return value?.ok ? value.value : undefined;
  };
  const proof = parseTlogProof(String(bundle.log));
  return {
    size: proof.ok ? proof.value.checkpoint.size : 0,
    record: read(key) as CodeRecord | undefined,
    anchor: read(anchorKey(code)) as AnchorValue | undefined,
  };
}

type Bundle = { readonly log?: unknown; readonly more?: readonly Value[] } & Value;
type Value = { readonly key?: unknown; readonly value?: unknown };

/** @throws ChildFault `PARENT_LOG`: something else than a node answers */
function readBundle(text: string): Bundle {
  try {
    const bundle = JSON.parse(text);
    if (typeof bundle === "object" && bundle !== null) return bundle;
  } catch {
    // It is no proof either.
  }
  throw new ChildFault("PARENT_LOG", { why: "proof" });
}

/** What the parent's node says whom to believe about its log. @throws ChildFault `PARENT_CHECKPOINT` where it says nothing of it */
export async function policyOf(parent: Pick<Client, "node">): Promise<string> {
  const { policy } = await parent.node().catch((cause: unknown) => {
    if (cause instanceof SyntaxError) throw new ChildFault("PARENT_CHECKPOINT", { why: "policy" });
    throw cause;
  });
  if (typeof policy !== "string") throw new ChildFault("PARENT_CHECKPOINT", { why: "policy" });
  return policy;
}

/** Signs an operation for the parent ledger and hands it in. @throws ChildFault `PARENT_REFUSED` */
export async function submitToParent(
  parent: Client,
  { iss, signer }: Delegate,
  operation: Operation,
  nowMilliseconds: number,
): Promise<void> {
  const { origin: aud } = await parent.node();
  const iatSeconds = Math.floor(nowMilliseconds / 1000);
  const { bytes } = await signOperation({ iss, aud, iatSeconds, signer, operation });
  const outcome = await parent.submit(bytes);
  if (outcome.status === "accepted") return;
  const { code: cause, facts } = outcome;
  throw new ChildFault("PARENT_REFUSED", { cause, facts: JSON.stringify(facts) });
}
