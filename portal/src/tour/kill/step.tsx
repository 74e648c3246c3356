import { Button } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { nodeClient } from "../../api/client.ts";
import { readDemonstration } from "../../api/demo.ts";
import { useCalls } from "../../api/use-calls.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { SigningBox } from "../signing-box.tsx";
import { StepFrame } from "../step-frame.tsx";
import { KillReport } from "./kill-report.tsx";
import { LAMPS, type Phase, type Report, runKill } from "./run.ts";

/** The node is killed while it takes signed changes, and everything confirmed is looked for. */
export function KillStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const issuerName = useIssuerName();
  const calls = useCalls();
  const task = useTask();
  const [progress, setProgress] = useState<{ readonly phase: Phase; readonly confirmed: number }>();
  const [report, setReport] = useState<Report>();

  const run = (): void =>
    task.run(async (signal) => {
      setReport(undefined);
      const client = nodeClient(calls.fetch, { attempts: 1, signal });
      const onPhase = (phase: Phase, confirmed: number): void => setProgress({ phase, confirmed });
      const present = await readDemonstration(calls.fetch);
      setReport(await runKill({ client, send: calls.fetch, demo: present, signal, onPhase }));
    });
  const takeaway = useMemo(
    () =>
      report && report.search.missing.length === 0
        ? {
            shown: t("kill.takeaway"),
            check: t("kill.check"),
            command: [
              `kill -9 ${report.after.pid}`,
              `curl -sS --retry 20 --retry-connrefused '${location.origin}/readyz'`,
              `curl -sS '${location.origin}/v1/operations?limit=5'`,
            ].join("\n"),
          }
        : undefined,
    [report, t],
  );
  const who = issuerName(
    demo.holders.find((one) => one.who === demo.examples.things.who)?.issuer ?? "",
  );
  return (
    <StepFrame
      id="kill"
      opens={/^POST \/v1/}
      intro={t("kill.intro")}
      calls={calls}
      takeaway={takeaway}
    >
      <SigningBox
        says={t("kill.saysLoad", { who, count: LAMPS })}
        action={t(report ? "again" : "kill.do")}
        busy={task.busy}
        onSign={run}
      />
      {task.busy && progress && (
        <div className="actions" role="status">
          <p>
            {t(`kill.${progress.phase}`)} · {t("kill.confirmed")}: <b>{progress.confirmed}</b>
          </p>
          <Button onClick={task.stop}>{t("kill.stop")}</Button>
        </div>
      )}
      <ProblemNote failure={task.failure} />
      {report && <KillReport report={report} />}
    </StepFrame>
  );
}
