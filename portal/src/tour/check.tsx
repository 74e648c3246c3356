import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { TickIcon } from "../ui/icons.tsx";

/** One thing that was checked and is right, with its fact. */
export function Check({
  children,
  fact,
}: {
  readonly children: ReactNode;
  readonly fact?: string;
}): ReactNode {
  const { t } = useTranslation("ui");
  return (
    <li>
      <span className="state-active">
        <TickIcon />
        <span className="visually-hidden">{t("check.passed")}: </span>
      </span>
      <span>{children}</span>
      {fact !== undefined && <span className="fact">{fact}</span>}
    </li>
  );
}
