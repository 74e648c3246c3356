import type { ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";

/** Something to paste into a terminal. */
export function TerminalBlock({
  title,
  text,
}: {
  readonly title: string;
  readonly text: string;
}): ReactNode {
  return (
    <div className="block">
      <div className="block-head">
        <span>{title}</span>
        <CopyButton worded text={text} what={title} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}
