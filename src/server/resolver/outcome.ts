import {
  type Code,
  codeKey,
  type EffectiveStatus,
  type GazetteFact,
  gazetteKey,
  type IsoDate,
  isoDate,
  parseCode,
  type Reference,
} from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { factsAt } from "../registry/gazette.ts";
import { type Moment, recordAt } from "../registry/moment.ts";
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
export function resolve(services: Services, code: Code, moment: Moment | undefined): Resolution {
  const { views, state, clock } = services;
  const found = moment === undefined ? views.find(code) : recordAt(services, code, moment);
  if (found === undefined) {
    return { kind: "none", refusal: inGazette(state, code, moment?.at ?? isoDate(clock())) };
  }
  const effective = views.effective(found.record);
  const gone = goneRefusal(code, found, effective);
  const ended = gone && moment && endDate(services, effective.because);
  // On a day before its end the code was in use: that is what was asked.
  const wasInUse = ended !== undefined && moment !== undefined && moment.at < ended;
  return { kind: "record", found, effective, gone: wasInUse ? undefined : gone };
}

function goneRefusal(
  asked: Code,
  { record }: FoundRecord,
  { status, because }: EffectiveStatus,
): AnyRefusal | undefined {
  switch (status) {
    case "active":
    case "suspended":
      return undefined;
    case "retired":
      return { code: "RESOLVE_RETIRED", asked, because, successors: record.successors.map(codeOf) };
    case "void":
      return { code: "RESOLVE_VOID", asked, because };
  }
}

function codeOf(reference: Reference): string {
  return reference.split("#")[0] ?? reference;
}

/** The day on which the control of what decides last changed: when it was retired. */
function endDate({ ledger, state }: Services, because: Reference): IsoDate | undefined {
  const code = parseCode(codeOf(because));
  const record = code.ok ? state.get(codeKey(code.value)) : undefined;
  const index = record && ledger.indexOf(record.control);
  const block = index === undefined ? undefined : ledger.blockOf(index);
  return block && isoDate(block.timeMilliseconds);
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
