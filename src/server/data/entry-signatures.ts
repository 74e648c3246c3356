import {
  type DataEntry,
  type EntrySigner,
  isSignatureRight,
  prepareSignature,
} from "../../core/index.ts";
import type { Ledger } from "../../ledger/index.ts";

/** Whether entries bear the signatures of their keys. */
export type EntrySignatures = {
  /** @throws LedgerFault that reacts as `busy` */
  isRight(key: EntrySigner["key"], entry: DataEntry): Promise<boolean>;
};

/**
 * The first that comes in a turn of the process is checked at once: to hand it over takes longer where nobody else waits. Those that
 * come behind it in the same turn go to the thread that checks signatures, in one message.
 */
export function createEntrySignatures(ledger: Pick<Ledger, "checkSignatures">): EntrySignatures {
  let isFirst = true;
  const begin = (): void => {
    isFirst = true;
  };
  return {
    async isRight(key, entry) {
      const prepared = prepareSignature(key, entry.alg, entry.message, entry);
      if (!prepared.ok) return false;
      if (!isFirst) return (await ledger.checkSignatures([prepared.value]))[0] === true;
      isFirst = false;
      setImmediate(begin);
      return isSignatureRight(prepared.value);
    },
  };
}
