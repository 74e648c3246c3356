import { Button } from "antd";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

type Props = { readonly children: ReactNode };

/** A page that cannot be shown (its chunk did not arrive, or it has a bug) leaves the frame standing. */
export class PageBoundary extends Component<Props, { readonly failed: boolean }> {
  override state: { readonly failed: boolean } = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed(): ReactNode {
  const { t } = useTranslation("shell");
  return (
    <div className="page" role="alert">
      <h1>{t("failed.title")}</h1>
      <p>{t("failed.text")}</p>
      <Button type="primary" onClick={() => location.reload()}>
        {t("failed.retry")}
      </Button>
    </div>
  );
}
