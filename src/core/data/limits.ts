// Bounds of the entries of datasets and of what lies beside them. docs/spec/sharing.md lists them; a test compares both.

/** A source's clock, and what waited on a phone without a network, may lie this far behind. */
export const DATA_PAST_SECONDS: number = 7 * 24 * 3600;
export const DATA_FUTURE_SECONDS: number = 600;

/** Observations that one signature covers. */
export const MAX_OBSERVATIONS: number = 10_000;
/** Facts of one observation. */
export const MAX_OBSERVATION_FACTS: number = 256;
/** One fact, encoded. */
export const MAX_FACT_BYTES: number = 64 * 1024;
export const MAX_FACT_NAME_BYTES: number = 256;
export const SALT_BYTES: number = 16;

/** All facts of one entry, encoded. */
export const MAX_ENTRY_FACTS_BYTES: number = 12 * 1024 * 1024;
/** Files that the facts of one entry name by their hash. */
export const MAX_ATTACHMENTS: number = 8;
export const MAX_ATTACHMENT_BYTES: number = 10 * 1024 * 1024;

/** Scans of the plates of one code that one dataset keeps. */
export const MAX_PLATE_SCANS: number = 256;
export const MAX_PLATE_NOTE_CHARACTERS: number = 4000;
/** `cti` of a seal: its serial, and how the generation was born. */
export const SEAL_NAME_BYTES: number = 12;
