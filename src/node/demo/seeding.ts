import type { Code, Operation, RegisterItem } from "../../core/index.ts";
import {
  ApiProblem,
  buildManifest,
  type Client,
  type Outcome,
  type Signed,
  signOperation,
} from "../../sdk/index.ts";
import type { DemoKeys } from "./keys.ts";
import type { Person } from "./people.ts";

/** With what somebody acts on a ledger of the demonstration. */
export type Acting = {
  readonly client: Client;
  readonly origin: string;
  readonly keys: DemoKeys;
  readonly nowSeconds: () => number;
};

/** A step met a refusal that it did not expect. */
export class SeedRefused extends Error {
  override readonly name = "SeedRefused";
  constructor(what: string, refused: Extract<Outcome, { status: "refused" }>) {
    super(`${what}: ${refused.code} ${JSON.stringify(refused.facts)}`);
  }
}

export async function submit(parts: Acting, by: Person, operation: Operation): Promise<Signed> {
  const signed = await sign(parts, by, operation);
  accepted(operation.op, await parts.client.submit(signed.bytes));
  return signed;
}

export function sign(parts: Acting, by: Person, operation: Operation): Promise<Signed> {
  const { origin: aud, keys, nowSeconds } = parts;
  return signOperation({
    iss: by.issuer,
    aud,
    iatSeconds: nowSeconds(),
    signer: keys.signer(by),
    operation,
  });
}

/** @param done a refusal that says that an earlier start has done it. @throws SeedRefused */
export function accepted(what: string, outcome: Outcome, done?: string): void {
  if (outcome.status === "refused" && outcome.code !== done) throw new SeedRefused(what, outcome);
}

/** Registers things below a class with one signature, unless the last of them is there. */
export async function importThings(
  parts: Acting,
  by: Person,
  under: string,
  items: readonly RegisterItem[],
): Promise<void> {
  const { client } = parts;
  if (await exists(client.record(items.at(-1)?.code ?? ""))) return;
  const manifest = await buildManifest(items, { what: "register", under: under as Code });
  const { id } = await submit(parts, by, manifest.operation);
  for await (const outcome of client.submitMany(manifest.chunks(id))) accepted("things", outcome);
}

/** Whether a look-up finds something. */
export async function exists(looked: Promise<unknown>): Promise<boolean> {
  return looked.then(
    () => true,
    (problem: unknown) => {
      if (problem instanceof ApiProblem && problem.status === 404) return false;
      throw problem;
    },
  );
}
