import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../../ui/facts.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { Report } from "./run.ts";

/** What was sent, what was confirmed, and what was found afterwards. */
export function KillReport({ report }: { readonly report: Report }): ReactNode {
  const { t, i18n } = useTranslation("tour");
  const number = new Intl.NumberFormat(i18n.language);
  const { search, before, after, growth } = report;
  const { droppedBytes } = after.recovery;
  const confirmed = report.confirmedBefore + report.confirmedAfter;
  const lost = report.unanswered - search.unansweredFound;
  return (
    <section className="result">
      <h2>
        {search.missing.length === 0 ? (
          <StateMark state="active">{t("kill.finished")}</StateMark>
        ) : (
          <StateMark state="stop">{t("kill.lost", { count: search.missing.length })}</StateMark>
        )}
      </h2>
      <Facts
        items={[
          [
            t("kill.confirmed"),
            `${number.format(report.confirmedBefore)} · ${t("kill.rate", { rate: Math.round(report.ratePerSecond) })}`,
          ],
          [t("kill.confirmedAfter"), number.format(report.confirmedAfter)],
          [t("kill.found"), `${number.format(search.found)} / ${number.format(confirmed)}`],
          [
            t("kill.unanswered"),
            `${number.format(report.unanswered)}: ${t("kill.unansweredText", { found: search.unansweredFound, lost })}`,
          ],
          [t("kill.process"), t("kill.processText", { before: before.pid, after: after.pid })],
          [
            t("kill.away"),
            t("kill.seconds", { seconds: Math.round(report.awayMilliseconds / 100) / 10 }),
          ],
          [
            t("kill.dropped"),
            droppedBytes === 0
              ? t("kill.droppedNone")
              : t("kill.droppedText", { bytes: droppedBytes }),
          ],
          [t("kill.grew"), t("kill.grewText", growth)],
        ]}
      />
    </section>
  );
}
