import { equalBytes, hex } from "../bytes.ts";
import { type CborMap, type CborValue, isCborMap } from "../cbor/index.ts";
import { type Code, isBelow, parseCode } from "../code/index.ts";
import { HASH_BYTES } from "../merkle/index.ts";
import type { Position } from "../op/index.ts";
import { err, ok, type Result } from "../result.ts";
import { bornPrefix } from "../seal/index.ts";
import type { ValueReader } from "../state/effective.ts";
import type { RuleRefusal } from "../state/rules.ts";
import type { DataEntry } from "./entry.ts";
import { isShown, type Observation } from "./fact.ts";
import { inForce, type OpenDataset, ownerOf } from "./judge.ts";
import { MAX_PLATE_NOTE_CHARACTERS, SEAL_NAME_BYTES } from "./limits.ts";

/** Type of an observation that says what has become of a plate. */
export const PLATE_SCAN_TYPE = "PlateInstall";

/** What a scan can say: put up; put elsewhere; put up instead of another; gone. */
export const PLATE_STATES = ["installed", "moved", "replaced", "missing"] as const;
export type PlateState = (typeof PLATE_STATES)[number];

/** What somebody said of a plate, in front of it or where it should be. */
export type PlateScan = {
  readonly code: Code;
  readonly place?: Position;
} & (
  | {
      readonly state: "installed" | "moved";
      /** `cti` of the seal on the plate. */
      readonly seal: Uint8Array;
    }
  | {
      readonly state: "replaced";
      /** Of the plate that is there now. */
      readonly seal: Uint8Array;
      /** Of the one that was there before, where there were several. */
      readonly replaces?: Uint8Array;
    }
  /** Where none is left, none can be scanned. */
  | { readonly state: "missing"; readonly seal?: Uint8Array }
);

export type PlateRefusal =
  | { readonly code: "DATA_PLATE"; readonly field: string; readonly want: string }
  | {
      readonly code: "DATA_PLATE_CODE";
      readonly subject: string;
      readonly source: string;
      readonly owner: string;
    }
  | {
      readonly code: "DATA_PLATE_SEAL";
      readonly subject: string;
      readonly seal: string;
      /** How the seals of this generation of the record end. */
      readonly want: string;
    };

/**
 * Reads the scan of a plate out of the observations of an entry that is to be taken. It stands in an entry of its own.
 *
 * @returns the scan, `undefined` for an entry that holds none, else `DATA_PLATE`: the first field that is not as it should be
 */
export function readPlateScan(
  observations: readonly Observation[],
): Result<PlateScan | undefined, PlateRefusal> {
  const scans = observations.map(said).filter(({ type }) => type === PLATE_SCAN_TYPE);
  const [facts, ...others] = scans;
  if (facts === undefined) return ok(undefined);
  if (others.length > 0 || observations.length > 1) {
    return misfit("type", "the only observation of its entry");
  }
  const wrong = Object.entries(FIELDS).find(([name, field]) => !field.fits(facts[name], facts));
  if (wrong !== undefined) return misfit(wrong[0], wrong[1].want);
  const other = Object.keys(facts).find((name) => !Object.hasOwn(FIELDS, name));
  if (other !== undefined) return misfit(other, `no other than ${Object.keys(FIELDS).join(", ")}`);
  const { id: code, state, ...rest } = facts;
  const kept = ["seal", "replaces", "place"].filter((name) => rest[name] !== undefined);
  // Each field was looked at above.
  const scan = { code, state, ...Object.fromEntries(kept.map((name) => [name, rest[name]])) };
  return ok(scan as PlateScan);
}

/**
 * Judges whether a source may say this of a plate, now.
 *
 * @returns nothing, else the first check that failed: `DATA_PLATE_CODE`, `STATE_…` of the code, `DATA_PLATE_SEAL`
 */
