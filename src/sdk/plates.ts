import {
  type CborMap,
  type Code,
  PLATE_SCAN_TYPE,
  type PlateScan,
  type PlateState,
  type Position,
} from "../core/index.ts";
import { fileValue, type Said } from "./data.ts";
import type { Hex, Time } from "./json.ts";

/** What goes with a scan of a plate, beside what it says of it. */
export type PlateEvidence = {
  readonly timeMilliseconds: number;
  /** A picture; of all but a plate that is missing. */
  readonly photo?: Uint8Array;
  readonly note?: string;
};

/** What a scan of a plate says, to be signed as an entry of its own. */
export function plateSaid(scan: PlateScan, evidence: PlateEvidence): Said {
  const { code: id, ...rest } = scan;
  const photo = evidence.photo && fileValue(evidence.photo);
  const said: CborMap = {
    ...{ id, ...rest, type: PLATE_SCAN_TYPE },
    time: new Date(evidence.timeMilliseconds).toISOString(),
    ...(photo !== undefined && { photo }),
    ...(evidence.note !== undefined && { note: evidence.note }),
  };
  return said as Said;
}

/** A plate of a code, as datasets say that its node keeps. */
export type PlateJson = {
  /** `cti` of its seal: serial, and how the generation was born. */
  readonly seal: Hex;
  readonly state: PlateState;
  /** The day since when. */
  readonly since: string;
  readonly office: Code;
  /** In 1e-7 degree; kept from the public where the place of the record is. */
  readonly place?: Position;
  /** Of one that was replaced: the seal that hangs there now. */
  readonly by?: Hex;
  /** To the owner of the dataset alone, which entry says so. */
  readonly dataset?: string;
  readonly entry?: number;
  readonly source?: Code;
  readonly signed?: Time;
};

export type PlatesAnswer = { readonly code: Code; readonly items: readonly PlateJson[] };
