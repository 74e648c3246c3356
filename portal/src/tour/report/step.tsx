import { Button } from "antd";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { lendHand } from "../../api/signing.ts";
import { useCalls } from "../../api/use-calls.ts";
import { saveReceipt } from "../../report/save.ts";
import { signReport } from "../../report/sign.ts";
import type { Enrolled } from "../../report/store.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useTask } from "../../ui/use-task.ts";
import { codeOf } from "../codes.ts";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { SigningBox } from "../signing-box.tsx";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { enrolHere, makeDataset } from "./dataset.ts";
import { findEnrolled, keepEnrolled } from "./enrolled.ts";
import { ReportNote } from "./report-note.tsx";
import { useOnline } from "./use-online.ts";
import { useReports } from "./use-reports.ts";

const RECEIPT_FILE = "report.receipt";
const SHOWN = 3;

/** A report that was signed without a network, and the receipt that came when there was one again. */
export function ReportStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo, node } = useTour();
  const issuerName = useIssuerName();
  const { under, who } = demo.examples.things;
  const office = under.slice(0, under.indexOf("/"));
  const dataset = codeOf(`${office}/DATA/TOUR`);
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const isOnline = useOnline();
  const task = useTask();
  const [key, setKey] = useState<Enrolled>();
  const [vkey, setVkey] = useState("");
  const [note, setNote] = useState("");
  const [offline, setOffline] = useState<ReadonlySet<string>>(new Set());
  const { all, refresh } = useReports(dataset, client, isOnline);

  // After a reload, the key is where it was: in this browser.
  useEffect(() => {
    task.run(async () => {
      const found = await findEnrolled(dataset, node.genesis);
      if (found === undefined) return;
      setVkey((await client.dataset(dataset)).log.vkeys[0] ?? "");
      setKey(found.key);
      setOffline(new Set(found.offline));
    });
  }, [task.run, client, dataset, node]);

  const enrol = (): void =>
    task.run(async () => {
      const department = { client, hand: await lendHand(who, calls.fetch), ledger: demo.ledger };
      await makeDataset(department, dataset);
      setVkey((await client.dataset(dataset)).log.vkeys[0] ?? "");
      const enrolled = await enrolHere(department, dataset);
      keepEnrolled({ ledger: node.genesis, kid: enrolled.kid, offline: [] });
      setKey(enrolled);
    });
  const report = (enrolled: Enrolled): void =>
    task.run(async () => {
      const words = note.trim() || t("report.example");
      const time = new Date().toISOString();
      const said = { id: `${under}/000001`, note: words, time, type: "Report" };
      const id = await signReport(enrolled, { said, words });
      if (!isOnline) {
        const signed = new Set([...offline, id]);
        setOffline(signed);
        keepEnrolled({ ledger: node.genesis, kid: enrolled.kid, offline: [...signed] });
      }
      await refresh();
    });

  const kept = all.find(({ id, receipt }) => receipt !== undefined && offline.has(id))?.receipt;
  const takeaway = useMemo(
    () =>
      kept && {
        shown: t("report.takeaway"),
        check: t("report.check"),
        files: <Button onClick={() => saveReceipt(RECEIPT_FILE, kept)}>{t("report.save")}</Button>,
        command: `npx cityid verify ${RECEIPT_FILE} --vkey '${vkey}'`,
      },
    [kept, vkey, t],
  );
  return (
    <StepFrame
      id="report"
      opens={/^POST .*\/entries/}
      intro={t("report.intro", { who: issuerName(office) })}
      calls={calls}
      takeaway={takeaway}
    >
      {key === undefined ? (
        <SigningBox
          says={t("report.says", { who: issuerName(office), dataset })}
          action={t("report.enrol")}
          busy={task.busy}
          onSign={enrol}
        />
      ) : (
        <>
          <p className="quiet">{t("report.key", { kid: key.kid })}</p>
          <p role="status">
            <StateMark state={isOnline ? "active" : "attention"}>
              {t(isOnline ? "report.online" : "report.offline")}
            </StateMark>
          </p>
          <SigningBox
            says={t("report.saysReport", { code: `${under}/000001` })}
            action={t("report.send")}
            busy={task.busy}
            onSign={() => report(key)}
          >
            <TextField label={t("report.note")} value={note} onChange={setNote} />
          </SigningBox>
        </>
      )}
      <ProblemNote failure={task.failure} />
      {all.slice(0, SHOWN).map((each) => (
        <ReportNote key={each.id} report={each} wasOffline={offline.has(each.id)} />
      ))}
    </StepFrame>
  );
}
