import {
  EVERYBODY,
  type GrantValue,
  grantEnd,
  grantKey,
  grantsOf,
  type OpenDataset,
} from "../../core/index.ts";
import type { Services } from "../services.ts";

/** The newest grant to everybody that is in force: by it a dataset is open data. */
export function openGrantOf(
  { state, clock }: Pick<Services, "state" | "clock">,
  { record }: Pick<OpenDataset, "record">,
): { readonly id: Uint8Array; readonly grant: GrantValue } | undefined {
  for (const id of [...grantsOf(state, record, EVERYBODY)].reverse()) {
    const grant = state.get(grantKey(id));
    const isOpen = grant && grantEnd(state, grant, Math.floor(clock() / 1000)) === undefined;
    if (grant && isOpen) return { id, grant };
  }
  return undefined;
}
