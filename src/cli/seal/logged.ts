import {
  decodeCbor,
  fromBase64,
  fromHex,
  MAX_SERIALS,
  type SealRuns,
  sealRunsKey,
} from "../../core/index.ts";
import type { Run } from "../run.ts";
import type { Identity } from "../signing.ts";
import { takeSerials } from "./serials.ts";

/** Which serials of this key stand in batches that were logged. */
export async function loggedRuns(run: Run, { file, holder }: Identity): Promise<SealRuns> {
  const { record } = await run.client.record(holder);
  const kid = fromHex(file.kid) ?? new Uint8Array();
  const key = sealRunsKey(`${holder}#${record.generation}`, kid);
  const { value } = JSON.parse(await run.client.proof(key)) as { readonly value?: string };
  const decoded = decodeCbor(fromBase64(value ?? "") ?? new Uint8Array());
  return decoded.ok ? (decoded.value as unknown as SealRuns) : [];
}

/**
 * Takes serials of the key for good, behind all that were logged: the count beside the key may be lost.
 *
 * @throws CliProblem CLI_SEAL_KEY_FULL; CLI_SEAL_SERIALS
 */
export async function takeSerialsOf(run: Run, identity: Identity, count: number): Promise<number> {
  const runs = await loggedRuns(run, identity);
  const logged = Math.max(0, ...runs.map(([first, length]) => first + length));
  return takeSerials(identity.file, count, logged, MAX_SERIALS);
}
