import { ApiProblem, NodeUnreachable } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** What went wrong, what to do, and the stable code at the end, so that it can be quoted. */
export function ProblemNote({ failure }: { readonly failure: unknown }): ReactNode {
  const { t } = useTranslation("ui");
  if (failure === undefined) return null;
  const { title, remedy, code } = describe(failure);
  return (
    <div className="problem" role="alert">
      <p>{title ?? t(failure instanceof NodeUnreachable ? "problem.away" : "problem.unknown")}</p>
      {remedy !== undefined && <p>{t("problem.remedy") + remedy}</p>}
      {code !== undefined && (
        <p className="quiet small">
          {t("problem.code")}
          <code>{code}</code>
        </p>
      )}
    </div>
  );
}

type Described = { readonly title?: string; readonly remedy?: string; readonly code?: string };

function describe(failure: unknown): Described {
  if (failure instanceof ApiProblem) {
    const { title, remedy, code } = failure;
    return { title, code, ...(remedy !== "" && { remedy }) };
  }
  if (failure instanceof NodeUnreachable) return {};
  return failure instanceof Error ? { code: failure.message } : {};
}
