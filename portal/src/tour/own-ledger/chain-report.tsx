import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CheckedChain } from "../../api/check-chain.ts";
import { language, usePreference } from "../../app/preferences.ts";
import { CodeText } from "../../ui/code-text.tsx";
import { nameOf } from "../../ui/names.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Check } from "../check.tsx";

/** What this page checked of a chain of proofs, from the root's ledger down. */
export function ChainReport({ chain }: { readonly chain: CheckedChain }): ReactNode {
  const { t } = useTranslation("tour");
  const { t: u } = useTranslation("ui");
  const lang = usePreference(language);
  const { findings, code } = chain;
  if (!findings.holds) {
    return (
      <p>
        <StateMark state="stop">{t("verify.failed")}</StateMark> <code>{findings.code}</code>
      </p>
    );
  }
  const { links, last } = findings.verdict;
  const root = links[0];
  const name = last.record && nameOf(last.record.names, lang);
  const status = last.effective?.status;
  return (
    <section className="result">
      <h2>
        {status === "active" ? (
          <StateMark state="active">{t("ownLedger.proved", { name: name ?? code })}</StateMark>
        ) : (
          (name ?? code)
        )}
      </h2>
      <p>
        <CodeText code={code} />
      </p>
      <div className="proof">
        <h3>{t("verify.title")}</h3>
        <ul className="checks">
          {root && (
            <>
              <Check fact={t("verify.logFact", { origin: root.verdict.checkpoint.origin })}>
                {t("ownLedger.rootLog")}
              </Check>
              <Check fact={root.origin}>{t("ownLedger.delegated", { code: root.code })}</Check>
              <Check fact={t("ownLedger.entries", { count: root.anchored.size })}>
                {t("ownLedger.anchored")}
              </Check>
              <Check fact={t("ownLedger.entries", { count: last.checkpoint.size })}>
                {t("ownLedger.cityLog")}
              </Check>
            </>
          )}
          <Check>{t(last.value === undefined ? "verify.absent" : "verify.present")}</Check>
          {status !== undefined && (
            <Check>{t("verify.effective", { status: u(`state.${status}`) })}</Check>
          )}
          {last.age !== undefined && (
            <Check>{t("verify.age", { seconds: last.age.seconds })}</Check>
          )}
        </ul>
        <p className="quiet small">{t("verify.limits")}</p>
      </div>
    </section>
  );
}
