import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { language, usePreference } from "../../app/preferences.ts";
import { Facts } from "../../ui/facts.tsx";
import { plainNameOf } from "../../ui/names.ts";
import { TextField } from "../../ui/text-field.tsx";
import { SigningBox } from "../signing-box.tsx";
import type { Applicant, Letter } from "./acts.ts";

type Props = {
  readonly applicant: Applicant;
  readonly receiver: string;
  readonly busy: boolean;
  readonly onApply: (letter: Letter, contact: string) => void;
};

/** What a city hands in. */
export function ApplicationForm({ applicant, receiver, busy, onApply }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const [contact, setContact] = useState("");
  const city = plainNameOf(applicant.names, lang);
  const title = t("apply.evidenceText", { city });
  return (
    <SigningBox
      says={t("apply.saysApply", { city, code: applicant.code })}
      action={t("apply.doApply")}
      busy={busy}
      onSign={() => onApply({ title, text: title }, contact.trim())}
    >
      <Facts
        items={[
          [t("apply.city"), city],
          [t("lookUp.code"), <code key="code">{applicant.code}</code>],
          [t("apply.evidence"), title],
        ]}
      />
      <p className="quiet">
        {t("apply.evidenceNote", { who: receiver })} {t("apply.keyNote")}
      </p>
      <TextField
        label={t("apply.contact")}
        value={contact}
        onChange={setContact}
        hint={t("apply.contactHint")}
      />
    </SigningBox>
  );
}
