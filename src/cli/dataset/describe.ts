import type { Code } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import { decideAndSubmit } from "../deciding.ts";
import type { Run } from "../run.ts";
import { type TermOptions, termsOf } from "./terms.ts";

/** Says anew what a dataset is: what is given changes, the rest stays as it was, and so does its log. */
export async function describeDataset(run: Run, code: Code, options: TermOptions): Promise<void> {
  const { log, ...before } = await run.client.dataset(code);
  const { origin, vkeys, url } = log;
  const terms = termsOf(options, before);
  if (JSON.stringify(terms) === JSON.stringify(termsOf({}, before))) {
    run.note(run.say({ en: "Nothing changes by that.", zh: "没有任何更改。" }));
    return;
  }
  const prev = await chainOf(run, code, "op");
  await decideAndSubmit(run, { op: "dataset", code, prev, ...terms, log: { origin, vkeys, url } });
}
