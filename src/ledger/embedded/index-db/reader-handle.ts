import { Worker } from "node:worker_threads";
import { type Deferred, defer } from "../../deferred.ts";
import { LedgerFault } from "../../fault.ts";
import { SMALL_YOUNG_GENERATION } from "../worker-limits.ts";
import type { Answer, Answered, Asked, Failure, Question, ReaderData } from "./messages.ts";

/** Beyond this, more questions would only wait. */
const MAX_WAITING = 1024;

type Waiting = { readonly asked: Asked; readonly answer: Deferred<Answer>; tries: number };

/** A question that ended two threads is not asked a third time. */
const MAX_TRIES = 2;

/** Keeps one reading thread alive while there is a database, and the questions that it still owes an answer. */
export class ReaderHandle {
  readonly #url: URL;
  readonly #data: ReaderData;
  readonly #damaged: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 0;

  /** `damaged` is told when the database cannot be read. */
  constructor(url: URL, data: ReaderData, damaged: () => void) {
    this.#url = url;
    this.#data = data;
    this.#damaged = damaged;
  }

  ask(question: Question): Promise<Answer> {
    if (this.#waiting.size >= MAX_WAITING) {
      return Promise.reject(new LedgerFault("LEDGER_BUSY", { queue: "index", max: MAX_WAITING }));
    }
    const asked = { id: this.#nextId++, question };
    const answer = defer<Answer>();
    this.#waiting.set(asked.id, { asked, answer, tries: 1 });
    this.#worker?.postMessage(asked);
    return answer.promise;
  }

  /** Reads the database that is there now; what was asked before is asked again. */
  open(): void {
    this.stop();
    const worker = new Worker(this.#url, {
      execArgv: [],
      resourceLimits: SMALL_YOUNG_GENERATION,
      name: "index reader",
      workerData: this.#data,
    });
    this.#worker = worker;
    worker.on("message", (answered: Answered) => this.#settle(answered));
    // What ended it shows in the questions that it owes.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      if (this.#worker === worker) this.#reopen();
    });
    for (const { asked } of this.#waiting.values()) worker.postMessage(asked);
  }

  /** Stops reading; questions wait. */
  stop(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  /** Answers everything that waits with a fault. */
  refuse(fault: LedgerFault): void {
    for (const { answer } of this.#waiting.values()) answer.reject(fault);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.refuse(new LedgerFault("LEDGER_CLOSED"));
    await worker?.terminate();
  }

  #settle(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    if (waiting === undefined) return;
    if ("failure" in answered) this.#failed(waiting, answered.failure);
    else this.#finish(waiting, () => waiting.answer.resolve(answered.answer));
  }

  #failed(waiting: Waiting, { why, isDamaged }: Failure): void {
    // It is asked again once there is another database.
    if (isDamaged && this.#mayRetry(waiting)) this.#damaged();
    else
      this.#finish(waiting, () => waiting.answer.reject(new LedgerFault("LEDGER_INDEX", { why })));
  }

  #reopen(): void {
    const fault = new LedgerFault("LEDGER_INDEX", { why: "the reading thread ended" });
    for (const waiting of [...this.#waiting.values()]) {
      if (!this.#mayRetry(waiting)) this.#finish(waiting, () => waiting.answer.reject(fault));
    }
    this.open();
  }

  #mayRetry(waiting: Waiting): boolean {
    waiting.tries += 1;
    return waiting.tries <= MAX_TRIES;
  }

  #finish(waiting: Waiting, settle: () => void): void {
    this.#waiting.delete(waiting.asked.id);
    settle();
  }
}
