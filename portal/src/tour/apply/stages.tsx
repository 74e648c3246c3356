import type { ApplicationJson } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Holder } from "../../api/demo.ts";
import { language, usePreference } from "../../app/preferences.ts";
import { plainNameOf } from "../../ui/names.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { BEIJING_HOURS, formatTime } from "../../ui/time.ts";
import { useTour } from "../context.ts";
import { SigningBox } from "../signing-box.tsx";
import type { Applicant, Letter } from "./acts.ts";
import { ApplicationForm } from "./application-form.tsx";

type Props = {
  readonly applicant: Applicant;
  readonly application: ApplicationJson | undefined;
  readonly busy: boolean;
  readonly onApply: (letter: Letter, contact: string) => void;
  readonly onAdmit: (institute: Holder) => void;
  readonly onApprove: (institute: Holder) => void;
};

type Stage = {
  readonly key: string;
  readonly title: string;
  /** What became of it; absent while it is to come or under way. */
  readonly done: string | undefined;
  readonly form: ReactNode;
};

/** The acts from application to issue; the first one that is not done is open. */
export function Stages(props: Props): ReactNode {
  const { t } = useTranslation("tour");
  const stages = useStages(props);
  const open = stages.findIndex(({ done }) => done === undefined);
  return (
    <ol className="stages">
      {stages.map(({ key, title, done, form }, place) => (
        <li
          key={key}
          className="stage"
          {...(place === open && { "aria-current": "step" as const })}
        >
          <h2>{title}</h2>
          {done !== undefined && <StateMark state="active">{done}</StateMark>}
          {place === open && form}
          {place > open && <p className="quiet">{t("apply.waiting")}</p>}
        </li>
      ))}
    </ol>
  );
}

function useStages({
  applicant,
  application,
  busy,
  onApply,
  onAdmit,
  onApprove,
}: Props): readonly Stage[] {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  const { demo } = useTour();
  const city = plainNameOf(applicant.names, lang);
  const nameOf = (one: Holder): string => plainNameOf(one.names, lang);
  const [first] = demo.institutes;
  const receiver = first ? nameOf(first) : "";
  const decision = application?.decision;
  const voted = (one: Holder): boolean =>
    decision?.votes.some(({ by }) => by === one.issuer) ?? false;
  const voters = demo.institutes.slice(0, demo.decision.votes);
  return [
    {
      key: "apply",
      title: t("apply.stage.applicant"),
      done:
        application &&
        t("apply.submitted", {
          who: receiver,
          time: formatTime(Date.parse(application.received), BEIJING_HOURS),
        }),
      form: (
        <ApplicationForm applicant={applicant} receiver={receiver} busy={busy} onApply={onApply} />
      ),
    },
    {
      key: "admit",
      title: t("apply.stage.admit", { who: receiver }),
      done:
        decision && t("apply.admitted", { approvals: decision.approvals, needed: decision.needed }),
      form: first && (
        <SigningBox
          says={t("apply.saysAdmit", { who: receiver })}
          action={t("apply.doAdmit", { who: receiver })}
          busy={busy}
          onSign={() => onAdmit(first)}
        />
      ),
    },
    ...voters.map((one) => ({
      key: one.issuer,
      title: t("apply.stage.vote", { who: nameOf(one) }),
      done: voted(one) ? t("apply.approved") : undefined,
      form: (
        <SigningBox
          says={t("apply.saysVote", { who: nameOf(one), code: applicant.code, city })}
          action={t("apply.doVote", { who: nameOf(one) })}
          busy={busy}
          onSign={() => onApprove(one)}
        />
      ),
    })),
  ];
}
