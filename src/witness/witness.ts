import {
  cosign,
  err,
  formatNote,
  formatSignatureLine,
  formatVerifierKey,
  fromUtf8,
  hex,
  MAX_NOTE_SIGNATURES,
  type NoteSigner,
  ok,
  parseCheckpoint,
  type Result,
  type SignedCheckpoint,
  sha256,
  utf8,
} from "../core/index.ts";
import type { FraudProof } from "./fraud.ts";
import {
  type GrowthRefusal,
  judgeGrowth,
  judgeOrigin,
  NEVER_SEEN,
  type OriginRefusal,
} from "./judge.ts";
import type { KnownLogs } from "./known-logs.ts";
import type { AddCheckpoint } from "./request.ts";

/**
 * Where a witness remembers what it cosigned: one note under each name. `put` is atomic and durable when it resolves;
 * `get` answers with what the last `put` wrote, and `undefined` only if there never was one.
 */
export type WitnessMemory = {
  get(name: string): Promise<Uint8Array | undefined>;
  put(name: string, note: Uint8Array): Promise<void>;
};

export type WitnessDependencies = {
  /** The witness's own key, used for nothing else. */
  readonly signer: NoteSigner;
  /** Asked at each request, so that a log can be added while the witness runs. */
  readonly known: () => Promise<KnownLogs>;
  readonly memory: WitnessMemory;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Told when a log showed two roots of one size. */
  readonly fraud: (proof: FraudProof) => Promise<void>;
};

export type WitnessRefusal =
  | OriginRefusal
  | GrowthRefusal
  /** What was remembered of this log cannot be read: it is cosigned no more before an operator has looked. */
  | { readonly code: "WITNESS_MEMORY"; readonly origin: string };

/** Cosigns what only grew. One process has a memory; nothing else writes it. */
export type Witness = {
  readonly vkey: string;
  /**
   * Judges, stores, and only then cosigns.
   *
   * @returns the signature line, else the first refusal, in the order of `judgeOrigin`, `WITNESS_MEMORY`, `judgeGrowth`
   * @throws what the memory throws: nothing was cosigned, and what is stored is looked at anew
   */
  add(request: AddCheckpoint): Promise<Result<string, WitnessRefusal>>;
  /** The last note that was cosigned, by the hash of the origin in hex; `undefined` for a log never seen. */
  latest(originHash: string): Promise<string | undefined>;
};

/** The name under which a log is remembered and shown. */
export function originHash(origin: string): string {
  return hex(sha256(utf8(origin)));
}

