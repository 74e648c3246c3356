import type { GazetteJson } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { language, useInLanguage, usePreference } from "../../app/preferences.ts";
import { plainNameOf } from "../../ui/names.ts";
import { StateMark } from "../../ui/state-mark.tsx";

export type DayFacts = { readonly day: string; readonly facts: GazetteJson["facts"] };

export type SuccessorNames = ReadonlyMap<string, GazetteJson["facts"][number]["names"]>;

type Props = DayFacts & { readonly register: GazetteJson; readonly successors: SuccessorNames };

/** What the register says a code meant on one day. */
export function DayAnswer({ day, facts, register, successors }: Props): ReactNode {
  return (
    <section className="result">
      <p className="quiet">
        <time dateTime={day}>{day}</time>
      </p>
      {facts.length === 0 ? (
        <Nothing day={day} register={register} successors={successors} />
      ) : (
        facts.map((fact) => <Held key={fact.from} fact={fact} />)
      )}
    </section>
  );
}

type Fact = GazetteJson["facts"][number];

function Held({ fact }: { readonly fact: Fact }): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const name = plainNameOf(fact.names, lang);
  return (
    <>
      <h2>{name}</h2>
      <p>{t(`inTime.level.${fact.level}`)}</p>
      <StateMark state="active">{t("inTime.since", { date: fact.from })}</StateMark>
      <p className="quiet small">{fact.source}</p>
    </>
  );
}

/** Nothing on that day: either not yet, or the one before has ended and somebody took over. */
function Nothing({ day, register, successors }: Omit<Props, "facts">): ReactNode {
  const { t } = useTranslation("tour");
  const ended = lastEndedBefore(register.facts, day);
  if (ended?.to === undefined) return <StateMark state="unknown">{t("inTime.nothing")}</StateMark>;
  return (
    <>
      <h2>{t("inTime.nothing")}</h2>
      <StateMark state="ended">{t("inTime.ended", { date: ended.to })}</StateMark>
      {ended.successors && <TakenOver successors={ended.successors} names={successors} />}
      <p className="quiet small">{ended.source}</p>
    </>
  );
}

function TakenOver({
  successors,
  names,
}: {
  readonly successors: NonNullable<Fact["successors"]>;
  readonly names: SuccessorNames;
}): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const to = useInLanguage();
  return (
    <div>
      <h3>{t("inTime.successors")}</h3>
      <ul className="plain-list">
        {successors.map(({ code, date }) => (
          <li key={code}>
            <a href={to(`/${code}`)}>
              <code>{code}</code> {plainNameOf(names.get(code) ?? {}, lang)}
            </a>{" "}
            {date !== undefined && <span className="quiet">{t("inTime.since", { date })}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Dates may lack day or month; as text they still sort by time. */
function lastEndedBefore(facts: readonly Fact[], day: string): Fact | undefined {
  return facts
    .filter(({ to }) => to !== undefined && to <= day)
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .at(-1);
}
