import { aliasPage } from "../../alias-page.ts";
import type { AliasPage, AliasQuery } from "../../port.ts";
import { nameIn } from "./frame-kind.ts";
import type { IndexView } from "./index-view.ts";
import { aliasKey } from "./layout.ts";
import { numbersIn } from "./number48.ts";
import { readAlias } from "./record-fields.ts";

/** An alias that leads somewhere. */
export type FoundAlias = {
  readonly division: string;
  readonly scheme: string;
  readonly code: string;
};

/** The parts of `alias/<division>/<scheme>/<value>`, whose value may hold slashes. */
export function aliasIn(key: string): {
  readonly division: string;
  readonly scheme: string;
  readonly value: string;
} {
  const name = nameIn(key);
  const first = name.indexOf("/");
  const second = name.indexOf("/", first + 1);
  return {
    division: name.slice(0, first),
    scheme: name.slice(first + 1, second),
    value: name.slice(second + 1),
  };
}

/** Every alias of a value that was not given back, whatever its scheme, in the order of their keys. */
export function findAliases({ runs, source }: IndexView, value: string): FoundAlias[] {
  const key = aliasKey(value);
  const offsets = numbersIn(runs.find([[key, key]]).map((entry) => entry.value));
  const newest = new Map<string, { readonly at: ReturnType<typeof aliasIn>; reference: string }>();
  // Later versions stand later.
  for (const offset of offsets.sort((a, b) => a - b)) {
    const frame = source.frameAt(offset);
    const at = aliasIn(frame.key);
    // Another value may have the same hash.
    if (at.value === value) newest.set(frame.key, { at, reference: readAlias(frame) });
  }
  return [...newest.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(
      ([
        ,
        {
          at: { division, scheme },
          reference,
        },
      ]) => (reference === "" ? [] : [{ division, scheme, code: codeIn(reference) }]),
    );
}

/** A page of the codes that an alias leads to, in one division or in all. */
export function readAliases(view: IndexView, query: AliasQuery): AliasPage {
  view.runs.refresh();
  const { scheme, value, division } = query;
  const found = findAliases(view, value).filter(
    (each) => each.scheme === scheme && (division ?? each.division) === each.division,
  );
  return aliasPage(found, query);
}

function codeIn(reference: string): string {
  return reference.slice(0, reference.indexOf("#"));
}
