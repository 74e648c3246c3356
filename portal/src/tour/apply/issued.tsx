import { Button } from "antd";
import type { ApplicationJson } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { language, usePreference } from "../../app/preferences.ts";
import { CodeText } from "../../ui/code-text.tsx";
import { plainNameOf } from "../../ui/names.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import type { Applicant } from "./acts.ts";

type Props = {
  readonly applicant: Applicant;
  readonly application: ApplicationJson;
  readonly onAnother: () => void;
};

/** The end of an application that was approved. */
export function Issued({ applicant, application, onAnother }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const lang = usePreference(language);
  const issuerName = useIssuerName();
  const city = plainNameOf(applicant.names, lang);
  const votes = application.decision?.votes ?? [];
  return (
    <section className="result">
      <h2>{t("apply.issuedTitle", { city, code: applicant.code })}</h2>
      <CodeText code={applicant.code} />
      <p>{t("apply.issuedText", { approvals: votes.length, of: demo.decision.of })}</p>
      <ul className="plain-list">
        {votes.map(({ by }) => (
          <li key={by}>
            <StateMark state="active">{t("lookUp.approved", { who: issuerName(by) })}</StateMark>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button onClick={onAnother}>{t("apply.another")}</Button>
      </div>
    </section>
  );
}
