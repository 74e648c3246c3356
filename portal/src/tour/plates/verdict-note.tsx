import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type State, StateMark } from "../../ui/state-mark.tsx";
import { useIssuerName } from "../issuers.ts";
import type { Checked } from "./seals.ts";

const STATES = {
  genuine: "active",
  ended: "ended",
  wrong: "stop",
  unsure: "unknown",
} as const satisfies { readonly [outcome in Checked["verdict"]["outcome"]]: State };

/** What somebody who scanned the plate is told. */
export function VerdictNote({
  checked: { attack, verdict },
}: {
  readonly checked: Checked;
}): ReactNode {
  const { t } = useTranslation("tour");
  const words = useWords();
  return (
    <section className="result">
      <h2>
        <StateMark state={STATES[verdict.outcome]}>{words(verdict)}</StateMark>
      </h2>
      <p>{t(`plates.did.${attack}`)}</p>
      {verdict.outcome !== "genuine" && <p className="quiet">{verdict.because.code}</p>}
    </section>
  );
}

function useWords(): (verdict: Checked["verdict"]) => string {
  const { t } = useTranslation("tour");
  const issuerName = useIssuerName();
  return (verdict) => {
    if (verdict.outcome === "genuine") {
      return t("plates.genuine", { who: issuerName(verdict.signer?.holder ?? "") });
    }
    const { because } = verdict;
    if (because.code === "SEAL_SIGNATURE") return t("plates.forgery");
    if (because.code === "SEAL_SWAPPED") {
      return t("plates.taken", { got: because.got, subject: because.subject });
    }
    return t(`plates.${verdict.outcome}`);
  };
}
