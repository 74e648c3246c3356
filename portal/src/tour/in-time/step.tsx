import { Input } from "antd";
import { type Client, type GazetteJson, readCode } from "cityid/sdk";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CheckedProof, checkProof } from "../../api/check-proof.ts";
import { useCalls } from "../../api/use-calls.ts";
import { AskForm } from "../../ui/ask-form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { askingCommand, verifyCommand } from "../commands.ts";
import { useTour } from "../context.ts";
import { ProofFiles } from "../proof-files.tsx";
import { ProofReport } from "../proof-report.tsx";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { isDay, todayInBeijing } from "./day.ts";
import { DayAnswer, type DayFacts, type SuccessorNames } from "./day-answer.tsx";
import { RegisterHistory } from "./register-history.tsx";

type Answer = {
  readonly code: string;
  readonly one: DayFacts;
  readonly two: DayFacts;
  readonly register: GazetteJson;
  /** Names of what took over, by code. */
  readonly successors: SuccessorNames;
  /** Of the whole entry of the gazette. */
  readonly proof: CheckedProof;
};

/** A code asked for on two days. */
export function InTimeStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo, node } = useTour();
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const task = useTask();
  const [code, setCode] = useState(demo.examples.ended);
  const [one, setOne] = useState("2015-06-01");
  const [two, setTwo] = useState(() => todayInBeijing(Date.now()));
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<"inTime.unknownCode" | "inTime.invalidDay">();

  const ask = (): void =>
    task.run(async () => {
      setProblem(undefined);
      if (![one, two].every(isDay)) return setProblem("inTime.invalidDay");
      const read = readCode(code);
      const register = read.ok ? await findRegister(client, read.value.code) : undefined;
      if (!register) return setProblem("inTime.unknownCode");
      setAnswer({
        code: register.code,
        one: { day: one, facts: await factsOn(client, register.code, one) },
        two: { day: two, facts: await factsOn(client, register.code, two) },
        register,
        successors: await namesOfSuccessors(client, register),
        proof: await checkProof(client, `gazette/${register.code}`, node),
      });
    });
  const takeaway = answer && {
    shown: t("inTime.takeaway"),
    check: t("inTime.check"),
    files: <ProofFiles proof={answer.proof} />,
    command: [
      verifyCommand(answer.proof),
      askingCommand(location.origin, "log", "--kind", "gazette"),
    ].join("\n"),
  };
  return (
    <StepFrame
      id="in-time"
      opens={/at=/}
      intro={t("inTime.intro")}
      calls={calls}
      takeaway={takeaway}
    >
      <AskForm
        verbatim
        label={t("inTime.code")}
        value={code}
        onChange={setCode}
        action={t("inTime.ask")}
        busy={task.busy}
        onAsk={ask}
        {...(problem && { problem: t(problem) })}
      >
        <Day label={t("inTime.one")} value={one} onChange={setOne} />
        <Day label={t("inTime.two")} value={two} onChange={setTwo} />
      </AskForm>
      <ProblemNote failure={task.failure} />
      {answer && (
        <>
          <div className="side-by-side">
            <DayAnswer {...answer.one} {...answer} />
            <DayAnswer {...answer.two} {...answer} />
          </div>
          <section className="result">
            <RegisterHistory register={answer.register} />
            <ProofReport proof={answer.proof} />
          </section>
        </>
      )}
    </StepFrame>
  );
}

function Day(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="day">
      <label htmlFor={id}>{props.label}</label>
      <Input
        id={id}
        inputMode="numeric"
        className="verbatim"
        autoComplete="off"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        {...(!isDay(props.value) && { status: "error" as const, "aria-invalid": true })}
      />
    </div>
  );
}

/** Lists are asked by prefix, so that a code nobody lists is an empty list and not an error. */
async function findRegister(client: Client, code: string): Promise<GazetteJson | undefined> {
  const { items } = await client.gazette({ under: code }, { limit: 1 });
  return items.find((item) => item.code === code);
}

async function factsOn(client: Client, code: string, at: string): Promise<GazetteJson["facts"]> {
  const { items } = await client.gazette({ under: code, at }, { limit: 1 });
  return items.find((item) => item.code === code)?.facts ?? [];
}

async function namesOfSuccessors(client: Client, { facts }: GazetteJson): Promise<SuccessorNames> {
  const codes = new Set(facts.flatMap(({ successors = [] }) => successors.map(({ code }) => code)));
  const names = new Map<string, GazetteJson["facts"][number]["names"]>();
  for (const code of codes) {
    const latest = (await findRegister(client, code))?.facts.at(-1);
    if (latest) names.set(code, latest.names);
  }
  return names;
}
