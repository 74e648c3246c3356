import type {
  AccessAction,
  Code,
  GrantValue,
  HeldKey,
  OpenDataset,
  Result,
} from "../../core/index.ts";
import { err, grantKey, isBelow, ok } from "../../core/index.ts";
import {
  authoriseFromAbove,
  type Caller,
  endForKey,
  isKeyOfGrantee,
  stillHolds,
  type View,
  type ViewRefusal,
} from "../../data/index.ts";
import { type FindKey, findLedgerKey } from "../identity/index.ts";
import type { StateAbove } from "./state-above.ts";

/** What the ledger above says of readers: their keys, and what was granted to them of datasets that are kept here. */
export type GrantsAbove = {
  /** Looks a key up, so that `findKey` knows it if there is one. @returns whether that ledger answered, or had lately */
  prepare(keyid: string): Promise<boolean>;
  /** A key of the ledger above, as it is known. It reads under grants, and does nothing else here. */
  findKey: FindKey;
  /** `undefined` where that ledger does not answer, and for too long. */
  authorise(
    dataset: OpenDataset,
    caller: Caller,
    action: AccessAction,
  ): Promise<Result<View, ViewRefusal> | undefined>;
  /** A grant that counts for a key, of whichever dataset. */
  grantFor(key: HeldKey | undefined, id: Uint8Array): Promise<GrantValue | undefined>;
  /** Whether a key is of somebody who holds a grant, whether it counts still or not. */
  isKeyOfGrantee(id: Uint8Array, key: HeldKey): Promise<boolean>;
  /** Whether a view holds still, as is asked anew. */
  stillHolds(view: View, key: HeldKey | undefined): Promise<boolean>;
};

export function createGrantsAbove(code: Code, state: StateAbove, clock: () => number): GrantsAbove {
  const nowSeconds = (): number => Math.floor(clock() / 1000);
  return {
    prepare: async (keyid) =>
      (await state.work((above) => findLedgerKey(above, keyid, clock()))) !== undefined,
    findKey(keyid) {
      const found = state.known((above) => findLedgerKey(above, keyid, clock()));
      if (found?.ok) return ok({ ...found.value, ledger: "above" });
      const why = "unknown, and the ledger above cannot be asked";
      return found ?? err({ code: "HTTP_SIGNATURE_KEY", keyid, why });
    },
    async authorise(dataset, caller, action) {
      // What does not stand below the code that is delegated, nobody above can grant.
      if (!isBelow(dataset.record.code, code)) return undefined;
      return state.work((above) =>
        authoriseFromAbove(above, dataset, caller, action, nowSeconds()),
      );
    },
    grantFor: (key, id) =>
      state.work((above) => {
        const grant = above.get(grantKey(id));
        const counts = grant && endForKey(above, grant, key, nowSeconds()) === undefined;
        return counts ? grant : undefined;
      }),
    isKeyOfGrantee: async (id, key) =>
      (await state.work((above) => {
        const grant = above.get(grantKey(id));
        return grant !== undefined && isKeyOfGrantee(above, grant, key);
      })) === true,
    stillHolds: async (view, key) =>
      (await state.work((above) => stillHolds(above, view, key, nowSeconds()))) === true,
  };
}
