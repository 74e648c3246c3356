import type { KeyScope, KeySpec, KeyUse } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import type { Act } from "./context.ts";

/** A key that would reach further than the one that gives it. */
export type WiderRefusal = {
  readonly code: "AUTH_KEY_WIDER";
  readonly subject: string;
  readonly label: string;
  readonly facet: "uses" | "classes" | "until";
};

/**
 * Refuses keys that would reach further than the one that gives them: longer, to more classes, or to other uses than
 * `uses`. Where they reach need not be compared: a holder's key acts only at or below the holder, and that lies within the
 * giver's scope. What members decide together has no such bound.
 */
export function withinSigner(
  subject: string,
  specs: readonly KeySpec[],
  { by, signer }: Act,
  uses?: readonly KeyUse[],
): Result<void, WiderRefusal> {
  if (by === "members") return ok(undefined);
  for (const spec of specs) {
    const facet = widerFacet(spec, signer.scope ?? {}, uses);
    if (facet !== undefined) {
      return err({ code: "AUTH_KEY_WIDER", subject, label: spec.label, facet });
    }
  }
  return ok(undefined);
}

function widerFacet(
  spec: KeySpec,
  { classes, until }: KeyScope,
  uses: readonly KeyUse[] | undefined,
): WiderRefusal["facet"] | undefined {
  if (uses !== undefined && !spec.uses.every((use) => uses.includes(use))) return "uses";
  const scope = spec.scope ?? {};
  if (classes !== undefined && !scope.classes?.every((name) => classes.includes(name))) {
    return "classes";
  }
  const ends = scope.until ?? Number.POSITIVE_INFINITY;
  return until !== undefined && ends > until ? "until" : undefined;
}
