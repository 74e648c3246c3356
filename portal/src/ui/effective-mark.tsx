import type { EffectiveStatus } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type State, StateMark } from "./state-mark.tsx";

const STATES: { readonly [S in EffectiveStatus["status"]]: State } = {
  active: "active",
  suspended: "attention",
  retired: "ended",
  void: "stop",
};

/** What counts: the strictest of a code, its ancestors and its registration. */
export function EffectiveMark({ effective }: { readonly effective: EffectiveStatus }): ReactNode {
  const { t } = useTranslation("ui");
  return <StateMark state={STATES[effective.status]}>{t(`state.${effective.status}`)}</StateMark>;
}
