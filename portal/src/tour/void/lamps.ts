import type { ManifestJson, RegisterItem } from "cityid/sdk";
import { codeOf } from "../codes.ts";

/** Lamps in the import that the tour makes. */
export const LAMPS = 20;

/** Zhongshan Road, Shijiazhuang, westwards: 1e-7 degree, a lamp every 30 m or so. */
const FIRST_POSITION = [1_145_149_000, 380_423_000] as const;
const STEP_WEST = 3_500;

/**
 * The rows of a small import. Each import has lamps of its own, named after the minute in which it is made.
 *
 * @param under a class below a department: `MA.156.1301.02/LAMP`
 */
export function makeLamps(under: string, now: Date): readonly RegisterItem[] {
  const day = now.toISOString().slice(0, 10);
  const batch = now.toISOString().slice(2, 19).replaceAll(/\D/g, "");
  return Array.from({ length: LAMPS }, (_, index) => lamp(under, batch, index + 1, day));
}

function lamp(under: string, batch: string, number: number, validFrom: string): RegisterItem {
  const label = String(number).padStart(2, "0");
  const [east, north] = FIRST_POSITION;
  return {
    code: codeOf(`${under}/T${batch}-${label}`),
    kind: "thing",
    class: classOf(under),
    names: {
      zh: { value: `中山路 ${label} 号路灯（导览）`, validFrom },
      en: { value: `Zhongshan Road lamp ${label} (tour)`, validFrom },
    },
    geometry: { value: { point: [east - number * STEP_WEST, north] }, validFrom },
  };
}

function classOf(under: string): string {
  return under.slice(under.indexOf("/") + 1);
}

/** What the tour imports is told from other imports by its size. */
export function isTourImport(
  manifest: Pick<ManifestJson, "what" | "count" | "under">,
  under: string,
): boolean {
  return manifest.what === "register" && manifest.count === LAMPS && manifest.under === under;
}
