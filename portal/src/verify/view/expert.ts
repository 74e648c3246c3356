import { hex } from "cityid/sdk";
import { button, facts, h } from "../../plain/dom.ts";
import { say, text } from "../../plain/text.ts";
import { saveText } from "../../ui/save-text.ts";
import type { Report } from "../check/report.ts";
import { moment } from "./say.ts";

const EXPERTS = text("给专业人员", "For experts");
const TEXT = text("扫描到的内容", "What was scanned");
const REASON = text("原因代码", "Reason");
const HOLDER = text("签章者", "Signer");
const SERIAL = text("序号", "Serial");
const SEALED = text("签章时间", "Sealed");
const POLICY = text("信任策略", "Trust policy");
const REFUSED = text("未通过的证明", "Proofs that were refused");
const NODE = text("节点的回答", "The node's answer");
const COMMAND = text("用命令行核验", "On the command line");
const SAVE = text("保存核验依据", "Save the evidence");

/** What a citizen need not read: codes, keys, the policy, the evidence as a file. */
export function expertDetails(report: Report): HTMLElement {
  const verdict = report.kind === "seal" ? report.verdict : undefined;
  const seal = verdict?.scanned?.seal;
  const because = verdict && verdict.outcome !== "genuine" ? verdict.because : undefined;
  const refused = report.knowledge?.refused ?? [];
  const evidence = report.gathered?.text;
  const mono = (value: string | undefined) => value && h("code", {}, value);
  const list = facts([
    [say(REASON), mono(because && JSON.stringify(because))],
    [say(HOLDER), mono(verdict?.signer && `${verdict.signer.holder} · ${verdict.signer.kid}`)],
    ["kid", mono(seal && verdict?.signer === undefined ? hex(seal.kid) : undefined)],
    [say(SERIAL), seal && String(seal.serial)],
    ["born", mono(seal && hex(seal.born))],
    [say(SEALED), seal && `${moment(seal.iatSeconds * 1000)} (UTC+8)`],
    [say(REFUSED), mono(refused.map(({ at, refusal }) => `${at}: ${refusal.code}`).join(", "))],
    [say(NODE), mono(report.gathered?.problem)],
    [say(TEXT), mono(report.text)],
    [say(POLICY), report.trust && h("pre", {}, report.trust.kept.policy)],
    [
      say(COMMAND),
      seal && h("pre", {}, `cityid seal check "${report.text}" --url ${location.origin}`),
    ],
  ]);
  const save =
    evidence === undefined
      ? undefined
      : button(say(SAVE), () => saveText("evidence.json", "application/json", evidence));
  return h("details", { class: "expert" }, h("summary", {}, say(EXPERTS)), list, save);
}
