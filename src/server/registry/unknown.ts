import type { Code } from "../../core/index.ts";
import type { ResolveRefusal } from "../problem/refusal.ts";

/** The path of the proof of what the map holds, or does not hold, about a code. */
export function proofPath(code: Code): string {
  return `/v1/codes/${encodeURIComponent(code)}/proof`;
}

export function unknownCode(code: Code): ResolveRefusal {
  return { code: "RESOLVE_UNKNOWN", asked: code, proof: proofPath(code) };
}
