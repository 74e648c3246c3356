import type { ApplicationJson, Client } from "cityid/sdk";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Demonstration } from "../../api/demo.ts";
import { useCalls } from "../../api/use-calls.ts";
import { language, usePreference } from "../../app/preferences.ts";
import { plainNameOf } from "../../ui/names.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { codeOf } from "../codes.ts";
import { askingCommand } from "../commands.ts";
import { useTour } from "../context.ts";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { type Applicant, createActs } from "./acts.ts";
import { Issued } from "./issued.tsx";
import { Stages } from "./stages.tsx";

/** Whose turn it is: read from the node, so that a reload changes nothing. */
type Turn = { readonly applicant: Applicant; readonly application: ApplicationJson | undefined };

/** A city applies, institutes decide, the code is issued. */
export function ApplyStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const lang = usePreference(language);
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const task = useTask();
  const [turn, setTurn] = useState<Turn>();
  const [issued, setIssued] = useState<readonly string[]>([]);
  const [first] = demo.institutes;
  if (!first) throw new Error("a demonstration without institutes");
  const acts = useMemo(
    () => createActs(client, calls.fetch, demo.ledger, first.issuer.replace("member/", "")),
    [client, calls.fetch, demo.ledger, first],
  );

  const look = useCallback(
    async (chosen?: Applicant) => {
      const held = await issuedCodes(client, demo);
      setIssued(held);
      const next = demo.applicants.find(({ code }) => !held.includes(code));
      const applicant = chosen ?? (next && { ...next, code: codeOf(next.code) });
      setTurn(applicant && { applicant, application: await acts.find(first, applicant.code) });
    },
    [client, demo, acts, first],
  );
  useEffect(() => task.run(() => look()), [task.run, look]);

  const act = (work: (turn: Turn) => Promise<void>): void =>
    task.run(async () => {
      if (!turn) return;
      await work(turn);
      await look(turn.applicant);
    });
  const application = turn?.application;
  const isIssued = application?.state === "issued";
  const takeaway = useMemo(
    () =>
      turn && isIssued
        ? {
            shown: t("apply.takeaway"),
            check: t("apply.check"),
            command: [
              askingCommand(location.origin, "history", turn.applicant.code),
              askingCommand(location.origin, "show", turn.applicant.code),
            ].join("\n"),
          }
        : undefined,
    [turn, isIssued, t],
  );
  const city = turn ? plainNameOf(turn.applicant.names, lang) : "";
  const { votes, of } = demo.decision;
  return (
    <StepFrame
      id="apply"
      opens={/^POST/}
      intro={t("apply.intro", { city, votes, of })}
      calls={calls}
      takeaway={takeaway}
    >
      {issued.length > 0 && !isIssued && <AlreadyIssued codes={issued} />}
      {turn && isIssued && application ? (
        <Issued
          applicant={turn.applicant}
          application={application}
          onAnother={() => task.run(() => look())}
        />
      ) : (
        turn && (
          <Stages
            key={turn.applicant.code}
            applicant={turn.applicant}
            application={application}
            busy={task.busy}
            onApply={(letter, contact) =>
              act(({ applicant }) => acts.apply(applicant, letter, contact))
            }
            onAdmit={(institute) =>
              act(async () => application && acts.admit(institute, application))
            }
            onApprove={(institute) =>
              act(async () => application && acts.approve(institute, application))
            }
          />
        )
      )}
      {!turn && !task.busy && task.failure === undefined && <p>{t("apply.allIssued")}</p>}
      <ProblemNote failure={task.failure} />
    </StepFrame>
  );
}

function AlreadyIssued({ codes }: { readonly codes: readonly string[] }): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const lang = usePreference(language);
  const names = demo.applicants
    .filter(({ code }) => codes.includes(code))
    .map((one) => plainNameOf(one.names, lang));
  if (names.length === 0) return null;
  return (
    <p className="quiet">
      {t("apply.already", { count: names.length, names: names.join(lang === "zh" ? "、" : ", ") })}
    </p>
  );
}

/** Which of the prepared cities have a record by now. */
async function issuedCodes(
  client: Client,
  { applicants }: Demonstration,
): Promise<readonly string[]> {
  const { items } = await client.search({ parent: "MA.156", kind: "division" }, { limit: 1000 });
  const held = new Set(items.map(({ code }) => code));
  return applicants.map(({ code }) => code).filter((code) => held.has(codeOf(code)));
}
