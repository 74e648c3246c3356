import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useIssuerName } from "../issuers.ts";
import { useKindName } from "../kinds.ts";
import type { Signers } from "./signers.ts";

export function SignerList({ signers }: { readonly signers: Signers }): ReactNode {
  const lines = useLines(signers);
  return (
    <ul className="plain-list">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function useLines(signers: Signers): readonly string[] {
  const { t } = useTranslation("tour");
  const issuerName = useIssuerName();
  const kindName = useKindName();
  switch (signers.by) {
    case "genesis":
      return [t("lookUp.genesis")];
    case "operation":
      return [
        t("lookUp.signedBy", { kind: kindName(signers.kind), who: issuerName(signers.issuer) }),
      ];
    case "decision":
      return [
        ...(signers.applicant === undefined
          ? []
          : [t("lookUp.application", { code: signers.applicant })]),
        t("lookUp.admitted", { who: issuerName(signers.admittedBy) }),
        ...signers.votes.map(({ by, vote }) =>
          t(vote === "approve" ? "lookUp.approved" : "lookUp.rejected", { who: issuerName(by) }),
        ),
      ];
  }
}
