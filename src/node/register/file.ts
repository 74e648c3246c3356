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
  const [date, year, month = "01", day = "01"] = match;
  const moment = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // Date takes 30 February and makes March of it.
  return moment.toJSON()?.startsWith(`${year}-${month}-${day}`) === true ? date : undefined;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
