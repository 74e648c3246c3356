import type { ReactNode } from "react";

/** Codes one below the other, each leading to its page. */
export function CodeList({ codes }: { readonly codes: readonly string[] }): ReactNode {
  return (
    <ul className="code-list">
      {codes.map((code) => (
        <li key={code}>
          <a href={`/${code}`}>{code}</a>
        </li>
      ))}
    </ul>
  );
}
