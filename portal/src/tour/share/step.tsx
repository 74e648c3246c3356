import { Button } from "antd";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { lendHand } from "../../api/signing.ts";
import { useCalls } from "../../api/use-calls.ts";
import { language, usePreference } from "../../app/preferences.ts";
import { CodeText } from "../../ui/code-text.tsx";
import { Facts } from "../../ui/facts.tsx";
import { plainNameOf } from "../../ui/names.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useTask } from "../../ui/use-task.ts";
import { POLICY_FILE, PROOF_FILE } from "../commands.ts";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { ProofFiles } from "../proof-files.tsx";
import { SigningBox } from "../signing-box.tsx";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { YearChart } from "./chart.tsx";
import { ProvedReport } from "./proved-report.tsx";
import {
  askForAccess,
  GRANTED,
  grantLess,
  openAgreement,
  type Proved,
  proveReading,
  type Read,
  type Refused,
  readShared,
  type Sides,
  takeBack,
  tryAgain,
} from "./run.ts";

type Progress = {
  readonly request?: string;
  readonly grant?: string;
  readonly read?: Read;
  readonly proved?: Proved;
  readonly refused?: readonly Refused[];
};

/** A dataset that one city asks another for, reads, verifies, and may not read any more. */
export function ShareStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const lang = usePreference(language);
  const calls = useCalls();
  const [progress, setProgress] = useState<Progress>({});
  const { dataset } = demo.examples;
  const { proved, refused } = progress;
  const client = useClient(calls.fetch);
  const { run } = useTask();
  const asker = demo.holders.find(({ who }) => who === dataset.asks)?.issuer;
  // After a reload, the agreement that is open in the ledger is where one was.
  useEffect(() => {
    run(async () => {
      if (asker === undefined) return;
      const found = await openAgreement(client, dataset, asker);
      setProgress((now) => (now.request === undefined ? found : now));
    });
  }, [run, client, dataset, asker]);
  const takeaway = useMemo(
    () =>
      proved && "verdict" in proved && refused?.every(({ status }) => status >= 400)
        ? {
            shown: t("share.takeaway"),
            check: t("share.check"),
            files: <ProofFiles proof={proved} />,
            command: [
              `npx cityid verify ${PROOF_FILE} --policy ${POLICY_FILE}`,
              `npx cityid agreements ${dataset.code} --url ${location.origin}`,
            ].join("\n"),
          }
        : undefined,
    [proved, refused, dataset, t],
  );
  return (
    <StepFrame
      id="share"
      opens={refused ? /^GET .*\/temporal\// : progress.read ? /ngsi-ld|ogc/ : /^POST /}
      intro={t("share.intro")}
      calls={calls}
      takeaway={takeaway}
    >
      <section className="result">
        <h2>{plainNameOf(dataset.names, lang)}</h2>
        <p>
          <CodeText code={dataset.code} />
        </p>
        <p className="quiet">{t("share.sample")}</p>
      </section>
      <Stages send={calls.fetch} progress={progress} onProgress={setProgress} />
    </StepFrame>
  );
}

type StagesProps = {
  readonly send: typeof fetch;
  readonly progress: Progress;
  readonly onProgress: (progress: Progress) => void;
};

type Stage = {
  readonly key: string;
  readonly title: string;
  /** What signs, or `undefined` where nothing is signed. */
  readonly says: string;
  readonly action: string;
  readonly field?: ReactNode;
  readonly done: ReactNode | undefined;
  readonly run: (sides: Sides) => Promise<Progress>;
};

function Stages({ send, progress, onProgress }: StagesProps): ReactNode {
  const { t } = useTranslation("tour");
  const task = useTask();
  const sides = useSides(send);
  const stages = useStages(progress);
  const open = stages.findIndex(({ done }) => done === undefined);
  const act = (run: Stage["run"]): void =>
    task.run(async () => onProgress({ ...progress, ...(await run(await sides())) }));
  return (
    <>
      <ol className="stages">
        {stages.map(({ key, title, says, action, field, done, run }, place) => (
          <li
            key={key}
            className="stage"
            {...(place === open && { "aria-current": "step" as const })}
          >
            <h2>{title}</h2>
            {done}
            {place === open && (
              <SigningBox says={says} action={action} busy={task.busy} onSign={() => act(run)}>
                {field}
              </SigningBox>
            )}
            {place === open && <ProblemNote failure={task.failure} />}
            {place > open && open >= 0 && <p className="quiet">{t("apply.waiting")}</p>}
          </li>
        ))}
      </ol>
      {open < 0 && (
        <div className="actions">
          <Button onClick={() => onProgress({})}>{t("again")}</Button>
        </div>
      )}
    </>
  );
}

