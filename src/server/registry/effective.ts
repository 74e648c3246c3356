import {
  type CodeRecord,
  type EffectiveStatus,
  effectiveStatus,
  referenceTo,
} from "../../core/index.ts";
import type { CommittedState } from "../state.ts";

/** What the effective status of a record depends on, as a reader of its bytes finds it. */
export type StatusParts = {
  readonly self: string;
  readonly status: CodeRecord["status"];
  readonly parent: string | undefined;
  readonly registration: string | undefined;
};

/**
 * Effective status, with what all records of one parent and one registration share worked out once.
 *
 * @param decode gives the whole record, where something has to be worked out
 */
export type SharedStatuses = (parts: StatusParts, decode: () => CodeRecord) => EffectiveStatus;

/** What holds for all records of a parent and registration that are active themselves. */
type Shared = { readonly status: EffectiveStatus["status"]; readonly because?: string };

const MAX_SHARED = 10_000;
const STRICTNESS: readonly EffectiveStatus["status"][] = ["active", "suspended", "retired", "void"];

export function createSharedStatuses(state: CommittedState): SharedStatuses {
  const known = new Map<string, Shared>();
  state.onStatusChange(() => known.clear());

  const workOut = (record: CodeRecord): Shared => {
    const { status, because } = effectiveStatus(state.remembered, { ...record, status: "active" });
    // Left out where it is the record itself: that differs from record to record.
    return because === referenceTo(record) ? { status } : { status, because };
  };

  return ({ self, status, parent, registration }, decode) => {
    // Without a parent it shares with nobody.
    const name = `${parent ?? self} ${registration}`;
    let shared = known.get(name);
    if (shared === undefined) {
      const begun = state.epoch();
      shared = workOut(decode());
      if (known.size >= MAX_SHARED) known.clear();
      if (begun === state.epoch()) known.set(name, shared);
    }
    const isStricter = STRICTNESS.indexOf(shared.status) > STRICTNESS.indexOf(status);
    return isStricter
      ? { status: shared.status, because: shared.because ?? self }
      : { status, because: self };
  };
}
