/** A UTC calendar date, `YYYY-MM-DD`, as a statement's `validFrom`. */
export type IsoDate = string;

/** A UTC calendar date that may leave out day and month, as registers of the past often must. */
export type PartialDate = string;

/**
 * What somebody states about one field of a record, true from `validFrom` until the next statement about it begins.
 * The value stands in clear, or as `commit` = SHA-256(CBOR [salt (16 bytes), code, field, value]).
 */
export type Statement<V> =
  | { readonly value: V; readonly validFrom: IsoDate }
  | { readonly commit: Uint8Array; readonly validFrom: IsoDate };

/** `[longitude, latitude]` in 1e-7 degree, WGS 84 / CGCS2000. */
export type Position = readonly [number, number];

/** `[west, south, east, north]` in 1e-7 degree. */
export type Box = readonly [number, number, number, number];

/** A shape of at most 64 positions, a coarse cell, or a larger shape linked by its hash. */
export type Geometry =
  | { readonly point: Position }
  | { readonly line: readonly Position[] }
  | { readonly polygon: readonly (readonly Position[])[] }
  | { readonly cell: Box }
  | { readonly linked: { readonly sha256: Uint8Array; readonly url: string; readonly bbox: Box } };

/** Names by BCP 47 language tag: `zh`, `en`, `zh-Latn` (pinyin). */
export type Names = { readonly [language: string]: Statement<string> };

export type AttributeValue = string | number | boolean;

export type Attributes = { readonly [name: string]: Statement<AttributeValue> };

/** A number that a thing already had: an asset number, an old plate, a code of another shape. */
export type Alias = { readonly scheme: string; readonly value: string };

/** Where a code leads: https only. */
export type Link = {
  readonly rel: string;
  readonly href: string;
  readonly type?: string;
  readonly lang?: string;
  readonly title?: string;
  readonly context?: string;
};

/** Evidence stays outside the log; its title and hash stand in it. */
export type Evidence = { readonly title: string; readonly commit: Uint8Array };
