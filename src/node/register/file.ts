import type { PartialDate } from "../../core/index.ts";

/** Why a file of divisions was not read. `line` counts from 1. */
export type FileRefusal =
  | { readonly code: "GAZETTE_FILE_JSON"; readonly format: string }
  | {
      readonly code: "GAZETTE_FILE_HEADER";
      readonly line: number;
      readonly got: string;
      readonly want: string;
    }
  | {
      readonly code: "GAZETTE_FILE_FIELDS";
      readonly line: number;
      readonly got: number;
      readonly want: number;
    }
  | {
      readonly code: "GAZETTE_FILE_FIELD";
      readonly line: number;
      readonly field: string;
      readonly got: string;
    }
  | { readonly code: "GAZETTE_FILE_OVERLAP"; readonly line: number; readonly other: number };

/** A partial date as it stands in a file: `2018`, `2018-12` or `2018-12-26`. */
export function readDate(text: unknown): PartialDate | undefined {
  const match = typeof text === "string" ? DATE.exec(text) : null;
  if (match === null) return undefined;
  const [date, year, month = "1", day = "1"] = match;
  // UTC carries 30 February over into March.
  const moment = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(day);
  return exists ? date : undefined;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