/** Both sides, each with its own key. */
function useSides(send: typeof fetch): () => Promise<Sides> {
  const { demo } = useTour();
  const client = useClient(send);
  const { dataset } = demo.examples;
  return async () => {
    const [owner, asker] = await Promise.all([
      lendHand(dataset.who, send),
      lendHand(dataset.asks, send),
    ]);
    return { client, send, ledger: demo.ledger, dataset, owner, asker };
  };
}

function useStages({ request, grant, read, proved, refused }: Progress): readonly Stage[] {
  const { t } = useTranslation("tour");
  const { demo, node } = useTour();
  const issuerName = useIssuerName();
  const [purpose, setPurpose] = useState("");
  const { dataset } = demo.examples;
  const nameOf = (who: string): string =>
    issuerName(demo.holders.find((each) => each.who === who)?.issuer ?? who);
  const names = { owner: nameOf(dataset.who), asker: nameOf(dataset.asks) };
  const granted = GRANTED.map((name) => t(`share.names.${name}`)).join(t("share.comma"));
  const mark = (text: string) => <StateMark state="active">{text}</StateMark>;
  return [
    {
      ...{ key: "ask", title: t("share.ask", names), action: t("share.doAsk") },
      says: t("share.saysAsk", names),
      field: <TextField label={t("share.purpose")} value={purpose} onChange={setPurpose} />,
      done: request && mark(t("share.asked")),
      run: async (sides) => ({
        request: await askForAccess(sides, purpose.trim() || t("share.example")),
      }),
    },
    {
      ...{ key: "grant", title: t("share.grant", names), action: t("share.doGrant") },
      says: t("share.saysGrant", { ...names, granted }),
      done: grant && mark(t("share.granted", { granted })),
      run: async (sides) => ({ grant: await grantLess(sides, request ?? "") }),
    },
    {
      ...{ key: "read", title: t("share.read", names), action: t("share.doRead") },
      says: t("share.saysRead", names),
      done: read && <ReadReport read={read} />,
      run: async (sides) => ({ read: await readShared(sides, grant ?? "") }),
    },
    {
      ...{ key: "prove", title: t("share.prove"), action: t("share.doProve") },
      says: t("share.saysProve", names),
      done: proved && <ProvedReport proved={proved} />,
      run: async (sides) => (read ? { proved: await proveReading(sides, read, node) } : {}),
    },
    {
      ...{ key: "revoke", title: t("share.revoke", names), action: t("share.doRevoke") },
      says: t("share.saysRevoke", names),
      done: refused && <RefusedReport refused={refused} />,
      run: async (sides) => {
        await takeBack(sides, grant ?? "", t("share.reason"));
        return { refused: await tryAgain(sides, read?.token ?? "") };
      },
    },
  ];
}

function ReadReport({ read }: { readonly read: Read }): ReactNode {
  const { t } = useTranslation("tour");
  const [longitude, latitude] = read.place;
  const hasWind = read.told.includes("windSpeed");
  return (
    <div className="result">
      <YearChart temperature={read.temperature} precipitation={read.precipitation} />
      <Facts
        items={[
          [t("share.ngsi"), t("share.ngsiText", { count: read.temperature.length })],
          [t("share.ogc"), t("share.ogcText", { count: read.matched, longitude, latitude })],
          [
            t("share.wind"),
            <StateMark key="wind" state={hasWind ? "stop" : "active"}>
              {t(hasWind ? "share.windShown" : "share.windHidden")}
            </StateMark>,
          ],
        ]}
      />
    </div>
  );
}

function RefusedReport({ refused }: { readonly refused: readonly Refused[] }): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <div className="result">
      {refused.map(({ path, status, code }) => (
        <p key={path}>
          <StateMark state={status >= 400 ? "active" : "stop"}>
            {t(status >= 400 ? "share.refused" : "share.stillRead", { status })}
          </StateMark>{" "}
          <code>{code}</code> <span className="quiet small">{path}</span>
        </p>
      ))}
    </div>
  );
}
