// Every bound on what an operation may hold. docs/spec/operations.md lists them; a test compares both.

/** A whole operation, envelope included. */
export const MAX_OPERATION_BYTES: number = 48 * 1024;

/** A chunk entry; an entry of the log is at most 65 535 bytes. */
export const MAX_CHUNK_BYTES: number = 60 * 1024;

/** Items of one operation (`register`, `gazette`, `classes`) or of one chunk. */
export const MAX_ITEMS: number = 256;

/** Items of one manifest. */
export const MAX_MANIFEST_ITEMS: number = 1_000_000;

/** Open keys of one record. */
export const MAX_OPEN_KEYS: number = 64;

export const MAX_TEXT_BYTES: number = 512;
export const MAX_REASON_BYTES: number = 1024;
export const MAX_LABEL_BYTES: number = 64;
export const MAX_URL_BYTES: number = 1024;
export const MAX_LANGUAGES: number = 16;
export const MAX_ALIASES: number = 16;
export const MAX_ALIAS_BYTES: number = 128;
export const MAX_LINKS: number = 16;
export const MAX_EVIDENCE: number = 32;
export const MAX_ATTRIBUTES: number = 64;
/** All attributes of a record, encoded. */
export const MAX_ATTRIBUTES_BYTES: number = 4096;
export const MAX_POSITIONS: number = 64;
export const MAX_FACTS: number = 32;
export const MAX_SUCCESSORS: number = 16;
export const MAX_MEMBERS: number = 64;
export const MAX_VOTES: number = 64;
/** Validators of a ledger: each message of consensus goes from all to all, and a note carries a line of each. */
export const MAX_VALIDATORS: number = 21;
export const MAX_POLICY_BYTES: number = 16 * 1024;
/** Child ledgers whose checkpoints one operation anchors. */
export const MAX_ANCHORS: number = 32;
/** A signed checkpoint with its cosignatures. */
export const MAX_CHECKPOINT_BYTES: number = 8 * 1024;
/** A child ledger is anchored at most this often. */
export const ANCHOR_PAUSE_MILLISECONDS: number = 60 * 1000;
/** The log of a dataset is anchored at most this often. */
export const DATASET_ANCHOR_PAUSE_MILLISECONDS: number = 600 * 1000;
/** Themes of one dataset. */
export const MAX_THEMES: number = 16;
/** Fields in the dictionary of one dataset. */
export const MAX_DICTIONARY: number = 64;
/** Keys of the log of one dataset: one, and while it is exchanged two. */
export const MAX_LOG_KEYS: number = 2;
/** Attributes that a request or a grant names. */
export const MAX_GRANT_ATTRIBUTES: number = 64;
/** Grants of one dataset to the same code that are in force at once. */
export const MAX_OPEN_GRANTS: number = 16;
/** Import entries that a child ledger begins with. */
export const MAX_IMPORTS: number = 1_000_000;
/** Import entries that one value takes which is too long for one. */
export const MAX_IMPORT_PARTS: number = 64;

/** Serials of one key: as many bits as its status list has. */
export const MAX_SERIALS: number = 2 ** 20;
/** Runs of serials that the batches of one key leave apart from each other. */
export const MAX_SEAL_RUNS: number = 256;
/** Seals that one operation withdraws. */
export const MAX_WITHDRAWN: number = 4096;

/** The signer's clock may lie this far behind, or ahead of, block time. */
export const IAT_PAST_SECONDS: number = 24 * 3600;
export const IAT_FUTURE_SECONDS: number = 600;

/** An application may be this old when it is admitted, and takes no endorsement when it is older. */
export const APPLICATION_AGE_SECONDS: number = 90 * 24 * 3600;

/** A decision ends after this long. */
export const DECISION_AGE_MILLISECONDS: number = 90 * 24 * 3600 * 1000;
