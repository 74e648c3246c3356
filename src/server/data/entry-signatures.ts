import {
  type DataEntry,
  type EntrySigner,
  isSignatureRight,
  type PreparedSignature,
  prepareSignature,
} from "../../core/index.ts";
import type { Ledger } from "../../ledger/index.ts";

/** Whether entries bear the signatures of their keys. */
export type EntrySignatures = {
  /** @throws LedgerFault that reacts as `busy` */
  isRight(key: EntrySigner["key"], entry: DataEntry): Promise<boolean>;
};

type Waiting = {
  readonly check: PreparedSignature;
  resolve(isRight: boolean): void;
  reject(cause: unknown): void;
};

/** So many go to the other thread together: it checks these while further entries are still being read here. */
const HANDED_TOGETHER = 16;

/**
 * One that comes alone in a turn of the process is checked at its end: to hand it over takes longer where nobody else waits. Where
 * several come, all of them go to the thread that checks signatures, so that they go on together to the disk.
 */
export function createEntrySignatures(ledger: Pick<Ledger, "checkSignatures">): EntrySignatures {
  let waiting: Waiting[] = [];
  /** Of this turn. */
  let [isCounted, isHanded] = [false, false];
  const handOver = (): void => {
    const all = waiting;
    waiting = [];
    isHanded = true;
    ledger.checkSignatures(all.map(({ check }) => check)).then(
      (verdicts) => {
        for (const [i, { resolve }] of all.entries()) resolve(verdicts[i] === true);
      },
      (cause) => {
        for (const { reject } of all) reject(cause);
      },
    );
  };
  const endTurn = (): void => {
    const [first] = waiting;
    if (waiting.length > 1 || isHanded) {
      if (first !== undefined) handOver();
    } else if (first !== undefined) {
      waiting = [];
      first.resolve(isSignatureRight(first.check));
    }
    [isCounted, isHanded] = [false, false];
  };
  return {
    isRight(key, entry) {
      const prepared = prepareSignature(key, entry.alg, entry.message, entry);
      if (!prepared.ok) return Promise.resolve(false);
      return new Promise((resolve, reject) => {
        if (!isCounted) setImmediate(endTurn);
        isCounted = true;
        waiting.push({ check: prepared.value, resolve, reject });
        if (waiting.length >= HANDED_TOGETHER) handOver();
      });
    },
  };
}
