import type { Summary } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { language, useInLanguage, usePreference } from "../app/preferences.ts";
import { CopyButton } from "./copy-button.tsx";
import { nameOf } from "./names.ts";

/** A code, whole, with its check character in a lighter tone; copied without it. Leads to its public page. */
export function CodeText({
  code,
  check,
}: {
  readonly code: string;
  readonly check?: string;
}): ReactNode {
  const to = useInLanguage();
  return (
    <span className="code">
      <a href={to(`/${code}`)}>{code}</a>
      {check !== undefined && <code className="check">*{check}</code>}
      <CopyButton text={code} what={code} />
    </span>
  );
}

/** The way to a code, node by node: MA › 156 › 1301 石家庄市. */
export function CodePath({
  nodes,
}: {
  readonly nodes: readonly { readonly code: string; readonly names: Summary["names"] }[];
}): ReactNode {
  const lang = usePreference(language);
  const to = useInLanguage();
  const { t } = useTranslation("tour");
  return (
    <ol className="code-path" aria-label={t("lookUp.path")}>
      {nodes.map(({ code, names }) => (
        <li key={code}>
          <a href={to(`/${code}`)}>
            <code>{lastNode(code)}</code> {nameOf(names, lang)}
          </a>
        </li>
      ))}
    </ol>
  );
}

function lastNode(code: string): string {
  return code.slice(Math.max(code.lastIndexOf("."), code.lastIndexOf("/")) + 1);
}
