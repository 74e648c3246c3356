import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CheckedProof } from "../api/check-proof.ts";
import { saveText } from "../ui/save-text.ts";

/** File names that the commands of a step use. */
export const PROOF_FILE = "proof.json";
export const POLICY_FILE = "policy.txt";

/** The two files with which anybody can check the same thing off line. */
export function ProofFiles({ proof }: { readonly proof: CheckedProof }): ReactNode {
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
