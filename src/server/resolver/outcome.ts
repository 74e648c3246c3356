import {
  type Code,
  type CodeRecord,
  codeKey,
  type EffectiveStatus,
  type GazetteFact,
  gazetteKey,
  type IsoDate,
  isoDate,
  type Reference,
  referredCode,
} from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { factsAt } from "../registry/gazette.ts";
import { type Moment, recordAt } from "../registry/moment.ts";
import { effectiveOn } from "../registry/on-day.ts";
import type { FoundRecord } from "../registry/record-views.ts";
import { proofPath, unknownCode } from "../registry/unknown.ts";
import type { Services } from "../services.ts";

/** What a code leads to. `gone` says why it should not be used any more, though there is something to show. */
export type Resolution =
  | {
      readonly kind: "record";
      readonly found: FoundRecord;
      readonly effective: EffectiveStatus;
      readonly gone: AnyRefusal | undefined;
    }
  | { readonly kind: "none"; readonly refusal: AnyRefusal };

/** Resolves a code, now or as of a moment. */
export async function resolve(
  services: Services,
  code: Code,
  moment: Moment | undefined,
): Promise<Resolution> {
  const { views, state, clock } = services;
  const found = moment === undefined ? views.find(code) : await recordAt(services, code, moment);
  if (found === undefined) {
    return { kind: "none", refusal: inGazette(state, code, moment?.at ?? isoDate(clock())) };
  }
  const { record } = found;
  const effective = moment ? await effectiveOn(services, record, moment) : views.effective(record);
  return { kind: "record", found, effective, gone: goneRefusal(state, found, effective) };
}

function goneRefusal(
  state: Services["state"],
  { record }: FoundRecord,
  { status, because }: EffectiveStatus,
): AnyRefusal | undefined {
  const asked = record.code;
  switch (status) {
    case "active":
    case "suspended":
      return undefined;
    case "retired": {
      const successors = successorsOf(state, record, because);
      return { code: "RESOLVE_RETIRED", asked, because, successors };
    }
    case "void":
      return { code: "RESOLVE_VOID", asked, because };
  }
}

/** Its own; where something above it ended and it names none, those of that. */
function successorsOf(
  state: Services["state"],
  record: CodeRecord,
  because: Reference,
): readonly Code[] {
  const own = record.successors;
  const decides = own.length > 0 ? record : state.get(codeKey(referredCode(because)));
  return [...new Set((decides?.successors ?? []).map(referredCode))];
}

/** A division may be known to the gazette though no code was ever issued to it. */
function inGazette(state: Services["state"], code: Code, at: IsoDate): AnyRefusal {
  const facts = state.get(gazetteKey(code))?.facts;
  if (facts === undefined) return unknownCode(code);
  const fact = factsAt(facts, at).at(-1) ?? facts.findLast(({ from }) => from <= at) ?? facts[0];
  return fact === undefined ? unknownCode(code) : gazetteRefusal(code, fact);
}

function gazetteRefusal(code: Code, fact: GazetteFact): AnyRefusal {
  const { names, level, from, to, source, successors = [] } = fact;
  return {
    code: "RESOLVE_GAZETTE",
    asked: code,
    names: [...new Set(Object.values(names))].join(" · "),
    level,
    from,
    ...(to !== undefined && { to }),
    source,
    successors: successors.map((each) => each.code),
    gazette: `/v1/gazette/${code}`,
    proof: proofPath(code),
  };
}
