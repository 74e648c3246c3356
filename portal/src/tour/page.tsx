import "./tour.css";
import { ApiProblem, createClient } from "cityid/sdk";
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { readDemonstration } from "../api/demo.ts";
import { ProblemNote } from "../ui/problem-note.tsx";
import { useTask } from "../ui/use-task.ts";
import { TourContext, type TourWorld } from "./context.ts";
import { beginTour } from "./progress.ts";
import { StepList } from "./step-list.tsx";
import { isStep, STEPS, type StepId } from "./steps.ts";

// One chunk a step: what only one of them needs (encryption, signing) is not loaded for the others.
const PAGES: { readonly [S in StepId]: ComponentType } = {
  "look-up": lazy(async () => ({ default: (await import("./look-up/step.tsx")).LookUpStep })),
  "in-time": lazy(async () => ({ default: (await import("./in-time/step.tsx")).InTimeStep })),
  "never-issued": lazy(async () => ({
    default: (await import("./never-issued/step.tsx")).NeverIssuedStep,
  })),
  apply: lazy(async () => ({ default: (await import("./apply/step.tsx")).ApplyStep })),
  "old-number": lazy(async () => ({
    default: (await import("./old-number/step.tsx")).OldNumberStep,
  })),
  void: lazy(async () => ({ default: (await import("./void/step.tsx")).VoidStep })),
  attack: lazy(async () => ({ default: (await import("./attack/step.tsx")).AttackStep })),
  kill: lazy(async () => ({ default: (await import("./kill/step.tsx")).KillStep })),
  "own-ledger": lazy(async () => ({
    default: (await import("./own-ledger/step.tsx")).OwnLedgerStep,
  })),
  plates: lazy(async () => ({ default: (await import("./plates/step.tsx")).PlatesStep })),
  report: lazy(async () => ({ default: (await import("./report/step.tsx")).ReportStep })),
  share: lazy(async () => ({ default: (await import("./share/step.tsx")).ShareStep })),
};

/** The first page of the portal: a newcomer does by hand what a city, an institute and an auditor do. */
export function TourPage({ step }: { readonly step: string | undefined }): ReactNode {
  const world = useWorld();
  const current = isStep(step) ? step : STEPS[0];
  const Step = PAGES[current];
  return (
    <div className="tour">
      <StepList current={current} />
      {world.ready ? (
        <TourContext value={world.ready}>
          <Suspense fallback={<Asking />}>
            <Step key={current} />
          </Suspense>
        </TourContext>
      ) : (
        <div className="step">
          {world.failure === undefined ? <Asking /> : <NoDemo failure={world.failure} />}
        </div>
      )}
    </div>
  );
}

function useWorld(): { readonly ready: TourWorld | undefined; readonly failure: unknown } {
  const [ready, setReady] = useState<TourWorld>();
  const { failure, run } = useTask();
  useEffect(() => {
    run(async (signal) => {
      const client = createClient({ url: location.origin, signal });
      const [demo, node] = await Promise.all([readDemonstration(), client.node()]);
      beginTour(node.genesis);
      setReady({ demo, node });
    });
  }, [run]);
  return { ready, failure };
}

function Asking(): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <p className="quiet" role="status">
      {t("loading")}
    </p>
  );
}

function NoDemo({ failure }: { readonly failure: unknown }): ReactNode {
  const { t } = useTranslation("tour");
  if (!(failure instanceof ApiProblem)) return <ProblemNote failure={failure} />;
  return (
    <>
      <h1>{t("noDemo.title")}</h1>
      <p>{t("noDemo.text")}</p>
    </>
  );
}
