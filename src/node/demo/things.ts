import type { Code, RegisterItem } from "../../core/index.ts";

/** How many lamps the demonstration imports. */
export const LAMPS = 1000;

/** Where the lamps stand: class `LAMP` of the transport bureau. */
export const LAMP_CLASS = "MA.156.1301.02/LAMP";

/** Five streets of Shijiazhuang, in 1e-7 degree: where the first lamp stands and how far the next one is. */
const STREETS = [
  {
    zh: "中山路",
    en: "Zhongshan Road",
    west: 1_144_700_000,
    south: 380_420_000,
    step: [5_500, 60],
  },
  { zh: "裕华路", en: "Yuhua Road", west: 1_144_700_000, south: 380_340_000, step: [5_600, 40] },
  { zh: "和平路", en: "Heping Road", west: 1_144_650_000, south: 380_560_000, step: [5_400, 80] },
  { zh: "体育大街", en: "Tiyu Street", west: 1_145_320_000, south: 380_150_000, step: [30, 3_200] },
  {
    zh: "建设大街",
    en: "Jianshe Street",
    west: 1_145_060_000,
    south: 380_150_000,
    step: [40, 3_200],
  },
] as const;

/**
 * Lamps along real streets, at invented places a lamp's distance apart, each with the number that it bore before.
 * The facts are made up and say so; the streets help to find one's way on a map.
 */
export function* lamps(validFrom: string): Generator<RegisterItem> {
  for (let n = 1; n <= LAMPS; n++) {
    const street = STREETS[Math.floor(((n - 1) * STREETS.length) / LAMPS)] ?? STREETS[0];
    const along = (n - 1) % (LAMPS / STREETS.length);
    const [east, north] = street.step;
    const number = String(along + 1).padStart(3, "0");
    yield {
      code: `${LAMP_CLASS}/${String(n).padStart(6, "0")}` as Code,
      kind: "thing",
      class: "LAMP",
      names: {
        zh: { value: `${street.zh}路灯${number}号`, validFrom },
        en: { value: `${street.en} lamp ${number}`, validFrom },
      },
      geometry: {
        value: { point: [street.west + along * east, street.south + along * north] },
        validFrom,
      },
      aliases: [{ scheme: "asset-no", value: `ZS-${String(n).padStart(4, "0")}` }],
      stage: { value: "in-use", validFrom },
    };
  }
}
