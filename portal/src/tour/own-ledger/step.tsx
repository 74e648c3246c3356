import { Button } from "antd";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckedChain } from "../../api/check-chain.ts";
import { nodeClient } from "../../api/client.ts";
import type { CityDemo } from "../../api/demo.ts";
import { type Calls, useCalls } from "../../api/use-calls.ts";
import { language, usePreference } from "../../app/preferences.ts";
import { AskForm } from "../../ui/ask-form.tsx";
import { plainNameOf } from "../../ui/names.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { POLICY_FILE, PROOF_FILE } from "../commands.ts";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { ProofFiles } from "../proof-files.tsx";
import { SigningBox } from "../signing-box.tsx";
import { StepFrame } from "../step-frame.tsx";
import { ChainReport } from "./chain-report.tsx";
import {
  AWAY_SECONDS,
  anchoredSize,
  catchUp,
  type Phase,
  proveLamp,
  type Written,
  writeAlone,
} from "./run.ts";
import { type CaughtUp, WrittenReport } from "./written-report.tsx";

/** A city's own ledger: proved from the root down, and written while the root is away. */
export function OwnLedgerStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const lang = usePreference(language);
  const calls = useCalls();
  const [chain, setChain] = useState<CheckedChain>();
  const [written, setWritten] = useState<Written>();
  const { city } = demo;
  const name = city === undefined ? "" : plainNameOf(city.names, lang);
  const takeaway = useMemo(
    () =>
      city !== undefined && chain?.findings.holds && written?.receipt && written.wasAlone
        ? {
            shown: t("ownLedger.takeaway", { city: name }),
            check: t("ownLedger.check"),
            files: <ProofFiles proof={chain} />,
            command: [
              `npx cityid verify ${PROOF_FILE} --policy ${POLICY_FILE} --code ${chain.code}`,
              `curl -sS '${city.url}/v1/operations?limit=5'`,
              `curl -sS '${location.origin}/v1/operations?kind=anchor&limit=5'`,
            ].join("\n"),
          }
        : undefined,
    [city, chain, written, name, t],
  );
  return (
    <StepFrame
      id="own-ledger"
      opens={written ? /^POST .*\/v1\/operations/ : /follow=1/}
      intro={t("ownLedger.intro", { city: name })}
      calls={calls}
      takeaway={takeaway}
    >
      {city === undefined ? (
        <p>{t("ownLedger.nobody")}</p>
      ) : (
        <>
          <Proving city={city} calls={calls} chain={chain} onChain={setChain} />
          {chain?.findings.holds && (
            <Writing
              {...{ city, name, calls, chain, written }}
              policy={chain.findings.verdict.links[0]?.policy ?? ""}
              onWritten={setWritten}
              onChain={setChain}
            />
          )}
        </>
      )}
    </StepFrame>
  );
}

type ProvingProps = {
  readonly city: CityDemo;
  readonly calls: Calls;
  readonly chain: CheckedChain | undefined;
  readonly onChain: (chain: CheckedChain) => void;
};

function Proving({ city, calls, chain, onChain }: ProvingProps): ReactNode {
  const { t } = useTranslation("tour");
  const { node } = useTour();
  const task = useTask();
  const [lamp, setLamp] = useState(city.lamp);
  const [isStarting, setStarting] = useState(false);
  const prove = (): void =>
    task.run(async (signal) => {
      setStarting(false);
      const code = lamp.trim();
      onChain(await proveLamp(calls.fetch, code, node, signal, () => setStarting(true)));
      setStarting(false);
    });
  return (
    <>
      <AskForm
        verbatim
        label={t("ownLedger.label")}
        value={lamp}
        onChange={setLamp}
        action={t("ownLedger.prove")}
        busy={task.busy}
        onAsk={prove}
      />
      {task.busy && isStarting && <p role="status">{t("ownLedger.starting")}</p>}
      <ProblemNote failure={task.failure} />
      {chain && <ChainReport key={chain.text} chain={chain} />}
    </>
  );
}

type WritingProps = ProvingProps & {
  readonly name: string;
  readonly chain: CheckedChain;
  readonly policy: string;
  readonly written: Written | undefined;
  readonly onWritten: (written: Written | undefined) => void;
};

function Writing(props: WritingProps): ReactNode {
  const { city, name, calls, policy, written, onWritten } = props;
  const { t } = useTranslation("tour");
  const issuerName = useIssuerName();
  const task = useTask();
  const [phase, setPhase] = useState<Phase>();
  const run = (): void =>
    task.run(async (signal) => {
      onWritten(undefined);
      const asking = { attempts: 1, signal };
      onWritten(
        await writeAlone({
          ...{ city, policy, signal, onPhase: setPhase, send: calls.fetch },
          root: nodeClient(fetch, asking),
          own: nodeClient(calls.fetch, { ...asking, url: city.url }),
        }),
      );
    });
  const who = issuerName(city.things.under.slice(0, city.things.under.indexOf("/")));
  return (
    <>
      <SigningBox
        says={t("ownLedger.says", { who, city: name, code: city.lamp, seconds: AWAY_SECONDS })}
        action={t(written ? "again" : "ownLedger.do")}
        busy={task.busy}
        onSign={run}
      />
      {task.busy && phase && (
        <div className="actions" role="status">
          <p>{t(`ownLedger.${phase}`, { seconds: AWAY_SECONDS })}</p>
          <Button onClick={task.stop}>{t("kill.stop")}</Button>
        </div>
      )}
      <ProblemNote failure={task.failure} />
      {written && <CatchingUp {...props} written={written} />}
    </>
  );
}

/** Looks at what the root keeps of the city until it holds what was written. */
function CatchingUp({
  city,
  calls,
  written,
  onChain,
}: WritingProps & { readonly written: Written }): ReactNode {
  const { node } = useTour();
  const { failure, run } = useTask();
  const [caughtUp, setCaughtUp] = useState<CaughtUp>("waiting");
  const { fetch: send } = calls;
  useEffect(() => {
    setCaughtUp("waiting");
    run(async (signal) => {
      const chain = await catchUp(send, city.lamp, node, written.index, signal);
      setCaughtUp(chain === undefined ? "late" : anchoredSize(chain));
      if (chain !== undefined) onChain(chain);
    });
  }, [run, send, city, node, written, onChain]);
  return (
    <>
      <WrittenReport written={written} caughtUp={caughtUp} />
      <ProblemNote failure={failure} />
    </>
  );
}
