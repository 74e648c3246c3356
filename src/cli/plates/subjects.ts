import { ancestorsOf, type Code } from "../../core/index.ts";
import type { RecordAnswer, Summary } from "../../sdk/index.ts";
import { ahead } from "../below.ts";
import { classOf } from "../code-kind.ts";
import { allNamesIn, nameIn } from "../name-in.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";

/** What a plate is made for: all that sealing and printing need, so that the node is asked once. */
export type PlateSubject = {
  readonly code: string;
  /** Of the record, hex. */
  readonly born: string;
  readonly name?: string;
  readonly second?: string;
  readonly owner?: string;
};

/** What below the parent gets no plate of this key, and why. */
export type LeftOut = {
  /** Suspended, retired or void, each with all that is below it. */
  ended: number;
  /** They have keys of their own for seals: whoever checks would ask for those. */
  sealThemselves: number;
};

export type Wanted = { readonly parent: Code; readonly class?: string; readonly holder: string };

/**
 * Every active code below the parent that the holder may seal, parents first, in the order in which they were issued.
 *
 * @throws CliProblem PLATES_HOLDER where the holder does not seal for the parent
 */
export async function* subjectsBelow(
  run: Run,
  wanted: Wanted,
  left: LeftOut,
): AsyncGenerator<PlateSubject, void, undefined> {
  const owner = await ownerAbove(run, wanted);
  const found = walk(run, wanted, { code: wanted.parent, ...owner }, left);
  const asked = ahead(found, async ({ code, owner: above, record }) => ({
    above,
    answer: await (record ?? run.client.record(code)),
  }));
  for await (const { above, answer } of asked) {
    if (sealsItself(answer, wanted)) left.sealThemselves += 1;
    else yield subjectOf(answer, above);
  }
}

/** A code on the way, and the name of who governs what is above it. */
type Found = {
  readonly code: string;
  readonly owner?: string | undefined;
  readonly record?: RecordAnswer;
};

/** Depth first: of each level one page is held, however many codes there are. */
async function* walk(
  run: Run,
  wanted: Wanted,
  { code: parent, owner }: Found,
  left: LeftOut,
): AsyncGenerator<Found, void, undefined> {
  for await (const child of run.client.everyChild(parent)) {
    run.signal.throwIfAborted();
    if (child.effective.status !== "active") {
      left.ended += 1;
      continue;
    }
    const { code } = child;
    if (child.children === 0) {
      if (isWanted(child, wanted)) yield { code, owner };
      continue;
    }
    const record = await run.client.record(code);
    if (sealsItself(record, wanted)) {
      left.sealThemselves += 1;
      continue;
    }
    if (isWanted(child, wanted)) yield { code, owner, record };
    yield* walk(run, wanted, { code, owner: ownerOf(record, owner) }, left);
  }
}

/** Of a class are the things in it, not the class. */
function isWanted({ code, kind }: Summary, wanted: Wanted): boolean {
  if (wanted.class === undefined) return true;
  return kind === "thing" && classOf(code) === wanted.class;
}

function sealsItself({ code, record }: RecordAnswer, { holder }: Wanted): boolean {
  return code !== holder && record.holds.includes("seal");
}

function ownerOf(
  { record }: Pick<RecordAnswer, "record">,
  above: string | undefined,
): string | undefined {
  return record.holds.includes("govern") ? nameIn(record.names, "zh") : above;
}

/** Who governs the parent; on the way up to the holder nobody else may have keys for seals. */
async function ownerAbove(run: Run, { parent, holder }: Wanted): Promise<{ owner?: string }> {
  let owner: string | undefined;
  let isBelowHolder = true;
  for (const code of [parent, ...ancestorsOf(parent)]) {
    const answer = await run.client.record(code);
    if (code === holder) isBelowHolder = false;
    else if (isBelowHolder && answer.record.holds.includes("seal")) {
      throw new CliProblem("PLATES_HOLDER", { holder, parent, nearer: code });
    }
    owner ??= ownerOf(answer, undefined);
    if (owner !== undefined && !isBelowHolder) break;
  }
  return owner === undefined ? {} : { owner };
}

/** Chinese first; the name in another language goes below it where there is room. */
function subjectOf({ code, record }: RecordAnswer, above: string | undefined): PlateSubject {
  const [name, second] = allNamesIn(record.names, "zh");
  const owner = ownerOf({ record }, above);
  return {
    code,
    born: record.born,
    ...(name !== undefined && { name }),
    ...(second !== undefined && { second }),
    ...(owner !== undefined && owner !== name && { owner }),
  };
}
