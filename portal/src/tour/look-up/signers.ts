import type { Client, RecordAnswer } from "cityid/sdk";

/** Who signed a record into being: members by a decision, or one holder by an operation. */
export type Signers =
  | { readonly by: "genesis" }
  | { readonly by: "operation"; readonly kind: string; readonly issuer: string }
  | {
      readonly by: "decision";
      readonly applicant: string | undefined;
      readonly admittedBy: string;
      readonly votes: readonly { readonly by: string; readonly vote: "approve" | "reject" }[];
    };

/** Follows a record back to the entry that began it. */
export async function readSigners(
  client: Client,
  { code, record }: RecordAnswer,
): Promise<Signers> {
  if (record.registration !== undefined) {
    const { iss } = await client.registration(record.registration);
    return { by: "operation", kind: "register", issuer: iss };
  }
  const { items } = await client.history(code);
  const born = items.findLast(
    ({ chain, generation }) => chain === "born" && generation === record.generation,
  );
  if (born?.decision === undefined) {
    const issuer = born?.signed?.iss;
    return issuer === undefined
      ? { by: "genesis" }
      : { by: "operation", kind: born?.kind ?? "", issuer };
  }
  const { iss, votes, apply } = await client.decision(born.decision);
  return { by: "decision", applicant: apply?.code, admittedBy: iss, votes };
}
