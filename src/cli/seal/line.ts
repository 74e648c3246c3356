import { type ResolverHost, sealSegments } from "../../core/index.ts";
import type { MadeSeal } from "../../sdk/index.ts";

/** One seal as it is written out; a line of a batch. */
export type SealLine = {
  readonly code: string;
  readonly serial: number;
  readonly kid: string;
  /** What the plate shows. */
  readonly text: string;
};

export function sealLine(
  { code, serial, bytes }: MadeSeal,
  kid: string,
  host: ResolverHost,
): SealLine {
  const { alphanumeric, numeric } = sealSegments(host, code, bytes);
  return { code, serial, kid, text: alphanumeric + numeric };
}
