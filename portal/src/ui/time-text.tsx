import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

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

/** China has one time zone and no summer time. */
export const BEIJING_HOURS = 8;

/** `2026-11-22 14:05`, so many hours east of UTC. */
export function formatTime(milliseconds: number, hoursEast: number): string {
  const shifted = new Date(milliseconds + hoursEast * 3_600_000);
  return shifted.toISOString().slice(0, 16).replace("T", " ");
}
