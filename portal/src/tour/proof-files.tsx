import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CheckedProof } from "../api/check-proof.ts";
import { saveText } from "../ui/save-text.ts";
import { POLICY_FILE, PROOF_FILE } from "./commands.ts";

/** The two files with which anybody can check the same thing off line. */
export function ProofFiles({
  proof,
}: {
  readonly proof: Pick<CheckedProof, "text" | "policy">;
}): ReactNode {
  const { t } = useTranslation("tour");
  return (
    <>
      <Button onClick={() => saveText(PROOF_FILE, "application/json", proof.text)}>
        {t("verify.download")}
      </Button>
      <Button onClick={() => saveText(POLICY_FILE, "text/plain", proof.policy)}>
        {t("verify.policy")}
      </Button>
    </>
  );
}
