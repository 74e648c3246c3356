import { ApiProblem, NodeUnreachable } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** What went wrong, what to do, and the stable code at the end, so that it can be quoted. */
export function ProblemNote({ failure }: { readonly failure: unknown }): ReactNode {
  const { t } = useTranslation("ui");
  if (failure === undefined) return null;
  const { title, remedy, code, facts = [] } = describe(failure);
  return (
    <div className="problem" role="alert">
      <p>{title ?? t(failure instanceof NodeUnreachable ? "problem.away" : "problem.unknown")}</p>
      {remedy !== undefined && (
        <p>
          {t("problem.remedy")}
          {inProse(remedy)}
        </p>
      )}
      {facts.length > 0 && (
        <dl className="facts small">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {code !== undefined && (
        <p className="quiet small">
          {t("problem.code")}
          <code>{code}</code>
        </p>
      )}
    </div>
  );
}

/** What stands in backticks is a name, or to be typed. */
function inProse(text: string): readonly ReactNode[] {
  const parts = text.split("`");
  return parts.map((part, i) => (i % 2 === 0 ? part : <code key={`${i} ${part}`}>{part}</code>));
}

type Described = {
  readonly title?: string;
  readonly remedy?: string;
  readonly code?: string;
  /** Those that the remedy names. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
};

function describe(failure: unknown): Described {
  if (failure instanceof ApiProblem) {
    const { title, remedy, code } = failure;
    return { title, code, facts: namedFacts(failure), ...(remedy !== "" && { remedy }) };
  }
  if (failure instanceof NodeUnreachable) return {};
  return failure instanceof Error ? { code: failure.message } : {};
}

/** A remedy speaks of facts by their names in backticks: without them it says nothing. */
export function namedFacts({
  remedy,
  facts,
}: Pick<ApiProblem, "remedy" | "facts">): readonly (readonly [name: string, value: string])[] {
  const names = [...remedy.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  return [...new Set(names)].flatMap((name) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (value === undefined) return [];
    return [[name, typeof value === "string" ? value : JSON.stringify(value)] as const];
  });
}
