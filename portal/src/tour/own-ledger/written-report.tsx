import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../../ui/facts.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { Written } from "./run.ts";

/** Whether the root caught up with the city: not yet, with how many entries, or not within the time that was waited. */
export type CaughtUp = "waiting" | "late" | number;

/** What the city wrote while the root was away, and that the root knows of it since. */
export function WrittenReport({
  written,
  caughtUp,
}: {
  readonly written: Written;
  readonly caughtUp: CaughtUp;
}): ReactNode {
  const { t } = useTranslation("tour");
  const { index, receipt, wasAlone, confirmMilliseconds, awayMilliseconds } = written;
  const isRight = receipt && wasAlone;
  return (
    <section className="result" aria-live="polite">
      <h2>
        <StateMark state={isRight ? "active" : "stop"}>
          {t(isRight ? "ownLedger.wrote" : "ownLedger.notAlone")}
        </StateMark>
      </h2>
      <Facts
        items={[
          [
            t("ownLedger.confirmed"),
            t("ownLedger.confirmedText", { index, milliseconds: Math.round(confirmMilliseconds) }),
          ],
          [
            t("ownLedger.receipt"),
            t(receipt ? "ownLedger.receiptHolds" : "ownLedger.receiptFailed"),
          ],
          [
            t("ownLedger.away"),
            t("kill.seconds", { seconds: Math.round(awayMilliseconds / 100) / 10 }),
          ],
          [t("ownLedger.caughtUp"), <CatchUpText key="caught-up" caughtUp={caughtUp} />],
        ]}
      />
    </section>
  );
}

function CatchUpText({ caughtUp }: { readonly caughtUp: CaughtUp }): ReactNode {
  const { t } = useTranslation("tour");
  if (caughtUp === "waiting") return t("ownLedger.catchingUp");
  if (caughtUp === "late") return t("ownLedger.late");
  return <StateMark state="active">{t("ownLedger.caughtUpText", { count: caughtUp })}</StateMark>;
}
