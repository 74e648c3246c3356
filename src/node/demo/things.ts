import type { Code, RegisterItem } from "../../core/index.ts";

/** How many lamps the demonstration imports. */
export const LAMPS = 1000;

/** Where the lamps stand: class `LAMP` of the transport bureau. */
export const LAMP_CLASS = "MA.156.1301.02/LAMP";

/** Five streets of Shijiazhuang, in 1e-7 degree: where the first lamp stands and how far the next one is. */
const STREETS: readonly Street[] = [
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
];

/** A class of street lamps. */
export function lampClass(code: string, validFrom: string): RegisterItem {
  const names = statedNames({ zh: "路灯", en: "Street lamps" }, validFrom);
  return { code: code as Code, kind: "class", class: "LAMP", names };
}

/** Names that hold from a day on. */
export function statedNames(
  { zh, en }: { readonly zh: string; readonly en: string },
  validFrom: string,
): RegisterItem["names"] {
  return { zh: { value: zh, validFrom }, en: { value: en, validFrom } };
}

export type Street = {
  readonly zh: string;
  readonly en: string;
  readonly west: number;
  readonly south: number;
  readonly step: readonly [number, number];
};

/** The lamps of Shijiazhuang. */
export function lamps(validFrom: string): Generator<RegisterItem> {
  return lampsAlong(STREETS, { under: LAMP_CLASS, count: LAMPS, number: "ZS-", validFrom });
}

/**
 * Lamps along real streets, at invented places a lamp's distance apart, each with the number that it bore before.
 * The facts are made up and say so; the streets help to find one's way on a map.
 */
export function* lampsAlong(
  streets: readonly Street[],
  terms: {
    readonly under: string;
    readonly count: number;
    /** What numbers of old begin with. */
    readonly number: string;
    readonly validFrom: string;
  },
): Generator<RegisterItem> {
  const { under, count, number: prefix, validFrom } = terms;
  const each = Math.ceil(count / streets.length);
  for (const [place, street] of streets.entries()) {
    const [east, north] = street.step;
    for (let along = 0; along < each && place * each + along < count; along++) {
      const n = place * each + along + 1;
      const number = String(along + 1).padStart(3, "0");
      yield {
        code: `${under}/${String(n).padStart(6, "0")}` as Code,
        kind: "thing",
        class: "LAMP",
        names: statedNames(
          { zh: `${street.zh}路灯${number}号`, en: `${street.en} lamp ${number}` },
          validFrom,
        ),
        geometry: {
          value: { point: [street.west + along * east, street.south + along * north] },
          validFrom,
        },
        aliases: [{ scheme: "asset-no", value: `${prefix}${String(n).padStart(4, "0")}` }],
        stage: { value: "in-use", validFrom },
      };
    }
  }
}
