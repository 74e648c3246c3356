import {
  type Code,
  completeEntry,
  composeEntry,
  type EntryClaims,
  encodeEntryHeader,
  err,
  joinObservations,
  judgeEntry,
  keyIdentifier,
  MAX_OBSERVATIONS,
  type Observation,
  type OpenDataset,
  ok,
  type Result,
  rootOfEncoded,
} from "../../core/index.ts";
import type { DatasetLog } from "../../data/index.ts";
import { turn } from "../../log/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";

/** Where the gateway writes; `dataset` is absent for what no ledger knows. */
export type GatewayLog = {
  readonly code: Code;
  readonly log: DatasetLog;
  readonly dataset: OpenDataset | undefined;
};

/** What one request says. */
type Said = {
  readonly observations: readonly Observation[];
  /** The same as `encodeObservations` writes them. */
  readonly facts: Uint8Array;
  /** Things that it is about. */
  readonly named: readonly string[];
};

type Judging = Pick<Services, "state" | "clock">;

type Waiting = Said & {
  readonly by: Judging;
  readonly to: GatewayLog;
  resolve(answer: Result<void, AnyRefusal>): void;
  reject(cause: unknown): void;
};

/** Requests go together up to so many bytes; what is larger by itself is an entry by itself. */
const MAX_TOGETHER_BYTES = 64 * 1024;
/** Requests that wait at once, and what they say: beyond it nobody waits. */
const MAX_WAITING = 1024;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const RETRY_SECONDS = 1;

const GATHERED = new WeakMap<DatasetLog, Gathered>();

export function gatheredFor(log: DatasetLog): Gathered {
  const gathered = GATHERED.get(log) ?? new Gathered(log);
  GATHERED.set(log, gathered);
  return gathered;
}

/**
 * What requests say at the same time becomes one entry, under one signature of the gateway: those that were read in one turn of the
 * process, those that came while the entry before was on its way to the disk, and those who write again while others have their answers.
 */
export class Gathered {
  readonly #log: DatasetLog;
  readonly #kid: Uint8Array;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  /** Of how many requests the entry before was made. */
  #before = 0;
  #header: { readonly source: Code; readonly iatSeconds: number; readonly bytes: Uint8Array } = {
    ...{ source: "" as Code, iatSeconds: -1, bytes: new Uint8Array(0) },
  };

  constructor(log: DatasetLog) {
    this.#log = log;
    this.#kid = keyIdentifier(log.gateway);
  }

  /** @returns nothing once it is durable, else `AUTH_KEY_…` where the owner closed the key, `HTTP_BUSY` */
  append(by: Judging, to: GatewayLog, said: Said): Promise<Result<void, AnyRefusal>> {
    const isFull = this.#waitingBytes + said.facts.length > MAX_WAITING_BYTES;
    if (isFull || this.#waiting.length >= MAX_WAITING) return Promise.resolve(busy("queue"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...said, by, to, resolve, reject });
      this.#waitingBytes += said.facts.length;
      if (this.#isWriting) return;
      this.#isWriting = true;
      setImmediate(() => void this.#writeAll());
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#others();
      const together = this.#waiting.splice(0, this.#fitting());
      this.#before = together.length;
      for (const { facts } of together) this.#waitingBytes -= facts.length;
      try {
        const answer = await this.#write(together);
        for (const each of together) each.resolve(answer);
      } catch (cause) {
        for (const each of together) each.reject(cause);
      }
    }
    this.#isWriting = false;
  }

  /**
   * Resolves when a turn has brought nobody, or as many are there as were before: whoever has an answer asks again, and comes while the
   * others have theirs. Whoever is alone waits for nobody.
   */
  async #others(): Promise<void> {
    for (let had = 0; had < this.#waiting.length && this.#waiting.length < this.#before; ) {
      had = this.#waiting.length;
      await turn();
    }
  }

  /** How many of those that wait make one entry. Who follows a dataset hears of a thing once an entry: so none is in it for two of them. */
  #fitting(): number {
    const source = this.#waiting[0]?.to.code;
    const things = new Set<string>();
    let [bytes, count] = [0, 0];
    const beyond = this.#waiting.findIndex(({ facts, named, observations, to }, i) => {
      bytes += facts.length;
      count += observations.length;
      if (i > 0 && (bytes > MAX_TOGETHER_BYTES || count > MAX_OBSERVATIONS)) return true;
      if (to.code !== source || named.some((id) => things.has(id))) return true;
      for (const id of named) things.add(id);
      return false;
    });
    return beyond < 0 ? this.#waiting.length : beyond;
  }

  async #write(together: readonly Waiting[]): Promise<Result<void, AnyRefusal>> {
    const last = together.at(-1);
    if (last === undefined) return ok(undefined);
    // What is known of the dataset and of the key is what the latest of them found.
    const { by, to } = last;
    const receivedMilliseconds = by.clock();
    const nowSeconds = Math.floor(receivedMilliseconds / 1000);
    const observations = together.flatMap((each) => each.observations);
    const facts = joinObservations(together.map((each) => each.facts));
    const entry = this.#signed(to.code, { count: observations.length, facts }, nowSeconds);
    if (to.dataset !== undefined) {
      // That it is signed by this key we know; whether the key still may, the ledger says.
      const judged = judgeEntry(by.state.remembered, to.dataset, entry, nowSeconds, () => true);
      if (!judged.ok) return judged;
    }
    const files = new Map<string, Uint8Array>();
    const answer = await this.#log.append({
      ...{ entry, observations, facts, files, receivedMilliseconds },
    });
    return "busy" in answer ? busy(answer.busy) : ok(undefined);
  }

  #signed(source: Code, { count, facts }: { count: number; facts: Uint8Array }, now: number) {
    const of = { source, audience: this.#log.origin, iatSeconds: now };
    const claims: EntryClaims = { ...of, count, root: rootOfEncoded(facts) };
    const header = { alg: -8, kid: this.#kid };
    if (this.#header.iatSeconds !== now || this.#header.source !== source) {
      this.#header = { source, iatSeconds: now, bytes: encodeEntryHeader(of, header) };
    }
    const unsigned = composeEntry(claims, header, this.#header.bytes);
    return completeEntry(claims, header, unsigned, this.#log.signAsGateway(unsigned.message));
  }
}

function busy(what: "disk" | "queue" | "restored"): Result<never, AnyRefusal> {
  return err({ code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what });
}