export function createWitness({
  signer,
  known,
  memory,
  clock,
  fraud,
}: WitnessDependencies): Witness {
  /** By hash of the origin: the last note of each log, durable. What is not here is read from the memory. */
  const notes = new Map<string, SignedCheckpoint>();
  /** The end of the queue of each log: one request at a time is judged and stored. */
  const queues = new Map<string, Promise<unknown>>();
  /** The logs whose notes the memory should hold; read when it is first asked for. */
  let seen: Promise<Set<string>> | undefined;
  /** The end of the queue of those who enter a log there. */
  let entering: Promise<unknown> = Promise.resolve();

  async function add(request: AddCheckpoint): Promise<Result<string, WitnessRefusal>> {
    const { origin } = request.checkpoint;
    const keys = (await known()).keysOf(origin);
    const judged = judgeOrigin(request, keys);
    if (!judged.ok) return judged;
    const logKeys = new Set(keys.map(({ id }) => id));
    const { note } = request.checkpoint;
    // Lines of strangers are no affair of ours and would be shown on.
    const lines = note.signatures.filter(({ name, id }) => name === origin && logKeys.has(id));
    const own = { ...request.checkpoint, note: { text: note.text, signatures: lines } };
    return inTurn(origin, () => checkAndStore({ ...request, checkpoint: own }));
  }

  /** Runs `work` when everything that came before it for this log has ended. */
  function inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const before = queues.get(origin) ?? Promise.resolve();
    const done = before.then(work, work);
    const settled = done.catch(() => undefined);
    queues.set(origin, settled);
    void settled.then(() => {
      if (queues.get(origin) === settled) queues.delete(origin);
    });
    return done;
  }

  async function checkAndStore(request: AddCheckpoint): Promise<Result<string, WitnessRefusal>> {
    const { checkpoint } = request;
    const { origin } = checkpoint;
    const hash = originHash(origin);
    const kept = notes.get(hash);
    const last = kept ?? (await remembered(origin, hash));
    if (last === "unreadable") return err({ code: "WITNESS_MEMORY", origin });
    const judged = judgeGrowth(request, last ?? NEVER_SEEN);
    if (!judged.ok) {
      if (judged.error.code === "WITNESS_ROOT" && last !== undefined) await tell(last, checkpoint);
      return judged;
    }
    const { text, signatures } = checkpoint.note;
    const line = cosign(text, signer, Math.floor(clock() / 1000));
    const lines = [...signatures.slice(0, MAX_NOTE_SIGNATURES - 1), line];
    const cosigned = { ...checkpoint, note: { text, signatures: lines } };
    // The same again changes nothing that a crash could lose; only what this process stored is known to be durable.
    if (kept?.size !== checkpoint.size) await store(hash, cosigned);
    notes.set(hash, cosigned);
    return ok(formatSignatureLine(line));
  }

  async function store(hash: string, { note }: SignedCheckpoint): Promise<void> {
    // Until the write is known to have ended well, nothing is known of the memory.
    notes.delete(hash);
    await memory.put(nameOf(hash), utf8(formatNote(note)));
    // Behind the note: a list that names what is not there would end what never began.
    if (!(await seenLogs()).has(hash)) await enter(hash);
  }

  function seenLogs(): Promise<Set<string>> {
    seen ??= readSeen();
    return seen;
  }

  async function readSeen(): Promise<Set<string>> {
    try {
      return new Set(linesOf(await memory.get(SEEN_LOGS)));
    } catch (cause) {
      // The next one asks the memory again.
      seen = undefined;
      throw cause;
    }
  }

  function enter(hash: string): Promise<void> {
    const done = entering.then(async () => {
      const all = await seenLogs();
      const lines = [...all, hash].sort();
      await memory.put(SEEN_LOGS, utf8(`${lines.join("\n")}\n`));
      all.add(hash);
    });
    entering = done.catch(() => undefined);
    return done;
  }

  async function remembered(
    origin: string,
    hash: string,
  ): Promise<SignedCheckpoint | "unreadable" | undefined> {
    const bytes = await memory.get(nameOf(hash));
    // One note that somebody lost would be one branch more that could be cosigned.
    if (bytes === undefined) return (await seenLogs()).has(hash) ? "unreadable" : undefined;
    const parsed = parseCheckpoint(fromUtf8(bytes) ?? "", true);
    return parsed.ok && parsed.value.origin === origin ? parsed.value : "unreadable";
  }

  async function tell(last: SignedCheckpoint, second: SignedCheckpoint): Promise<void> {
    const logLines = last.note.signatures.filter(({ name }) => name === last.origin);
    const first = formatNote({ text: last.note.text, signatures: logLines });
    await fraud({
      origin: last.origin,
      first,
      second: formatNote(second.note),
    });
  }

  return {
    vkey: formatVerifierKey(signer.key),
    add,
    async latest(hash) {
      const kept = notes.get(hash);
      if (kept !== undefined) return formatNote(kept.note);
      const bytes = await memory.get(nameOf(hash));
      return bytes && fromUtf8(bytes);
    },
  };
}

/** Hashes of the origins of all logs that were cosigned, one a line. */
const SEEN_LOGS = "seen/logs";

function linesOf(bytes: Uint8Array | undefined): readonly string[] {
  return (fromUtf8(bytes ?? new Uint8Array()) ?? "").split("\n").filter(Boolean);
}

function nameOf(hash: string): string {
  return `seen/${hash}`;
}
