import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Calls } from "../api/use-calls.ts";
import { CallPanel } from "../ui/call-panel.tsx";
import { TerminalBlock } from "../ui/terminal-block.tsx";
import { markDone } from "./progress.ts";
import { STEPS, type StepId } from "./steps.ts";
import { useResults } from "./use-results.ts";
import { WORDS } from "./words.ts";

export type Takeaway = {
  /** What was just shown. */
  readonly shown: string;
  /** How to check it without us, and the commands for it. */
  readonly check: string;
  readonly command: string;
  /** What has to be saved for those commands. */
  readonly files?: ReactNode;
};

type Props = {
  readonly id: StepId;
  readonly intro: string;
  readonly calls: Calls;
  /** Which call tells most of this step: the newest of these stands open. Tested on "METHOD /path?query". */
  readonly opens: RegExp;
  /** Absent until the step has shown what it is for. */
  readonly takeaway: Takeaway | undefined;
  readonly children: ReactNode;
};

/** One step: what it is about, the live thing, the calls it made, and what it showed. */
export function StepFrame({ id, intro, calls, opens, takeaway, children }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const title = t(`${WORDS[id]}.title`);
  const live = useRef<HTMLDivElement>(null);
  const said = useResults(live);
  useEffect(() => {
    document.title = `${title} · cityid`;
  }, [title]);
  useEffect(() => {
    if (takeaway) markDone(id);
  }, [id, takeaway]);
  return (
    <article className="step">
      <header className="step-head">
        <p className="quiet">{t("step", { number: STEPS.indexOf(id) + 1, total: STEPS.length })}</p>
        <h1>{title}</h1>
        <p>{intro}</p>
      </header>
      <div className="step-live" ref={live}>
        {children}
      </div>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <CallPanel calls={calls.calls} made={calls.made} opens={opens} />
      <TakeawayNote takeaway={takeaway} />
      <Neighbours id={id} />
    </article>
  );
}

function TakeawayNote({ takeaway }: { readonly takeaway: Takeaway | undefined }): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <section className="takeaway" aria-labelledby="takeaway-title">
      <h2 id="takeaway-title">{t("shown")}</h2>
      {takeaway ? (
        <>
          <p>{takeaway.shown}</p>
          <p>{takeaway.check}</p>
          {takeaway.files !== undefined && <div className="actions">{takeaway.files}</div>}
          <TerminalBlock title={t("without")} text={takeaway.command} />
        </>
      ) : (
        <p className="quiet">{t("notYet")}</p>
      )}
    </section>
  );
}

function Neighbours({ id }: { readonly id: StepId }): ReactNode {
  const { t } = useTranslation("tour");
  const place = STEPS.indexOf(id);
  const [before, after] = [STEPS[place - 1], STEPS[place + 1]];
  return (
    <nav className="neighbours" aria-label={t("neighbours")}>
      {before && (
        <Link href={`/tour/${before}`}>
          {t("previous", { title: t(`${WORDS[before]}.title`) })}
        </Link>
      )}
      {after && (
        <Link href={`/tour/${after}`} className="neighbour-next">
          {t("next", { title: t(`${WORDS[after]}.title`) })}
        </Link>
      )}
    </nav>
  );
}
