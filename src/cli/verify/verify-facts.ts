import { type CborValue, hex } from "../../core/index.ts";
import { type FactsVerdict, verifyFacts } from "../../verify/data/index.ts";
import type { TrustOptions } from "../../verify/index.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { delegationText, refused, whoLines } from "./attested.ts";

/** That things were said, by whose key, and since when that is written down. */
export async function verifyFactsFile(
  run: Run,
  text: string,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const verdict = await verifyFacts(text, trust);
  if (!verdict.ok) throw refused(verdict.error);
  const { dataset, source, index, iatSeconds, signer, anchoredMilliseconds } = verdict.value;
  if (code !== undefined && code !== source && !dataset.startsWith(`${code}#`)) {
    throw new CliProblem("CLI_PROOF_SUBJECT", { got: `dataset/${dataset}`, want: code });
  }
  const anchored =
    anchoredMilliseconds === undefined ? undefined : new Date(anchoredMilliseconds).toISOString();
  const shown = {
    ...{ dataset, source, index, signer, signed: new Date(iatSeconds * 1000).toISOString() },
    ...(anchored && { anchored }),
    facts: Object.fromEntries(verdict.value.facts.map(({ name, value }) => [name, json(value)])),
  };
  run.result(shown, () => lines(run, verdict.value, anchored));
}

function lines(run: Run, verdict: FactsVerdict, anchored: string | undefined): string[] {
  const { say, paint } = run;
  const { dataset, source, index, iatSeconds, signer, ledger } = verdict;
  const { closed } = signer;
  return [
    paint.good("✔ ") +
      say({
        en: `${source} said this, in entry ${index} of ${dataset}:`,
        zh: `${source} 在 ${dataset} 第 ${index} 条中声明：`,
      }),
    ...verdict.facts.map(({ name, value }) => `  ${name}: ${JSON.stringify(json(value))}`),
    `  ${say({ en: "signed", zh: "签署时间" })} ${localTime(new Date(iatSeconds * 1000).toISOString())}, ${signer.holder}, ${signer.kid}`,
    anchored === undefined
      ? `  ${say({ en: "not anchored yet: the log alone vouches for it", zh: "尚未锚定：仅由数据集日志自身担保" })}`
      : `  ${say({ en: "anchored in the ledger", zh: "锚定于账本" })} ${localTime(anchored)}`,
    ...(closed === undefined
      ? []
      : [
          `  ${paint.bad("! ")}${say({
            en: `the key was closed since (${closed.why}): count only what was anchored before ${localTime(new Date(closed.sinceSeconds * 1000).toISOString())}`,
            zh: `该密钥此后已停用（${closed.why}）：仅 ${localTime(new Date(closed.sinceSeconds * 1000).toISOString())} 之前锚定的可信`,
          })}`,
        ]),
    ...ledger.links.map((link) => `  ${delegationText(run, link)}`),
    ...whoLines(run, ledger.last),
  ];
}

/** As people write it: fractions as they are, bytes in hex. */
function json(value: CborValue): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(json);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === "decimal") return only[1];
  return Object.fromEntries(entries.map(([name, each]) => [name, json(each as CborValue)]));
}
