// Every bound on what a witness takes, and on how it is asked. docs/spec/ledger.md lists them.

/** An old size, 63 hashes, and a note of 16 signatures, post-quantum ones included. */
export const MAX_ADD_CHECKPOINT_BYTES: number = 64 * 1024;

/** A tree of 2^63 entries needs no more. c2sp.org/tlog-witness. */
export const MAX_CONSISTENCY_HASHES = 63;

/** What an answer of a witness may hold: as many lines as a note. */
export const MAX_WITNESS_ANSWER_BYTES: number = 64 * 1024;

/** From the request to the last byte of the answer. */
export const WITNESS_PATIENCE_MILLISECONDS = 10_000;

/** The age limit that a node keeps its checkpoints within where none is set; it asks three times as often. */
export const DEFAULT_AGE_SECONDS = 3600;

/** One checkpoint is taken to all witnesses until the quorum has it, or until so much time has passed. */
export const WITNESS_ROUND_MILLISECONDS = 10_000;

/** A witness that failed is left alone for so long, and twice as long each time, */
export const MIN_WITNESS_PAUSE_MILLISECONDS = 1000;
/** up to this. */
export const MAX_WITNESS_PAUSE_MILLISECONDS: number = 5 * 60 * 1000;

/** How far the time in a fresh cosignature may lie from the node's clock; verifiers allow five minutes ahead. */
export const MAX_WITNESS_SKEW_SECONDS = 120;

/** A reader who wants a proof of what was written a moment ago waits for the round that covers it: the one that runs, and the next. */
export const COVER_PATIENCE_MILLISECONDS: number = 2 * WITNESS_ROUND_MILLISECONDS;
/** So many readers wait at a time; who comes then is answered at once, from what is cosigned. */
export const MAX_COVER_WAITING = 1000;
