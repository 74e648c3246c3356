import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { BEIJING_HOURS, formatTime } from "./time.ts";

/** Beijing time; UTC on demand. */
export function TimeText({ milliseconds }: { readonly milliseconds: number }): ReactNode {
  const { t } = useTranslation("ui");
  const [utc, setUtc] = useState(false);
  return (
    <button
      type="button"
      className="plain time"
      title={t(utc ? "time.showBeijing" : "time.showUtc")}
      onClick={() => setUtc(!utc)}
    >
      <time dateTime={new Date(milliseconds).toISOString()}>
        {utc
          ? `${formatTime(milliseconds, 0)} UTC`
          : `${formatTime(milliseconds, BEIJING_HOURS)} ${t("time.beijing")}`}
      </time>
    </button>
  );
}
