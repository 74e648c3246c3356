import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { StateMark } from "../../ui/state-mark.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { Check } from "../check.tsx";
import { useIssuerName } from "../issuers.ts";
import type { Proved } from "./run.ts";

/** What this page checked of one reading, from the fact up to the ledger. */
export function ProvedReport({ proved }: { readonly proved: Proved }): ReactNode {
  const { t } = useTranslation("tour");
  const issuerName = useIssuerName();
  if (!("verdict" in proved)) {
    return (
      <p>
        <StateMark state="stop">{t("verify.failed")}</StateMark> <code>{proved.code}</code>
      </p>
    );
  }
  const { reading, verdict } = proved;
  const { index, log, source, ledger, anchoredMilliseconds } = verdict;
  const root = ledger.links[0]?.verdict.checkpoint ?? ledger.last.checkpoint;
  return (
    <div className="proof">
      <h3>{t("verify.title")}</h3>
      <ul className="checks">
        <Check fact={t("share.reading", { value: reading.value, day: reading.time.slice(0, 10) })}>
          {t("share.fact")}
        </Check>
        <Check fact={source}>{t("share.source", { who: issuerName(source) })}</Check>
        <Check fact={log.checkpoint.origin}>{t("share.log", { index })}</Check>
        {anchoredMilliseconds !== undefined && (
          <Check>
            {t("share.anchored")} <TimeText milliseconds={anchoredMilliseconds} />
          </Check>
        )}
        <Check fact={t("verify.logFact", { origin: root.origin })}>{t("verify.log")}</Check>
      </ul>
      <p className="quiet small">{t("share.hidden")}</p>
    </div>
  );
}
