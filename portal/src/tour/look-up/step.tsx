import type { SearchAnswer } from "cityid/sdk";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckedProof } from "../../api/check-proof.ts";
import { useCalls } from "../../api/use-calls.ts";
import { AskForm } from "../../ui/ask-form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { verifyCommand } from "../commands.ts";
import { ProofFiles } from "../proof-files.tsx";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { FoundCode } from "./found-code.tsx";
import { Hits } from "./hits.tsx";

const SHOWN = 8;
const EXAMPLES = ["石家庄", "shijiazhuang", "MA.156.46"] as const;

/** A name leads to a record, the record to who signed it. */
export function LookUpStep(): ReactNode {
  const { t } = useTranslation("tour");
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const search = useTask();
  const [text, setText] = useState("石家庄");
  const [answer, setAnswer] = useState<SearchAnswer>();
  const [chosen, setChosen] = useState<string>();
  const [proof, setProof] = useState<CheckedProof>();
  const [isEmpty, setEmpty] = useState(false);

  const ask = (q: string): void => {
    setText(q);
    setEmpty(q.trim() === "");
    if (q.trim() === "") return;
    search.run(async () => {
      const found = await client.search({ q: q.trim() }, { limit: SHOWN });
      setAnswer(found);
      setChosen(found.items[0]?.code);
    });
  };
  // The proof shown belongs to the code chosen.
  useEffect(() => setProof(undefined), [chosen]);

  const takeaway = proof?.findings.holds && {
    shown: t("lookUp.takeaway"),
    check: t("lookUp.check"),
    files: <ProofFiles proof={proof} />,
    command: verifyCommand(proof),
  };
  return (
    <StepFrame
      id="look-up"
      opens={/\/v1\/codes\?/}
      intro={t("lookUp.intro")}
      calls={calls}
      takeaway={takeaway || undefined}
    >
      <AskForm
        type="search"
        label={t("lookUp.label")}
        value={text}
        onChange={setText}
        action={t("lookUp.search")}
        busy={search.busy}
        onAsk={() => ask(text)}
        hint={<Examples onChoose={ask} />}
        {...(isEmpty && { problem: t("lookUp.empty") })}
      />
      <ProblemNote failure={search.failure} />
      {answer && <Hits answer={answer} chosen={chosen} onChoose={setChosen} />}
      {chosen !== undefined && (
        <FoundCode key={chosen} code={chosen} client={client} onProof={setProof} />
      )}
    </StepFrame>
  );
}

function Examples({ onChoose }: { readonly onChoose: (text: string) => void }): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <>
      {t("lookUp.try")}{" "}
      {EXAMPLES.map((example) => (
        <button
          key={example}
          type="button"
          className="link example"
          onClick={() => onChoose(example)}
        >
          {example}
        </button>
      ))}
    </>
  );
}
