import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

type Props = {
  /** What will be signed, in words. */
  readonly says: string;
  readonly action: string;
  readonly busy: boolean;
  readonly onSign: () => void;
  /** Fields that belong to what is signed. */
  readonly children?: ReactNode;
};

/** What is about to be signed stands in words above the button that signs it. */
export function SigningBox({ says, action, busy, onSign, children }: Props): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <form
      className="signing"
      onSubmit={(event) => {
        event.preventDefault();
        onSign();
      }}
    >
      {children}
      <div>
        <p className="signing-label">{t("signs")}</p>
        <p>{says}</p>
      </div>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={busy}>
          {action}
        </Button>
        {busy && (
          <span className="quiet" role="status">
            {t("signing")}
          </span>
        )}
      </div>
    </form>
  );
}
