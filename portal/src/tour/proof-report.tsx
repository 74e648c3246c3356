import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CheckedProof, Findings } from "../api/check-proof.ts";
import { StateMark } from "../ui/state-mark.tsx";
import { Check } from "./check.tsx";

/** What this page checked of a proof, each check with its fact. */
export function ProofReport({ proof: { findings } }: { readonly proof: CheckedProof }): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <div className="proof">
      <h3>{t("verify.title")}</h3>
      {findings.holds ? (
        <>
          <Passed findings={findings} />
          <p className="quiet small">{t("verify.limits")}</p>
        </>
      ) : (
        <p>
          <StateMark state="stop">{t("verify.failed")}</StateMark> <code>{findings.code}</code>
        </p>
      )}
    </div>
  );
}

function Passed({
  findings,
}: {
  readonly findings: Extract<Findings, { readonly holds: true }>;
}): ReactNode {
  const { t } = useTranslation("tour");
  const { t: u } = useTranslation("ui");
  const { origin, entry, size, present, depth, status, ageSeconds } = findings;
  return (
    <ul className="checks">
      <Check fact={t("verify.logFact", { origin })}>{t("verify.log")}</Check>
      <Check>{t("verify.entry", { index: entry, size })}</Check>
      <Check fact={t("verify.depth", { depth })}>
        {t(present ? "verify.present" : "verify.absent")}
      </Check>
      {status !== undefined && (
        <Check>{t("verify.effective", { status: u(`state.${status}`) })}</Check>
      )}
      {ageSeconds !== undefined && <Check>{t("verify.age", { seconds: ageSeconds })}</Check>}
    </ul>
  );
}
