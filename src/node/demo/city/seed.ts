import type { Code, IsoDate, RegisterItem } from "../../../core/index.ts";
import { HAIKOU, HAIKOU_MUNICIPAL } from "../people.ts";
import { type Acting, exists, importThings, submit } from "../seeding.ts";
import { lampClass, lampsAlong, type Street, statedNames } from "../things.ts";

/** How many lamps Haikou imports into its own ledger. */
export const CITY_LAMPS = 200;

/** Where they stand: class `LAMP` of its municipal administration. */
export const CITY_LAMP_CLASS: string = `${HAIKOU_MUNICIPAL.issuer}/LAMP`;

/** Two streets of Haikou, in 1e-7 degree. */
const STREETS: readonly Street[] = [
  {
    zh: "海府路",
    en: "Haifu Road",
    west: 1_103_480_000,
    south: 200_180_000,
    step: [900, 3_100],
  },
  {
    zh: "龙昆北路",
    en: "Longkun North Road",
    west: 1_103_270_000,
    south: 200_210_000,
    step: [700, 3_000],
  },
];

export type CitySeeded = {
  readonly what: "departments" | "things";
  readonly count: number;
  readonly milliseconds: number;
};

export type CitySeedParts = Acting & {
  readonly today: IsoDate;
  readonly nowMilliseconds: () => number;
  readonly onDone: (seeded: CitySeeded) => void;
};

/** What Haikou registers once it has a ledger of its own; what an earlier start has done is found done. */
export async function seedCity(parts: CitySeedParts): Promise<void> {
  const last = `${CITY_LAMP_CLASS}/${String(CITY_LAMPS).padStart(6, "0")}`;
  if (await exists(parts.client.record(last))) return;
  const steps = [
    ["departments", seedDepartment],
    ["things", seedLamps],
  ] as const;
  for (const [what, step] of steps) {
    const began = parts.nowMilliseconds();
    const count = await step(parts);
    parts.onDone({ what, count, milliseconds: Math.round(parts.nowMilliseconds() - began) });
  }
}

async function seedDepartment(parts: CitySeedParts): Promise<number> {
  const { client, keys, today } = parts;
  const { issuer, names } = HAIKOU_MUNICIPAL;
  const item: RegisterItem = {
    code: issuer as Code,
    kind: "department",
    names: statedNames(names, today),
    keys: [keys.spec(HAIKOU_MUNICIPAL)],
  };
  if (!(await exists(client.record(issuer)))) {
    await submit(parts, HAIKOU, { op: "register", items: [item] });
  }
  return 1;
}

async function seedLamps(parts: CitySeedParts): Promise<number> {
  const { client, today: validFrom } = parts;
  if (!(await exists(client.record(CITY_LAMP_CLASS)))) {
    const items = [lampClass(CITY_LAMP_CLASS, validFrom)];
    await submit(parts, HAIKOU_MUNICIPAL, { op: "register", items });
  }
  const terms = { under: CITY_LAMP_CLASS, count: CITY_LAMPS, number: "HK-", validFrom };
  const items = [...lampsAlong(STREETS, terms)];
  await importThings(parts, HAIKOU_MUNICIPAL, CITY_LAMP_CLASS, items);
  return CITY_LAMPS;
}
