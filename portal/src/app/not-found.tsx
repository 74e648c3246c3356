import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

export function NotFound(): ReactNode {
  const { t } = useTranslation("shell");
  const [path] = useLocation();
  return (
    <div className="page">
      <h1>{t("notFound.title")}</h1>
      <p>{t("notFound.text", { path })}</p>
      <p>
        <Link href="/tour">{t("notFound.tour")}</Link>
      </p>
    </div>
  );
}
