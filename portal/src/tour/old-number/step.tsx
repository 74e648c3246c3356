import type { Client, RecordAnswer, RegistrationJson } from "cityid/sdk";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCalls } from "../../api/use-calls.ts";
import { language, usePreference } from "../../app/preferences.ts";
import { AskForm } from "../../ui/ask-form.tsx";
import { CodeText } from "../../ui/code-text.tsx";
import { EffectiveMark } from "../../ui/effective-mark.tsx";
import { Facts } from "../../ui/facts.tsx";
import { nameOf } from "../../ui/names.ts";
import { PlaceText } from "../../ui/place-text.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";

type Found = {
  readonly thing: RecordAnswer;
  readonly registration: RegistrationJson | undefined;
  /** Things that came with the same import; absent when it came alone. */
  readonly count: number | undefined;
};

/** A number that a thing had before leads to its record. */
export function OldNumberStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const issuerName = useIssuerName();
  const { scheme, value: example, division } = demo.examples.oldNumber;
  const city = issuerName(division);
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const task = useTask();
  const [text, setText] = useState(example);
  const [found, setFound] = useState<Found | "none" | "empty">();

  const find = (): void => {
    if (text.trim() === "") {
      setFound("empty");
      return;
    }
    task.run(async () => setFound(await findByAlias(client, scheme, text.trim(), division)));
  };
  const address = `${location.origin}/alias/${scheme}/${encodeURIComponent(text.trim())}?city=${division}`;
  const thing = typeof found === "object" ? found : undefined;
  const takeaway = thing !== undefined && {
    shown: t("oldNumber.takeaway"),
    check: t("oldNumber.check"),
    command: `curl -sSL -H 'accept: application/json' '${address}'`,
  };
  return (
    <StepFrame
      id="old-number"
      opens={/\/v1\/codes\?/}
      intro={t("oldNumber.intro", { city })}
      calls={calls}
      takeaway={takeaway || undefined}
    >
      <AskForm
        verbatim
        label={t("oldNumber.label")}
        value={text}
        onChange={setText}
        action={t("oldNumber.find")}
        busy={task.busy}
        onAsk={find}
        {...(found === "empty" && { problem: t("oldNumber.empty", { value: example }) })}
        {...(found === "none" && { problem: t("oldNumber.none", { city, value: example }) })}
      />
      <ProblemNote failure={task.failure} />
      {thing !== undefined && <Thing found={thing} />}
    </StepFrame>
  );
}

function Thing({ found: { thing, registration, count } }: { readonly found: Found }): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const issuerName = useIssuerName();
  const { code, check, record, effective, place } = thing;
  return (
    <section className="result">
      <h2>{nameOf(record.names, lang) ?? code}</h2>
      <Facts
        items={[
          [t("lookUp.code"), <CodeText key="code" code={code} check={check} />],
          [
            t("oldNumber.old"),
            record.aliases.map(({ scheme, value }) => `${scheme} ${value}`).join(", "),
          ],
          [t("oldNumber.inForce"), <EffectiveMark key="state" effective={effective} />],
          [
            t("lookUp.place"),
            place ? <PlaceText key="place" place={place} /> : t("lookUp.noPlace"),
          ],
          [t("oldNumber.owner"), registration && issuerName(registration.iss)],
          [
            t("oldNumber.imported"),
            count === undefined ? t("oldNumber.single") : t("oldNumber.importedText", { count }),
          ],
        ]}
      />
    </section>
  );
}

/** Old numbers are searched like names; only a thing that carries exactly this one counts. */
async function findByAlias(
  client: Client,
  scheme: string,
  value: string,
  division: string,
): Promise<Found | "none"> {
  const { items } = await client.search({ q: value, under: division }, { limit: 10 });
  for (const { code } of items) {
    const thing = await client.record(code);
    if (thing.record.aliases.some((alias) => alias.scheme === scheme && alias.value === value)) {
      return { thing, ...(await origin(client, thing)) };
    }
  }
  return "none";
}

async function origin(client: Client, { record }: RecordAnswer): Promise<Omit<Found, "thing">> {
  if (record.registration === undefined) return { registration: undefined, count: undefined };
  const registration = await client.registration(record.registration);
  const { kind, operation } = await client.entry(registration.op);
  const count =
    kind === "manifest" && typeof operation.count === "number" ? operation.count : undefined;
  return { registration, count };
}
