import { factsOf } from "../certificate/facts.ts";
import { historyRows, proofRows, type Row, recordRows } from "../certificate/words.ts";
import type { Run } from "../run.ts";
import { alignRows } from "../width.ts";
import type { Judged } from "./judge.ts";

// A genuine proof can travel in a forged page. So the verdict is that of the proof, and what a true page says is printed from
// it, for whoever holds the page to compare; the page itself is not read.

/** The same run, for the proof out of a PDF: its verdict is followed by what the page must say. */
export function besidePage(run: Run, path: string, judged: Judged): Run {
  const { say, paint } = run;
  return {
    ...run,
    result: (value, lines) =>
      run.result({ ...(value as object), certificate: { file: path, page: "not checked" } }, () => [
        ...lines(),
        paint.warn("▲ ") +
          say({
            en: "This is what the attached proof says. The words on the page were not read: if they differ from these, the page is forged.",
            zh: "以上为所附证明的内容。页面文字未经读取：如与下列内容不符，则页面系伪造。",
          }),
        ...pageLines(run, judged),
      ]),
  };
}

function pageLines({ language }: Run, judged: Judged): string[] {
  const facts = factsOf(judged);
  if (facts === undefined) return [];
  const cells = ({ label, value }: Row) => [label[language], value];
  return [
    ...alignRows([...recordRows(facts, language), ...proofRows(facts)].map(cells)),
    ...alignRows(historyRows(facts, language)),
  ].map((line) => `  ${line}`);
}
