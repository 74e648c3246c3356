import { equalBytes, formatTilePath } from "../core/index.ts";
import { beginningOf } from "./beginning.ts";
import { type Copy, edgesOf } from "./copy.ts";
import { inOrder } from "./in-order.ts";
import { Stop } from "./refusal.ts";
import type { Source } from "./source.ts";

const AT_ONCE = 8;

/**
 * Asks for the partial tiles and bundles of earlier sizes at the right edge, as clients did that saw the log then: whatever
 * is served must be how the present one begins. A server may have dropped them.
 *
 * @returns how many it served
 * @throws Stop AUDIT_PARTIAL
 */
export async function checkNarrower(copy: Copy, source: Source, size: number): Promise<number> {
  let served = 0;
  for (const edge of edgesOf(size)) {
    const widest = await copy.read(edge);
    if (widest === undefined) continue;
    const one = async (width: number): Promise<boolean> => {
      const path = formatTilePath({ ...edge, width });
      const bytes = await source.get(path).catch(unlessMissing);
      if (bytes === undefined) return false;
      const want = beginningOf(edge, widest, width);
      if (want !== undefined && equalBytes(bytes, want)) return true;
      throw new Stop({ code: "AUDIT_PARTIAL", path });
    };
    for await (const isServed of inOrder(1, edge.width, AT_ONCE, one)) if (isServed) served++;
  }
  return served;
}

function unlessMissing(thrown: unknown): undefined {
  if (thrown instanceof Stop && thrown.refusal.code === "AUDIT_MISSING") return undefined;
  throw thrown;
}
