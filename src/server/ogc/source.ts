import type { Result } from "../../core/index.ts";
import type { Box, Geometry, JsonValue } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";

/** A feature before it is put into a coordinate reference system. */
export type Feature = {
  readonly id: string;
  readonly geometry: Geometry | undefined;
  readonly properties: { readonly [name: string]: JsonValue };
};

/** What is asked of a collection. Times are Unix milliseconds, both included. */
export type FeatureQuery = {
  readonly bbox?: Box;
  readonly fromMilliseconds?: number;
  readonly toMilliseconds?: number;
  /** Properties that must have these values. */
  readonly filters: ReadonlyMap<string, string>;
};

export type FeaturePage = {
  readonly features: readonly Feature[];
  readonly matched: number;
  readonly next?: string;
};

export type CollectionExtent = {
  readonly bbox?: Box;
  readonly fromMilliseconds?: number;
  readonly toMilliseconds?: number;
};

export type PageAsked = {
  readonly limit: number;
  readonly cursor: string | undefined;
  /** `false`: nobody asks how many match in all. */
  readonly isCounted?: boolean;
};

/** A collection of features, as its reader sees it. */
export type Collection = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly licence?: string;
  /** Meant for its reader alone: nobody may keep it. */
  readonly isPrivate: boolean;
  extent(): Promise<CollectionExtent>;
  /** Properties that can be filtered by. */
  filters(): Promise<readonly string[]>;
  page(query: FeatureQuery, page: PageAsked): Promise<Result<FeaturePage, AnyRefusal>>;
  feature(id: string): Promise<Feature | undefined>;
  /** Where else the same can be had. */
  alternate?(id: string): { readonly href: string; readonly type: string };
};
