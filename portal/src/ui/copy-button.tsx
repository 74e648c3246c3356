import { Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyIcon, CrossIcon, TickIcon } from "./icons.tsx";

const SHOWN_MILLISECONDS = 2_000;

/** Copies `text`; says what it copies, and for two seconds that it did. */
export function CopyButton({
  text,
  what,
  worded = false,
}: {
  readonly text: string;
  /** What is copied, for people who do not see the icon: "code MA.156.1301". */
  readonly what: string;
  /** Shows the word "copy" beside the icon. */
  readonly worded?: boolean;
}): ReactNode {
  const { t } = useTranslation("ui");
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  const word = { idle: t("copy.idle"), copied: t("copy.copied"), failed: t("copy.failed") }[state];
  const icon = { idle: <CopyIcon />, copied: <TickIcon />, failed: <CrossIcon /> }[state];
  return (
    <span className="copy">
      <Button
        type="text"
        size="small"
        icon={icon}
        onClick={copy}
        title={`${t("copy.idle")} ${what}`}
        aria-label={`${t("copy.idle")} ${what}`}
      >
        {worded ? word : undefined}
      </Button>
      <span className="visually-hidden" role="status">
        {state === "idle" ? "" : word}
      </span>
    </span>
  );
}
