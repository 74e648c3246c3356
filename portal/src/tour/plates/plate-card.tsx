import { correction, generate, mode } from "lean-qr";
import { type ReactNode, useMemo } from "react";
import { language, usePreference } from "../../app/preferences.ts";
import { nameOf } from "../../ui/names.ts";
import type { Plate } from "./seals.ts";

const QUIET_MODULES = 4;

/** A plate as it would hang on the lamp; white and black on any ground, as it is printed. */
export function PlateCard({ plate }: { readonly plate: Plate }): ReactNode {
  const lang = usePreference(language);
  const { size, path } = useMemo(() => symbolOf(plate), [plate]);
  return (
    <figure className="plate">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={plate.code}>
        <path d={path} />
      </svg>
      <figcaption>
        <code>
          {plate.code}
          <span className="plate-check">*{plate.check}</span>
        </code>
        <span>{nameOf(plate.names, lang)}</span>
      </figcaption>
    </figure>
  );
}

function symbolOf({ segments: { alphanumeric, numeric } }: Plate): {
  readonly size: number;
  readonly path: string;
} {
  const modes = mode.multi(mode.alphaNumeric(alphanumeric), mode.numeric(numeric));
  const bitmap = generate(modes, {
    minCorrectionLevel: correction.M,
    maxCorrectionLevel: correction.M,
  });
  let path = "";
  for (let y = 0; y < bitmap.size; y++) {
    for (let x = 0; x < bitmap.size; x++) {
      if (bitmap.get(x, y)) path += `M${x + QUIET_MODULES} ${y + QUIET_MODULES}h1v1h-1z`;
    }
  }
  return { size: bitmap.size + 2 * QUIET_MODULES, path };
}
