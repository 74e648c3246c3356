import { useCallback } from "react";
import { useTranslation } from "react-i18next";

const KINDS = [
  "root",
  "country",
  "division",
  "department",
  "class",
  "thing",
  "place",
  "device",
  "document",
  "dataset",
  "register",
  "update",
  "status",
  "succeed",
  "keys",
] as const;

type Kind = (typeof KINDS)[number];

/** What a kind of record or operation is called; one that a newer node invented keeps its own name. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation("ui");
  return useCallback((kind) => (isKind(kind) ? t(`kind.${kind}`) : kind), [t]);
}

function isKind(kind: string): kind is Kind {
  return KINDS.some((known) => known === kind);
}
