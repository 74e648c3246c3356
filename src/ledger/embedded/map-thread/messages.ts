import type { Hash, MapPath } from "../../../core/index.ts";
import type { RefTableParts } from "../../ref-table.ts";
import type { AppliedChanges, Undo } from "../../state.ts";
import type { BlockMoment, Ref } from "../../stores.ts";

/** What the thread is started with. */
export type MapThreadData = {
  /** Path of the snapshot. */
  readonly snapshot: string;
  /** How long the file of values is: a snapshot that vouches for more is not of it. */
  readonly valuesBytes: number;
};

/** To the thread. What has an `id` is answered, in the order in which it was asked. */
export type MapOrder =
  /** What the snapshot held is of no use: begin with an empty map. */
  | { readonly kind: "reset" }
  | {
      readonly kind: "update";
      readonly id: number;
      readonly changes: AppliedChanges;
      readonly moment: BlockMoment;
    }
  /** Answered by `updated`; no update and no snapshot comes after it. */
  | { readonly kind: "takeBack"; readonly id: number; readonly undo: Undo }
  | {
      readonly kind: "prove";
      readonly id: number;
      readonly keyHashes: readonly Uint8Array[];
      /** Left out: as the map is now. */
      readonly pinned?: number;
    }
  | { readonly kind: "pin"; readonly size: number }
  | { readonly kind: "keepPins"; readonly sizes: readonly number[] }
  /** Write a snapshot in the background. */
  | { readonly kind: "snapshot"; readonly id: number }
  /** The values are durable, as `syncValues` asked; or could not be made so. */
  | { readonly kind: "valuesSynced"; readonly why?: string };

/** From the thread. */
export type MapReport =
  /** The first one: what the snapshot held, if it is whole. */
  | { readonly kind: "opened"; readonly found?: FoundSnapshot }
  | { readonly kind: "updated"; readonly id: number; readonly root: Hash }
  /** Without paths where the pin is forgotten. */
  | { readonly kind: "proved"; readonly id: number; readonly paths?: readonly MapPath[] }
  /** Make all values durable that were handed to the file. */
  | { readonly kind: "syncValues" }
  /** `valuesEnd` of the moment that the snapshot is of; or why there is none. */
  | { readonly kind: "snapshotted"; readonly id: number; readonly valuesEnd: number }
  | { readonly kind: "notSnapshotted"; readonly id: number; readonly why: string };

export type FoundSnapshot = {
  readonly moment: BlockMoment;
  readonly root: Hash;
  /** Where the values beside the map lie. */
  readonly beside: ReadonlyMap<string, Ref>;
  /** Where the values of the map's keys lie. */
  readonly refs: RefTableParts;
};
