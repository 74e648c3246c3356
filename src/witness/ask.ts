import {
  err,
  formatNote,
  type Hash,
  type NoteSignature,
  ok,
  parseCheckpoint,
  parseDecimal,
  parseNote,
  type Result,
  type SignedCheckpoint,
  type VerifierKey,
  verifyNote,
} from "../core/index.ts";
import {
  MAX_WITNESS_ANSWER_BYTES,
  MAX_WITNESS_SKEW_SECONDS,
  WITNESS_PATIENCE_MILLISECONDS,
} from "./limits.ts";
import { formatAddCheckpoint } from "./request.ts";
import { originHash } from "./witness.ts";

/** What a log needs of itself to be cosigned. */
export type AskingLog = {
  /** The log's own checkpoint, with its signature lines and no others. */
  readonly checkpoint: SignedCheckpoint;
  /** The keys that it signs with. */
  readonly keys: readonly VerifierKey[];
  consistency(first: number, second: number): readonly Hash[];
};

/** A witness as a policy names it. */
export type AskedWitness = {
  readonly name: string;
  readonly key: VerifierKey;
  /** Its submission prefix, without a slash at the end. */
  readonly url: string;
};

/** Why a witness gave no cosignature: nothing is wrong with the log. */
export type AskFailure =
  /** No answer, or not in time. */
  | "WITNESS_SILENT"
  /** It answered what no witness answers. `status` says what. */
  | "WITNESS_ANSWER"
  /** It does not know this log, or not this key of it. */
  | "WITNESS_STRANGER"
  /** What it sent is no cosignature of this checkpoint by its key. */
  | "WITNESS_COSIGNATURE"
  /** The time in the cosignature is not that of this request: an old one was sent again, or its clock is wrong. */
  | "WITNESS_TIME";

export type Asked =
  | { readonly kind: "cosigned"; readonly line: NoteSignature; readonly timeSeconds: number }
  /** It saw a larger log under this name than the one that asks. */
  | { readonly kind: "ahead"; readonly size: number }
  /** It saw another log of this name. `note` is what it shows for that, if it does, signed by the log. */
  | { readonly kind: "branch"; readonly size: number; readonly note?: SignedCheckpoint }
  | { readonly kind: "failed"; readonly failure: AskFailure; readonly status?: number };

export type AskDependencies = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Ends a request that takes too long. */
  readonly deadline?: () => AbortSignal;
};

/** A witness that moves on while it is asked is followed so often. */
const MAX_ATTEMPTS = 4;

/**
 * Takes a checkpoint to a witness, with the proof from where that one is: a 409 says where. Trusts nothing that comes back.
 *
 * @param from - where the witness is believed to be; 0 for a new one
 */
export async function askWitness(
  witness: AskedWitness,
  log: AskingLog,
  from: number,
  dependencies: AskDependencies,
): Promise<Asked> {
  const signal = dependencies.deadline?.() ?? AbortSignal.timeout(WITNESS_PATIENCE_MILLISECONDS);
  const { size } = log.checkpoint;
  let oldSize = from;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    if (oldSize > size) return { kind: "ahead", size: oldSize };
    const path = oldSize === 0 ? [] : log.consistency(oldSize, size);
    const body = formatAddCheckpoint(oldSize, path, formatNote(log.checkpoint.note));
    const sent = await send(`${witness.url}/add-checkpoint`, { method: "POST", body }, signal);
    if (!sent.ok) return sent.error;
    const { status, text } = sent.value;
    if (status === 200) return cosignatureIn(text, witness.key, log.checkpoint, nowSeconds());
    if (status === 422) return branch(oldSize);
    if (status === 403 || status === 404) return failed("WITNESS_STRANGER", status);
    const seen = status === 409 ? sizeIn(text) : undefined;
    if (seen === undefined) return failed("WITNESS_ANSWER", status);
    // It is where we said, and still in conflict: it has another root of that size.
    if (seen === oldSize) return branch(seen);
    oldSize = seen;
  }
  return failed("WITNESS_ANSWER", 409);

  function nowSeconds(): number {
    return Math.floor(dependencies.clock() / 1000);
  }

  /** Whether what it shows is a branch of this log can only be judged by who knows the log's own root of that size. */
  async function branch(seen: number): Promise<Asked> {
    const url = `${witness.url}/${originHash(log.checkpoint.origin)}/checkpoint`;
    const shown = await send(url, { method: "GET" }, signal);
    const note =
      shown.ok && shown.value.status === 200 ? parseCheckpoint(shown.value.text) : undefined;
    if (note?.ok !== true) return { kind: "branch", size: seen };
    const { origin } = note.value;
    const isOurs = origin === log.checkpoint.origin && verifyNote(note.value.note, log.keys).ok;
    if (!isOurs) return { kind: "branch", size: seen };
    return { kind: "branch", size: note.value.size, note: note.value };
  }

  async function send(
    url: string,
    init: RequestInit,
    until: AbortSignal,
  ): Promise<Result<{ readonly status: number; readonly text: string }, Asked>> {
    try {
      const response = await dependencies.fetch(url, { ...init, redirect: "error", signal: until });
      const text = await readBounded(response);
      return text === undefined
        ? err(failed("WITNESS_ANSWER", response.status))
        : ok({ status: response.status, text });
    } catch {
      return err(failed("WITNESS_SILENT"));
    }
  }
}

/** A cosignature out of an answer, as if it were never to be trusted: of this key, of these bytes, of now. */
function cosignatureIn(
  answer: string,
  key: VerifierKey,
  { note: { text } }: SignedCheckpoint,
  nowSeconds: number,
): Asked {
  const parsed = parseNote(`${text}\n${answer}`);
  // A line that looks like a signature of the text before it could move where the text ends.
  if (!parsed.ok || parsed.value.text !== text) return failed("WITNESS_COSIGNATURE", 200);
  const lines = parsed.value.signatures.filter(
    ({ name, id }) => name === key.name && id === key.id,
  );
  const [line, ...more] = lines;
  if (line === undefined || more.length > 0) return failed("WITNESS_COSIGNATURE", 200);
  const verified = verifyNote({ text, signatures: [line] }, [key]);
  const timeSeconds = verified.ok ? verified.value[0]?.timeSeconds : undefined;
  if (timeSeconds === undefined) return failed("WITNESS_COSIGNATURE", 200);
  return Math.abs(timeSeconds - nowSeconds) > MAX_WITNESS_SKEW_SECONDS
    ? failed("WITNESS_TIME", 200)
    : { kind: "cosigned", line, timeSeconds };
}

function failed(failure: AskFailure, status?: number): Asked & { readonly kind: "failed" } {
  return { kind: "failed", failure, ...(status !== undefined && { status }) };
}

/** The size in a 409: a decimal and a newline. */
function sizeIn(text: string): number | undefined {
  return text.endsWith("\n") ? parseDecimal(text.slice(0, -1)) : undefined;
}

async function readBounded(response: Response): Promise<string | undefined> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MAX_WITNESS_ANSWER_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
