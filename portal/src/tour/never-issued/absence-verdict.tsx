import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CheckedProof, type Findings, judgeProof } from "../../api/check-proof.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { useTour } from "../context.ts";
import { ProofReport } from "../proof-report.tsx";
import { tamper } from "./tamper.ts";

/** What the proof shows, and that a proof with one changed byte shows nothing. */
export function AbsenceVerdict({
  code,
  proof,
}: {
  readonly code: string;
  readonly proof: CheckedProof;
}): ReactNode {
  const { t } = useTranslation("tour");
  const { findings } = proof;
  return (
    <section className="result">
      {findings.holds && !findings.present && (
        <>
          <h2>{t("neverIssued.verdict", { code })}</h2>
          <p>{t("neverIssued.meaning", { size: findings.size })}</p>
        </>
      )}
      {findings.holds && findings.present && <p>{t("neverIssued.exists")}</p>}
      <ProofReport proof={proof} />
      {findings.holds && <Tampering proof={proof} />}
    </section>
  );
}

/** A check that never fails would be worth nothing: this one can be seen to fail. */
function Tampering({ proof }: { readonly proof: CheckedProof }): ReactNode {
  const { t } = useTranslation("tour");
  const { node } = useTour();
  const [findings, setFindings] = useState<Findings>();
  const check = async (): Promise<void> => {
    setFindings(await judgeProof(tamper(proof.text), proof.key, node));
  };
  return (
    <div className="actions">
      <Button onClick={() => void check()}>{t("neverIssued.tamper")}</Button>
      <div role="status">
        {findings && !findings.holds && (
          <StateMark state="stop">{t("neverIssued.tampered", { code: findings.code })}</StateMark>
        )}
        {findings?.holds && t("neverIssued.tamperedHolds")}
      </div>
    </div>
  );
}
