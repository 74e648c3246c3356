import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Report } from "../../report/store.ts";
import { type State, StateMark } from "../../ui/state-mark.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { Check } from "../check.tsx";

const STATES = {
  waiting: "attention",
  sent: "active",
  refused: "stop",
  expired: "ended",
} as const satisfies { readonly [S in Report["state"]]: State };

type Props = {
  readonly report: Report;
  /** Whether it was signed without a network. */
  readonly wasOffline: boolean;
};

/** What became of one report. */
export function ReportNote({ report, wasOffline }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const { said, made, state, outcome = "", receipt } = report;
  return (
    <section className="result" data-state={state}>
      <h2>
        <StateMark state={STATES[state]}>{t(`report.state.${state}`, { outcome })}</StateMark>
      </h2>
      <p>
        {said} · <TimeText milliseconds={made} />
      </p>
      {wasOffline && <p className="quiet">{t("report.wasOffline")}</p>}
      {receipt && (
        <ul className="checks">
          {/* The queue keeps no receipt that does not hold. */}
          <Check fact={t("report.entryFact", { index: outcome })}>{t("report.checked")}</Check>
        </ul>
      )}
    </section>
  );
}
