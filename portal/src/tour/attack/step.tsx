import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Attack, type Audit, attackJournal } from "../../api/demo.ts";
import { useCalls } from "../../api/use-calls.ts";
import { AskForm } from "../../ui/ask-form.tsx";
import { Facts } from "../../ui/facts.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { useTask } from "../../ui/use-task.ts";
import { StepFrame } from "../step-frame.tsx";

/** One bit of a copy of the journal is changed, and the audit finds it. */
export function AttackStep(): ReactNode {
  const { t } = useTranslation("tour");
  const calls = useCalls();
  const task = useTask();
  const [offset, setOffset] = useState("");
  const [invalid, setInvalid] = useState(false);
  const [attack, setAttack] = useState<Attack>();

  const run = (): void => {
    const wanted = readOffset(offset);
    setInvalid(wanted === "invalid");
    if (wanted === "invalid") return;
    task.run(async () => setAttack(await attackJournal(wanted, calls.fetch)));
  };
  const takeaway = attack && {
    shown: t("attack.takeaway", { bytes: attack.journalBytes }),
    check: t("attack.check"),
    command: `npx cityid audit '${attack.copy}'`,
  };
  return (
    <StepFrame
      id="attack"
      opens={/^POST/}
      intro={t("attack.intro")}
      calls={calls}
      takeaway={takeaway}
    >
      <AskForm
        verbatim
        label={t("attack.offset")}
        value={offset}
        onChange={setOffset}
        action={t("attack.do")}
        busy={task.busy}
        onAsk={run}
        hint={task.busy ? t("attack.running") : t("attack.offsetHint")}
        {...(invalid && { problem: t("attack.invalid") })}
      />
      <ProblemNote failure={task.failure} />
      {attack && <Findings attack={attack} />}
    </StepFrame>
  );
}

function Findings({
  attack: { before, flipped, after, journalBytes, copy },
}: {
  readonly attack: Attack;
}): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <section className="result">
      <Facts
        items={[
          [t("attack.before"), <AuditMark key="before" audit={before} />],
          [
            t("attack.flipped"),
            t("attack.flippedText", {
              offset: flipped.offset,
              bytes: journalBytes,
              was: bits(flipped.was),
              is: bits(flipped.is),
            }),
          ],
          [t("attack.after"), <AuditMark key="after" audit={after} />],
          [
            t("attack.cause"),
            after.intact ? undefined : <code key="cause">{causeOf(after.refusal)}</code>,
          ],
          [t("attack.copy"), <code key="copy">{copy}</code>],
        ]}
      />
      {after.intact && <p className="problem">{t("attack.missed")}</p>}
    </section>
  );
}

function AuditMark({ audit }: { readonly audit: Audit }): ReactNode {
  const { t } = useTranslation("tour");
  if (audit.intact) {
    const { entries, milliseconds } = audit;
    return <StateMark state="active">{t("attack.intact", { entries, milliseconds })}</StateMark>;
  }
  return (
    <StateMark state="stop">{t("attack.damaged", { offset: audit.refusal.offset })}</StateMark>
  );
}

function causeOf({ code, cause }: { readonly code: string; readonly cause?: string }): string {
  return cause === undefined ? code : `${code}: ${cause}`;
}

function readOffset(text: string): number | undefined | "invalid" {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  return /^\d+$/.test(trimmed) && Number.isSafeInteger(value) ? value : "invalid";
}

function bits(byte: number): string {
  return byte.toString(2).padStart(8, "0");
}
