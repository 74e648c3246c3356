import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMedia } from "../app/media.ts";
import { TickIcon } from "../ui/icons.tsx";
import { useDone } from "./progress.ts";
import { STEPS, type StepId } from "./steps.ts";
import { WORDS } from "./words.ts";

/** All steps with what each shows; on a narrow page folded under the present one. */
export function StepList({ current }: { readonly current: StepId }): ReactNode {
  const { t } = useTranslation("tour");
  const narrow = useMedia("(max-width: 960px)");
  const number = STEPS.indexOf(current) + 1;
  return (
    <nav className="tour-steps" aria-label={t("steps")}>
      {narrow ? (
        <details key={current}>
          <summary>
            {t("steps")} <span className="quiet">{`${number} / ${STEPS.length}`}</span>
          </summary>
          <List current={current} />
        </details>
      ) : (
        <List current={current} />
      )}
    </nav>
  );
}

function List({ current }: { readonly current: StepId }): ReactNode {
  const { t } = useTranslation("tour");
  const done = useDone();
  return (
    <ol>
      {STEPS.map((step) => (
        <li key={step}>
          <Link href={`/tour/${step}`} aria-current={step === current ? "step" : undefined}>
            <span className="tour-step-title">{t(`${WORDS[step]}.title`)}</span>
            <span className="quiet">{t(`${WORDS[step]}.shows`)}</span>
            {done.includes(step) && (
              <span className="state state-active tour-step-done">
                <TickIcon />
                {t("done")}
              </span>
            )}
          </Link>
        </li>
      ))}
    </ol>
  );
}
