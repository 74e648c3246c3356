import type { GazetteJson } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { language, usePreference } from "../../app/preferences.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { plainNameOf } from "../../ui/names.ts";

/** All facts about a code, oldest first, each with its source. */
export function RegisterHistory({ register }: { readonly register: GazetteJson }): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const facts = register.facts.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return (
    <DataTable
      caption={t("inTime.history")}
      head={[t("inTime.name"), t("inTime.from"), t("inTime.to"), t("inTime.source")]}
      rows={facts.map((fact) => ({
        key: `${fact.from} ${fact.to ?? ""} ${fact.names.zh ?? ""}`,
        cells: [
          plainNameOf(fact.names, lang),
          <time key="from">{fact.from}</time>,
          <time key="to">{fact.to ?? t("inTime.still")}</time>,
          fact.source,
        ],
      }))}
    />
  );
}
