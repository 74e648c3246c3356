import { type Code, fromHex } from "../core/index.ts";
import type { Run } from "./run.ts";

/** The last entry of a chain of a record (or of a member): what the next change of it must name as `prev`. */
export async function chainOf(
  run: Run,
  holder: string,
  chain: "op" | "control",
): Promise<Uint8Array> {
  const last = holder.startsWith("member/")
    ? (await run.client.member(holder.slice("member/".length))).op
    : (await run.client.record(holder as Code)).record[chain];
  return fromHex(last) ?? new Uint8Array();
}
