import { ApiProblem, NodeUnreachable } from "../sdk/index.ts";
import { Copy } from "./copy.ts";
import { Follower, type Progress, type RoundResult } from "./follower.ts";
import { pause } from "./pause.ts";
import { isSigned } from "./refusal.ts";
import { type LogReport, reportOfRound } from "./report.ts";
import { ServedCopy } from "./served.ts";
import { openSource, type Source } from "./source.ts";

export type MirrorOptions = {
  readonly url: string;
  /** Directory of this copy alone. */
  readonly directory: string;
  readonly policy?: string;
  /** Does not replay: the tree alone is checked. */
  readonly treeOnly?: boolean;
  readonly everyMilliseconds?: number;
  readonly signal: AbortSignal;
  readonly language?: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly onWait?: (wait: { readonly milliseconds: number }) => void;
  readonly nowMilliseconds?: () => number;
};

export type RefusedReport = Extract<LogReport, { intact: false }>;

/** Told what becomes of each round. */
export type MirrorEvents = {
  /** A checkpoint was verified that is not the last one. */
  readonly onVerified: (report: LogReport) => void;
  /** What was served is refused, and may be the fault of whoever carries it: the next round asks again. */
  readonly onRefused: (report: RefusedReport) => void;
  /** Nothing was served. */
  readonly onSilence: (cause: ApiProblem | NodeUnreachable) => void;
};

const EVERY_MILLISECONDS = 5_000;

/** A verified copy that follows a log. */
export class Mirror {
  readonly served: ServedCopy;
  readonly url: string;
  readonly #options: MirrorOptions;
  readonly #copy: Copy;
  readonly #follower: Follower;
  readonly #ended: AbortController;
  readonly #source: Source;
  readonly #now: () => number;
  readonly #began: number = performance.now();

  private constructor(options: MirrorOptions, copy: Copy, source: Source, ended: AbortController) {
    const { policy, treeOnly, signal, onProgress, nowMilliseconds = Date.now } = options;
    this.#options = options;
    this.#copy = copy;
    this.#ended = ended;
    this.#source = source;
    this.#now = nowMilliseconds;
    this.url = source.url;
    this.served = new ServedCopy(copy);
    this.#follower = new Follower({
      source,
      copy,
      nowMilliseconds,
      signal,
      ...(policy !== undefined && { policy }),
      ...(treeOnly !== undefined && { treeOnly }),
      ...(onProgress !== undefined && { onProgress }),
    });
  }

  /** @throws LogFault `DATA_DIR_IN_USE`, `DATA_DIR_ACCESS` */
  static async open(options: MirrorOptions): Promise<Mirror> {
    const copy = await Copy.open(options.directory, true);
    const ended = new AbortController();
    const signal = AbortSignal.any([options.signal, ended.signal]);
    return new Mirror(options, copy, openSource({ ...options, signal }), ended);
  }

  /** Verifies what is served now, once. @throws as `Follower.round` */
  async once(): Promise<LogReport> {
    return this.report(await this.#follower.round());
  }

  /** Entries that are verified and served. */
  get size(): number {
    return this.#copy.checkpoint?.signed.size ?? 0;
  }

  /** What came of a round, and what all rounds took so far. */
  report(result: RoundResult): LogReport {
    return reportOfRound(result, {
      url: this.url,
      auditedAt: new Date(this.#now()).toISOString(),
      milliseconds: Math.round(performance.now() - this.#began),
      fetched: { ...this.#source.fetched },
      directory: this.#options.directory,
    });
  }

  /**
   * Follows the log until the signal aborts, or the log signed what is wrong.
   *
   * @returns what it signed; `undefined` after the signal
   * @throws LogFault, LedgerFault; errors of the operating system
   */
  async follow(events: MirrorEvents): Promise<RefusedReport | undefined> {
    const { signal, everyMilliseconds = EVERY_MILLISECONDS } = this.#options;
    let last: string | undefined;
    while (!signal.aborted) {
      try {
        const result = await this.#follower.round();
        const report = this.report(result);
        if (!report.intact) {
          if (isSigned(report.refusal)) return report;
          events.onRefused(report);
        } else if (report.checkpoint !== last) {
          last = report.checkpoint;
          events.onVerified(report);
        }
      } catch (thrown) {
        if (signal.aborted) return undefined;
        if (!(thrown instanceof ApiProblem || thrown instanceof NodeUnreachable)) throw thrown;
        events.onSilence(thrown);
      }
      await pause(everyMilliseconds, signal);
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#follower.close();
    await this.#copy.close();
  }
}
