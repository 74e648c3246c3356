import type { ReactNode } from "react";
import { useInLanguage } from "../app/preferences.ts";

/** Codes one below the other, each leading to its page. */
export function CodeList({ codes }: { readonly codes: readonly string[] }): ReactNode {
  const to = useInLanguage();
  return (
    <ul className="code-list">
      {codes.map((code) => (
        <li key={code}>
          <a href={to(`/${code}`)}>{code}</a>
        </li>
      ))}
    </ul>
  );
}
