import { hex } from "../bytes.ts";
import type { Position } from "../op/index.ts";
import type { PlateScan, PlateState } from "./plate-scan.ts";

/** A scan with its place in time. */
export type SaidOfPlate = PlateScan & {
  /** When its source says it was signed: an entry may wait for days before it arrives. */
  readonly saidSeconds: number;
  /** When it came. */
  readonly receivedMilliseconds: number;
  /** Of the entry in its log. */
  readonly index: number;
};

/** What is known of one plate of a code. */
export type Plate<T extends SaidOfPlate = SaidOfPlate> = {
  readonly state: PlateState;
  /** Where it was seen last. */
  readonly place?: Position;
  /** Of a plate that was replaced: the seal that hangs there now. */
  readonly by?: Uint8Array;
  /** What says so. */
  readonly scan: T;
};

/**
 * The plates of a code by the hex of their seals' `cti`, as all its scans say. What was said later counts, whenever it arrived; of
 * the same second what arrived later. A plate that nobody scanned is not among them: it is printed, and no more is known.
 *
 * A `replaced` that does not name what was there before, and a `missing` without a seal, mean every other plate of the code that
 * was not replaced already.
 */
export function platesOf<T extends SaidOfPlate>(
  scans: readonly T[],
): ReadonlyMap<string, Plate<T>> {
  const plates = new Map<string, Plate<T>>();
  for (const scan of [...scans].sort(inOrder)) apply(plates, scan);
  return plates;
}

function apply<T extends SaidOfPlate>(plates: Map<string, Plate<T>>, scan: T): void {
  const { state, place } = scan;
  const here = { scan, ...(place !== undefined && { place }) };
  switch (state) {
    case "installed":
    case "moved":
      plates.set(hex(scan.seal), { state, ...here });
      return;
    case "missing":
      for (const each of scan.seal === undefined ? standing(plates) : [hex(scan.seal)]) {
        plates.set(each, { state, ...lastSeen(plates.get(each)), ...here });
      }
      return;
    case "replaced":
      for (const each of scan.replaces === undefined ? standing(plates) : [hex(scan.replaces)]) {
        plates.set(each, { state, ...lastSeen(plates.get(each)), by: scan.seal, scan });
      }
      plates.set(hex(scan.seal), { state: "installed", ...here });
      return;
  }
}

function standing(plates: ReadonlyMap<string, Plate>): string[] {
  return [...plates].flatMap(([seal, { state }]) => (state === "replaced" ? [] : [seal]));
}

function lastSeen(plate: Plate | undefined): Pick<Plate, "place"> {
  return plate?.place === undefined ? {} : { place: plate.place };
}

function inOrder(a: SaidOfPlate, b: SaidOfPlate): number {
  return (
    a.saidSeconds - b.saidSeconds ||
    a.receivedMilliseconds - b.receivedMilliseconds ||
    a.index - b.index
  );
}
