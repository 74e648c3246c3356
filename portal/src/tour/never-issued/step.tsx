import { readCode } from "cityid/sdk";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CheckedProof, checkProof } from "../../api/check-proof.ts";
import { useCalls } from "../../api/use-calls.ts";
import { AskForm } from "../../ui/ask-form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { verifyCommand } from "../commands.ts";
import { useTour } from "../context.ts";
import { ProofFiles } from "../proof-files.tsx";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { AbsenceVerdict } from "./absence-verdict.tsx";

type Asked = { readonly code: string; readonly proof: CheckedProof };

/** A code that nobody issued, and the proof that nobody did. */
export function NeverIssuedStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo, node } = useTour();
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const task = useTask();
  const [text, setText] = useState(demo.examples.neverIssued);
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<Asked>();

  const ask = (): void => {
    const read = readCode(text);
    setProblem(read.ok ? undefined : read.error.code);
    if (!read.ok) return;
    const { code } = read.value;
    task.run(async () => {
      setAsked({ code, proof: await checkProof(client, `code/${code}`, node) });
    });
  };
  const takeaway = useMemo(
    () =>
      asked?.proof.findings.holds && !asked.proof.findings.present
        ? {
            shown: t("neverIssued.takeaway"),
            check: t("neverIssued.check"),
            files: <ProofFiles proof={asked.proof} />,
            command: verifyCommand(asked.proof),
          }
        : undefined,
    [asked, t],
  );
  return (
    <StepFrame
      id="never-issued"
      opens={/\/v1\/proof/}
      intro={t("neverIssued.intro")}
      calls={calls}
      takeaway={takeaway}
    >
      <AskForm
        verbatim
        label={t("neverIssued.label")}
        value={text}
        onChange={setText}
        action={t("neverIssued.ask")}
        busy={task.busy}
        onAsk={ask}
        {...(problem !== undefined && {
          problem: (
            <>
              {t("neverIssued.invalid")} <code className="quiet small">{problem}</code>
            </>
          ),
        })}
      />
      <ProblemNote failure={task.failure} />
      {asked && <AbsenceVerdict key={asked.proof.text} {...asked} />}
    </StepFrame>
  );
}
