import { type Code, codeShape } from "../../core/index.ts";
import { ApiProblem, everyItem } from "../../sdk/index.ts";
import type { Run } from "../run.ts";
import { type Draft, type RowTerms, readCells } from "./draft.ts";
import { classNameOf, type Surroundings } from "./item.ts";
import { openMapped } from "./open-mapped.ts";
import type { AskedImport } from "./request.ts";

/** What the ledger has already, and the number behind all that it has. */
export type Found = Surroundings & { readonly nextNumber: number };

/** Asks the node what a file is judged against, so that a row can be refused before anything is signed. */
export async function lookAround(run: Run, request: AskedImport): Promise<Found> {
  const known = new Set<string>();
  for await (const item of everyItem((paging) => run.client.classes(paging))) known.add(item.class);
  const named = await readClasses(request);
  const { under } = request.terms;
  const classes = [...named].filter((name) => known.has(name));
  const { taken, highest } = await childrenOf(run, [
    under,
    ...classes.map((name) => `${under}/${name}`),
  ]);
  return {
    taken: (code) => taken.has(code),
    knowsClass: (name) => known.has(name),
    nextNumber: highest + 1,
  };
}

/** The classes that rows name below a department, where a class stands between it and its things. */
async function readClasses(request: AskedImport): Promise<ReadonlySet<string>> {
  const { terms } = request;
  const classes = new Set<string>();
  if (["class", "item"].includes(codeShape(terms.under))) return classes;
  const { source, mapping } = await openMapped(request);
  for await (const row of source.rows()) {
    const name = classNameIn(readCells(row, mapping, terms), terms);
    if (name !== undefined) classes.add(name);
  }
  return classes;
}

function classNameIn(draft: Draft, { under }: RowTerms): string | undefined {
  return classNameOf((draft.code ?? under) as Code, draft);
}

/** A number that an import may have given: `--first` takes no longer one. */
const NUMBER = /[./](\d{1,9})$/;

async function childrenOf(run: Run, parents: readonly string[]) {
  const taken = new Set<string>();
  let highest = 0;
  for (const [index, parent] of parents.entries()) {
    try {
      for await (const { code, effective } of run.client.everyChild(parent)) {
        if (effective.status !== "void" && effective.status !== "retired") taken.add(code);
        // A number that was taken back is not given again either.
        highest = Math.max(highest, Number(NUMBER.exec(code)?.[1] ?? 0));
      }
    } catch (cause) {
      // A class that is not there yet has nothing below it.
      if (index > 0 && cause instanceof ApiProblem && cause.status === 404) continue;
      throw cause;
    }
  }
  return { taken, highest };
}
