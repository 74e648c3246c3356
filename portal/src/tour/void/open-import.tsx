import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeList } from "../../ui/code-list.tsx";
import { EffectiveMark } from "../../ui/effective-mark.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { BEIJING_HOURS, formatTime } from "../../ui/time.ts";
import { useIssuerName } from "../issuers.ts";
import { SigningBox } from "../signing-box.tsx";
import type { Shown } from "./step.tsx";

type Props = Shown & { readonly busy: boolean; readonly onVoid: (reason: string) => void };

/** The lamps are registered; they can be taken back for some time. */
export function OpenImport({ made, lamp, busy, onVoid }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const issuerName = useIssuerName();
  const [reason, setReason] = useState(t("void.reasonDefault"));
  const who = issuerName(lamp.code.slice(0, lamp.code.indexOf("/")));
  const count = made.codes.length;
  const until = formatTime(Date.parse(made.voidUntil), BEIJING_HOURS);
  return (
    <>
      <section className="result">
        <h2>{t("void.imported", { count })}</h2>
        <EffectiveMark effective={lamp.effective} />
        <p>{t("void.importedText")}</p>
        <CodeList codes={made.codes} />
        <p className="quiet">{t("void.open", { until })}</p>
      </section>
      <SigningBox
        says={t("void.saysVoid", { who, count })}
        action={t("void.doVoid")}
        busy={busy}
        onSign={() => onVoid(reason)}
      >
        <TextField
          label={t("void.reason")}
          value={reason}
          onChange={setReason}
          hint={t("void.reasonHint")}
        />
      </SigningBox>
    </>
  );
}
