import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { switchLanguage } from "../i18n/index.ts";
import { DemoBanner } from "./demo-banner.tsx";
import {
  isThemeChoice,
  language,
  themeChoice,
  useInLanguage,
  usePreference,
} from "./preferences.ts";
import { usePageChange } from "./use-page-change.ts";

/** The frame around every page. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const { t } = useTranslation("shell");
  const to = useInLanguage();
  const content = useRef<HTMLElement>(null);
  usePageChange(content);
  return (
    <>
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <header className="head">
        <Link href="/" className="brand">
          <strong>{t("name")}</strong>
          <span>{t("subtitle")}</span>
        </Link>
        <nav className="head-links">
          <a href={to("/docs")}>{t("api")}</a>
        </nav>
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <DemoBanner />
      <main id="content" tabIndex={-1} ref={content}>
        {children}
      </main>
    </>
  );
}

const LANGUAGES = [
  { value: "zh", tag: "zh-CN", word: "中文" },
  { value: "en", tag: "en", word: "English" },
] as const;

/** Each language is named in itself, so that it is found by who cannot read the other. */
function LanguageSwitch(): ReactNode {
  const { t } = useTranslation("shell");
  const current = usePreference(language);
  return (
    <fieldset className="languages">
      <legend className="visually-hidden">{t("language")}</legend>
      {LANGUAGES.map(({ value, tag, word }) => (
        <button
          key={value}
          type="button"
          lang={tag}
          aria-pressed={value === current}
          onClick={() => void switchLanguage(value)}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}

/** The browser's own control: three rarely used choices need no more room. */
function ThemeSwitch(): ReactNode {
  const { t } = useTranslation("shell");
  const words = { system: t("theme.system"), light: t("theme.light"), dark: t("theme.dark") };
  return (
    <select
      className="theme"
      aria-label={t("theme.label")}
      value={usePreference(themeChoice)}
      onChange={({ target: { value } }) => isThemeChoice(value) && themeChoice.set(value)}
    >
      {Object.entries(words).map(([choice, word]) => (
        <option key={choice} value={choice}>
          {word}
        </option>
      ))}
    </select>
  );
}
