import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CodeList } from "../../ui/code-list.tsx";
import { EffectiveMark } from "../../ui/effective-mark.tsx";
import { LAMPS } from "./lamps.ts";
import type { Shown } from "./step.tsx";

/** The lamps are void; their records and their history remain. */
export function VoidedImport({
  made,
  lamp,
  onAgain,
}: Shown & { readonly onAgain: () => void }): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <section className="result">
      <h2>{t("void.voided", { count: made.codes.length })}</h2>
      <EffectiveMark effective={lamp.effective} />
      <p>{t("void.voidedText")}</p>
      <CodeList codes={made.codes} />
      <div className="actions">
        <Button onClick={onAgain}>{t("void.another", { count: LAMPS })}</Button>
      </div>
    </section>
  );
}
