import type { shell } from "./en/shell.ts";
import type { tour } from "./en/tour.ts";
import type { ui } from "./en/ui.ts";

/** What every language must say; English is where a new sentence gets its name. */
export type Messages = {
  readonly shell: Words<typeof shell>;
  readonly ui: Words<typeof ui>;
  readonly tour: Words<typeof tour>;
};

/** The same names; English needs a `_one` beside `_other`, which Chinese does without. */
type Words<W> = {
  readonly [Name in keyof W as Name extends `${string}_one` ? never : Name]: W[Name] extends string
    ? string
    : Words<W[Name]>;
};
