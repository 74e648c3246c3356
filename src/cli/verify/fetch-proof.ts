import { type Code, codeKey } from "../../core/index.ts";
import { ApiProblem, type Client, Elsewhere } from "../../sdk/index.ts";

/** Whether a code lives in a ledger below that of the node. Whatever else stands against asking for it is told by what is asked next. */
export async function isElsewhere(client: Client, code: Code): Promise<boolean> {
  try {
    await client.record(code);
  } catch (problem) {
    if (problem instanceof Elsewhere) return true;
    if (!(problem instanceof ApiProblem)) throw problem;
  }
  return false;
}

/** The proof of a code, for whoever trusts the ledger of the node, or the one that it was delegated out of. */
export async function fetchProof(client: Client, code: Code): Promise<string> {
  if (await isElsewhere(client, code)) return client.followed(code);
  const { parent } = await client.node();
  return client.proof(codeKey(code), { effective: true, chain: parent !== undefined });
}
