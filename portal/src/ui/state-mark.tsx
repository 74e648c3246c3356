import type { ReactNode } from "react";
import { ArrowIcon, CrossIcon, QuestionIcon, TickIcon, TriangleIcon } from "./icons.tsx";

/** The states a thing can be in for people; the same everywhere. */
export type State = "active" | "attention" | "stop" | "ended" | "unknown";

const ICONS: { readonly [S in State]: () => ReactNode } = {
  active: TickIcon,
  attention: TriangleIcon,
  stop: CrossIcon,
  ended: ArrowIcon,
  unknown: QuestionIcon,
};

/** Icon, colour, and the word that the caller brings: never colour alone. */
export function StateMark({
  state,
  children,
}: {
  readonly state: State;
  readonly children: ReactNode;
}): ReactNode {
  const Icon = ICONS[state];
  return (
    <span className={`state state-${state}`}>
      <Icon />
      <span>{children}</span>
    </span>
  );
}
