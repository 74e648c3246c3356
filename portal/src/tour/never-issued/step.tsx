import type { ReactNode } from "react";

export function NeverIssuedStep(): ReactNode {
  return null;
}
