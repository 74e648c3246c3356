import { type Alias, type Code, codeShape, divisionOf } from "../../core/index.ts";
import { ApiProblem, everyItem } from "../../sdk/index.ts";
import type { Run } from "../run.ts";
import { type Draft, type RowTerms, readCells } from "./draft.ts";
import { aliasKeyOf, classNameOf, type Surroundings } from "./item.ts";
import { openMapped } from "./open-mapped.ts";
import type { AskedImport } from "./request.ts";

/** What the ledger has already, and the number behind all that it and the file itself have. */
export type Found = Surroundings & { readonly nextNumber: number };

/** Asks the node what a file is judged against, so that a row can be refused before anything is signed. */
export async function lookAround(run: Run, request: AskedImport): Promise<Found> {
  const known = new Set<string>();
  for await (const item of everyItem((paging) => run.client.classes(paging))) known.add(item.class);
  const named = await readNamed(request);
  const { under } = request.terms;
  const classes = [...named.classes].filter((name) => known.has(name));
  const { taken, highest } = await childrenOf(run, [
    under,
    ...classes.map((name) => `${under}/${name}`),
  ]);
  const holders = await holdersOf(run, named.aliases);
  return {
    taken: (code) => taken.has(code),
    knowsClass: (name) => known.has(name),
    holderOf: (code, alias) => holders.get(aliasKeyOf(code, alias)),
    nextNumber: Math.max(highest, named.highest) + 1,
  };
}

type Named = {
  /** Below which the node is asked for children too: there, a thing's class stands between it and a department. */
  readonly classes: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, { readonly city: string; readonly alias: Alias }>;
  /** The highest number among the rows' own codes: those without one are numbered behind it, wherever they stand. */
  readonly highest: number;
};

/** What the rows name that only the node can judge; the file is read for it only where they can name something. */
async function readNamed(request: AskedImport): Promise<Named> {
  const { terms } = request;
  const { source, mapping } = await openMapped(request);
  const classes = new Set<string>();
  const aliases = new Map<string, { readonly city: string; readonly alias: Alias }>();
  const isAboveClasses = !["class", "item"].includes(codeShape(terms.under));
  const namesSome = [...mapping.values()].some(({ what }) => what === "alias" || what === "code");
  let highest = 0;
  if (!isAboveClasses && !namesSome) return { classes, aliases, highest };
  for await (const row of source.rows()) {
    const draft = readCells(row, mapping, terms);
    const name = isAboveClasses ? classNameIn(draft, terms) : undefined;
    if (name !== undefined) classes.add(name);
    highest = Math.max(highest, numberIn(draft.code ?? ""));
    const code = (draft.code ?? terms.under) as Code;
    for (const alias of draft.aliases)
      aliases.set(aliasKeyOf(code, alias), { city: divisionOf(code), alias });
  }
  return { classes, aliases, highest };
}

function classNameIn(draft: Draft, { under }: RowTerms): string | undefined {
  return classNameOf((draft.code ?? under) as Code, draft);
}

/** A number that an import may have given: `--first` takes no longer one. */
const NUMBER = /[./](\d{1,9})$/;

function numberIn(code: string): number {
  return Number(NUMBER.exec(code)?.[1] ?? 0);
}

async function childrenOf(run: Run, parents: readonly string[]) {
  const taken = new Set<string>();
  let highest = 0;
  for (const [index, parent] of parents.entries()) {
    try {
      for await (const { code, effective } of run.client.everyChild(parent)) {
        if (effective.status !== "void" && effective.status !== "retired") taken.add(code);
        // A number that was taken back is not given again either.
        highest = Math.max(highest, numberIn(code));
      }
    } catch (cause) {
      // A class that is not there yet has nothing below it.
      if (index > 0 && cause instanceof ApiProblem && cause.status === 404) continue;
      throw cause;
    }
  }
  return { taken, highest };
}

/** Questions to the node that are under way together. */
const TOGETHER = 32;

/** Who holds these numbers, of those that somebody holds who is in force. */
async function holdersOf(run: Run, aliases: Named["aliases"]): Promise<Map<string, string>> {
  const holders = new Map<string, string>();
  const asked = [...aliases];
  const bar = run.progress(run.say({ en: "Looking up numbers", zh: "正在核对编号" }), asked.length);
  for (let at = 0; at < asked.length; at += TOGETHER) {
    const some = asked.slice(at, at + TOGETHER);
    await Promise.all(
      some.map(async ([key, { city, alias }]) => {
        const holder = await holderOf(run, city, alias);
        if (holder !== undefined) holders.set(key, holder);
      }),
    );
    bar.to(at + some.length);
  }
  bar.end();
  return holders;
}

async function holderOf(run: Run, city: string, { scheme, value }: Alias) {
  const [code] = await run.client.alias(scheme, value, city).catch((cause: unknown) => {
    if (cause instanceof ApiProblem && cause.status === 404) return [];
    throw cause;
  });
  if (code === undefined) return undefined;
  const { status } = (await run.client.record(code)).effective;
  return status === "void" || status === "retired" ? undefined : code;
}
