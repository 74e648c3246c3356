import type { Client, RecordAnswer } from "cityid/sdk";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CheckedProof, checkProof } from "../../api/check-proof.ts";
import { language, useInLanguage, usePreference } from "../../app/preferences.ts";
import { CodePath, CodeText } from "../../ui/code-text.tsx";
import { EffectiveMark } from "../../ui/effective-mark.tsx";
import { Facts } from "../../ui/facts.tsx";
import { nameOf } from "../../ui/names.ts";
import { PlaceText } from "../../ui/place-text.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { useTask } from "../../ui/use-task.ts";
import { useTour } from "../context.ts";
import { useKindName } from "../kinds.ts";
import { ProofReport } from "../proof-report.tsx";
import { SignerList } from "./signer-list.tsx";
import { readSigners, type Signers } from "./signers.ts";

type Props = {
  readonly code: string;
  readonly client: Client;
  readonly onProof: (proof: CheckedProof) => void;
};

type Found = {
  readonly answer: RecordAnswer;
  readonly signers: Signers;
  readonly proof: CheckedProof;
};

/** The record of a code, where it is, who signed it, and what the page found when it checked the proof. */
export function FoundCode({ code, client, onProof }: Props): ReactNode {
  const { node } = useTour();
  const task = useTask();
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    task.run(async () => {
      const answer = await client.record(code, { ancestors: 1 });
      const signers = await readSigners(client, answer);
      const proof = await checkProof(client, `code/${code}`, node);
      setFound({ answer, signers, proof });
      onProof(proof);
    });
  }, [task.run, client, code, node, onProof]);
  return (
    <>
      <ProblemNote failure={task.failure} />
      {found && <Result {...found} />}
    </>
  );
}

function Result({ answer, signers, proof }: Found): ReactNode {
  const { t } = useTranslation("tour");
  const kindName = useKindName();
  const to = useInLanguage();
  const lang = usePreference(language);
  const { code, check, record, effective, place, recorded, ancestors = [] } = answer;
  return (
    <section className="result">
      <h2>{nameOf(record.names, lang) ?? code}</h2>
      <Facts
        items={[
          [t("lookUp.code"), <CodeText key="code" code={code} check={check} />],
          [t("lookUp.path"), <CodePath key="path" nodes={ancestors} />],
          [t("lookUp.kind"), kindName(record.kind)],
          [t("lookUp.state"), <EffectiveMark key="state" effective={effective} />],
          [
            t("lookUp.place"),
            place ? <PlaceText key="place" place={place} /> : t("lookUp.noPlace"),
          ],
          [t("lookUp.recorded"), <TimeText key="time" milliseconds={Date.parse(recorded)} />],
          [t("lookUp.decided"), <SignerList key="who" signers={signers} />],
        ]}
      />
      <p>
        <a href={to(`/${code}`)}>{t("lookUp.page")}</a>
      </p>
      <ProofReport proof={proof} />
    </section>
  );
}
