import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "./copy-button.tsx";
import { elideHash } from "./elide-hash.ts";

/** `a1b2c3d4…9f0e`; whole on demand. */
export function HashText({ hex }: { readonly hex: string }): ReactNode {
  const { t } = useTranslation("ui");
  const [whole, setWhole] = useState(false);
  return (
    <span className="hash">
      <button
        type="button"
        className="plain"
        aria-expanded={whole}
        title={t(whole ? "hash.shorten" : "hash.whole")}
        onClick={() => setWhole(!whole)}
      >
        <code>{whole ? hex : elideHash(hex)}</code>
      </button>
      <CopyButton text={hex} what={elideHash(hex)} />
    </span>
  );
}
