import type { SearchAnswer } from "cityid/sdk";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { language, usePreference } from "../../app/preferences.ts";
import { EffectiveMark } from "../../ui/effective-mark.tsx";
import { nameOf } from "../../ui/names.ts";

type Props = {
  readonly answer: SearchAnswer;
  readonly chosen: string | undefined;
  readonly onChoose: (code: string) => void;
};

/** What a search found; one of them is shown below. */
export function Hits({ answer: { items, next }, chosen, onChoose }: Props): ReactNode {
  const { t } = useTranslation("tour");
  const lang = usePreference(language);
  if (items.length === 0) return <p role="status">{t("lookUp.none")}</p>;
  return (
    <div className="hits">
      <p className="quiet" role="status">
        {next === undefined
          ? t("lookUp.found", { count: items.length })
          : t("lookUp.more", { count: items.length })}
      </p>
      <ul>
        {items.map(({ code, names, effective }) => (
          <li key={code} className="hit-row">
            <button
              type="button"
              className="hit"
              aria-pressed={code === chosen}
              onClick={() => onChoose(code)}
            >
              <code>{code}</code>
              <span>{nameOf(names, lang)}</span>
              <EffectiveMark effective={effective} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
