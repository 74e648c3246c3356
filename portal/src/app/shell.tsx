import { Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { switchLanguage } from "../i18n/index.ts";
import { DemoBanner } from "./demo-banner.tsx";
import { language, themeChoice, usePreference } from "./preferences.ts";

/** The frame around every page. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const { t } = useTranslation("shell");
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
          <a href="/docs">{t("api")}</a>
        </nav>
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <DemoBanner />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** Each language is named in itself, so that it is found by who cannot read the other. */
function LanguageSwitch(): ReactNode {
  const { t } = useTranslation("shell");
  return (
    <Segmented
      aria-label={t("language")}
      value={usePreference(language)}
      options={[
        { value: "zh", label: <span lang="zh-CN">中文</span> },
        { value: "en", label: <span lang="en">English</span> },
      ]}
      onChange={(value) => void switchLanguage(value)}
    />
  );
}

function ThemeSwitch(): ReactNode {
  const { t } = useTranslation("shell");
  return (
    <Segmented
      aria-label={t("theme.label")}
      value={usePreference(themeChoice)}
      options={[
        { value: "system", label: t("theme.system") },
        { value: "light", label: t("theme.light") },
        { value: "dark", label: t("theme.dark") },
      ]}
      onChange={themeChoice.set}
    />
  );
}
