import type { Envelope } from "../op/envelope.ts";
import type { Issuer, KeyUse } from "../op/operation.ts";
import type { IsoDate } from "../op/statement.ts";
import { ItemWork } from "./item-work.ts";
import { Transaction } from "./transaction.ts";
import type { Authority, KeyRecord } from "./values.ts";

/** Whether the signature in `envelope` is `key`'s. Must answer the same on every node. */
export type OperationCheck = (key: KeyRecord, envelope: Envelope, hash: Uint8Array) => boolean;

/** What stands, and when. */
export type Ground = {
  readonly tx: Transaction;
  readonly timeMilliseconds: number;
};

/** What the rules see of the world: the state, the block's time, the ledger's name. */
export type Context = Ground & {
  readonly origin: string;
  /** Of the block, if it is not empty: non-empty blocks before it. */
  readonly height: number;
  readonly check: OperationCheck;
  /** Of the item that is being applied. */
  readonly work: ItemWork;
};

/** Who acts, and through which entry. */
export type Act = {
  /** Leaf hash of the entry that executes: the operation, the deciding endorsement, or a chunk. */
  readonly hash: Uint8Array;
  /** Id of the operation that carries the content. */
  readonly id: Uint8Array;
  readonly iss: Issuer;
  readonly kid: Uint8Array;
  /** The key that signed the content. */
  readonly signer: KeyRecord;
  /** The uses that it may give to others: the signer's, `govern` only where as many as had to agree govern. */
  readonly gives: readonly KeyUse[];
  /** On whose authority. */
  readonly by: Authority;
  /** How many had to agree. */
  readonly threshold: number;
};

/** A context in which something can be tried out: what it writes is never kept. */
export function rehearsal(context: Context): Context {
  return { ...context, tx: new Transaction(context.tx), work: new ItemWork() };
}

export function seconds(context: Pick<Ground, "timeMilliseconds">): number {
  return Math.floor(context.timeMilliseconds / 1000);
}

export function today(context: Ground): IsoDate {
  return isoDate(context.timeMilliseconds);
}

/** The UTC date of a moment. Core asks no calendar of the platform, whose answers could differ. */
export function isoDate(timeMilliseconds: number): IsoDate {
  const days = Math.floor(timeMilliseconds / 86_400_000);
  // Asked again and again for the day of a block.
  if (days !== last.days) last = { days, date: dateOf(days) };
  return last.date;
}

let last: { readonly days: number; readonly date: IsoDate } = { days: 0, date: "1970-01-01" };

function dateOf(days: number): IsoDate {
  // Days since 0000-03-01, in eras of 400 years: leap days then fall at the end of each year.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const yearOfEra = Math.floor((ofEra - leaps) / 365);
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${pad(month)}-${pad(day)}`;
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}
