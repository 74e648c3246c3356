import type { RegisterItem } from "cityid/sdk";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { language, usePreference } from "../../app/preferences.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { SigningBox } from "../signing-box.tsx";
import { LAMPS, makeLamps } from "./lamps.ts";

type Props = { readonly busy: boolean; readonly onImport: (rows: readonly RegisterItem[]) => void };

/** The rows of the import, and the one signature over them. */
export function ImportForm({ busy, onImport }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const issuerName = useIssuerName();
  const { demo } = useTour();
  const { under } = demo.examples.things;
  const rows = useMemo(() => makeLamps(under, new Date()), [under]);
  const who = issuerName(under.slice(0, under.indexOf("/")));
  return (
    <>
      <details className="rows">
        <summary>{t("void.rows", { count: LAMPS })}</summary>
        <DataTable
          caption={t("void.rows", { count: LAMPS })}
          head={[t("void.code"), t("void.name"), t("void.place")]}
          rows={rows.map(({ code, names, geometry }) => ({
            key: code,
            cells: [<code key="code">{code}</code>, textOf(names[lang]), positionOf(geometry)],
          }))}
        />
      </details>
      <SigningBox
        says={t("void.saysImport", { who, under, count: LAMPS })}
        action={t("void.doImport")}
        busy={busy}
        onSign={() => onImport(rows)}
      />
    </>
  );
}

function textOf(name: RegisterItem["names"][string] | undefined): string {
  return name && "value" in name ? name.value : "";
}

function positionOf(geometry: RegisterItem["geometry"]): string {
  if (!geometry || !("value" in geometry) || !("point" in geometry.value)) return "";
  const [east, north] = geometry.value.point;
  return `${(north / 1e7).toFixed(5)}° N, ${(east / 1e7).toFixed(5)}° E`;
}