export function judgePlateScan(
  state: ValueReader,
  { record }: Pick<OpenDataset, "record">,
  { source }: Pick<DataEntry, "source">,
  scan: PlateScan,
): Result<void, PlateRefusal | RuleRefusal> {
  const { code } = scan;
  const owner = ownerOf(record.code);
  const isOwn = [owner, source].every((each) => code === each || isBelow(code, each));
  if (!isOwn) return err({ code: "DATA_PLATE_CODE", subject: code, source, owner });
  const found = inForce(state, code);
  if (!found.ok) return found;
  const born = bornPrefix(found.value.born);
  const foreign = sealsOf(scan).find((seal) => !isOfGeneration(seal, born));
  if (foreign === undefined) return ok(undefined);
  return err({ code: "DATA_PLATE_SEAL", subject: code, seal: hex(foreign), want: hex(born) });
}

/** Whether a seal is for the generation that was `born` so: it dies with it. */
export function isOfGeneration(seal: Uint8Array, born: Uint8Array): boolean {
  return equalBytes(seal.subarray(SEAL_NAME_BYTES - born.length), born);
}

function sealsOf(scan: PlateScan): readonly Uint8Array[] {
  const replaces = scan.state === "replaced" ? scan.replaces : undefined;
  return [scan.seal, replaces].filter((seal) => seal !== undefined);
}

function said(observation: Observation): CborMap {
  return Object.fromEntries(observation.filter(isShown).map(({ name, value }) => [name, value]));
}

type Field = {
  readonly want: string;
  readonly fits: (value: CborValue | undefined, facts: CborMap) => boolean;
};

/** In front of a plate stands whoever says anything but that it is gone. */
const isGone = ({ state }: CborMap) => state === "missing";
const inFront =
  (fits: (value: CborValue) => boolean): Field["fits"] =>
  (value, facts) =>
    value === undefined ? isGone(facts) : fits(value);

const FIELDS: Readonly<Record<string, Field>> = {
  id: { want: "a code", fits: (value) => typeof value === "string" && parseCode(value).ok },
  note: {
    want: `text of at most ${MAX_PLATE_NOTE_CHARACTERS} characters`,
    fits: (value) => value === undefined || isText(value, MAX_PLATE_NOTE_CHARACTERS),
  },
  state: {
    want: PLATE_STATES.join(", "),
    fits: (value) => PLATE_STATES.some((each) => each === value),
  },
  photo: { want: "a file", fits: inFront(isFile) },
  place: { want: "[longitude, latitude] in 1e-7 degree", fits: inFront(isPosition) },
  seal: { want: `${SEAL_NAME_BYTES} bytes`, fits: inFront(isSealName) },
  replaces: {
    want: `${SEAL_NAME_BYTES} bytes, of another plate, where it was replaced`,
    fits: (value, { state, seal }) =>
      value === undefined ||
      (isSealName(value) && state === "replaced" && !equalBytes(value, seal as Uint8Array)),
  },
  time: {
    want: "a time of RFC 3339, in UTC",
    fits: (value) => isText(value, 32) && TIME.test(value),
  },
  type: { want: PLATE_SCAN_TYPE, fits: (value) => value === PLATE_SCAN_TYPE },
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

function isText(value: CborValue | undefined, max: number): value is string {
  return typeof value === "string" && value.length <= max;
}

function isFile(value: CborValue): boolean {
  if (!isCborMap(value)) return false;
  const { sha256, type, bytes } = value;
  const isNamed = sha256 instanceof Uint8Array && sha256.length === HASH_BYTES;
  return isNamed && typeof type === "string" && typeof bytes === "number";
}

function isSealName(value: CborValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length === SEAL_NAME_BYTES;
}

function isPosition(value: CborValue): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return [1_800_000_000, 900_000_000].every((most, i) => isWithin(value[i], most));
}

function isWithin(value: CborValue | undefined, most: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= most;
}

function misfit(field: string, want: string): Result<never, PlateRefusal> {
  return err({ code: "DATA_PLATE", field, want });
}
