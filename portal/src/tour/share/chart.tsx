import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import type { Reading } from "./run.ts";

const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 44;
const BOTTOM = 28;
const TOP = 12;
const MONTHS = [0, 2, 4, 6, 8, 10];
const START = Date.UTC(2012, 0, 1);
const END = Date.UTC(2013, 0, 1);

type Scale = (value: number) => number;

/** A year of readings: the highest temperature of each day as a line, its rain as bars from the top. */
export function YearChart({
  temperature,
  precipitation,
}: {
  readonly temperature: readonly Reading[];
  readonly precipitation: readonly Reading[];
}): ReactNode {
  const { t, i18n } = useTranslation("tour");
  const title = useId();
  const x: Scale = (time) => LEFT + ((time - START) / (END - START)) * (WIDTH - LEFT);
  const [low, high] = [-10, 40];
  const y: Scale = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const month = new Intl.DateTimeFormat(i18n.language, { month: "short", timeZone: "UTC" });
  const line = temperature.map(
    ({ value, time }) => `${x(Date.parse(time)).toFixed(1)},${y(value).toFixed(1)}`,
  );
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={title}>
        <title id={title}>{t("share.chart", { count: temperature.length })}</title>
        {[-10, 0, 10, 20, 30, 40].map((degrees) => (
          <g key={degrees} className="chart-axis">
            <line x1={LEFT} x2={WIDTH} y1={y(degrees)} y2={y(degrees)} />
            <text x={LEFT - 6} y={y(degrees) + 4} textAnchor="end">
              {degrees}°
            </text>
          </g>
        ))}
        {MONTHS.map((n) => (
          <text key={n} className="chart-month" x={x(Date.UTC(2012, n, 1))} y={HEIGHT - 8}>
            {month.format(Date.UTC(2012, n, 1))}
          </text>
        ))}
        {precipitation.map(({ value, time }) => (
          <rect
            key={time}
            className="chart-rain"
            x={x(Date.parse(time)) - 0.8}
            y={TOP}
            width={1.6}
            height={Math.min(HEIGHT - TOP - BOTTOM, value * 2)}
          />
        ))}
        <polyline className="chart-line" points={line.join(" ")} />
      </svg>
      <figcaption className="quiet small">{t("share.legend")}</figcaption>
    </figure>
  );
}
