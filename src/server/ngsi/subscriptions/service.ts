import { setMaxListeners } from "node:events";
import { err, fromHex, ok, openDataset, type Result, referredCode } from "../../../core/index.ts";
import { ALL, type DatasetLog, entityView } from "../../../data/index.ts";
import {
  MAX_SUBSCRIPTIONS,
  MAX_SUBSCRIPTIONS_OF_HOLDER,
  NOTIFY_MILLISECONDS,
} from "../../limits.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import type { Services } from "../../services.ts";
import { memoryStore } from "../../store/index.ts";
import type { Contexts, TermContext } from "../contexts.ts";
import { scratchLogs } from "../scratch.ts";
import { changeTold } from "./entities-told.ts";
import { type Attempt, type Delivery, Followed, type Judged } from "./followed.ts";
import { withLinked } from "./linked.ts";
import { isNamed, messageOf, notificationId } from "./notification.ts";
import { Running } from "./running.ts";
import { Slots } from "./slots.ts";
import { type Kept, type Maker, type Position, SubscriptionStore } from "./store.ts";
import { statusOf } from "./told.ts";

/** While an access log takes no notes, or a dataset is suspended. */
const BUSY_MILLISECONDS = 5000;

/**
 * Subscriptions to the entities of all datasets of the node: kept, followed and notified. Whatever is told was judged a moment
 * before by what the ledger says then: a grant that is revoked ends its subscriptions with that block.
 */
export class Subscriptions {
  readonly #services: Services;
  readonly #contexts: Contexts;
  readonly #onFollow: (log: DatasetLog) => void;
  readonly #store: SubscriptionStore;
  readonly #slots = new Slots();
  /** In the order of their making. */
  readonly #all = new Set<Running>();
  /** By the name of the log. */
  readonly #followed = new Map<string, Followed>();
  /** How each is to be told, while its terms are as they were. */
  readonly #terms = new Map<Kept, TermContext>();
  readonly #stop = new AbortController();
  readonly #loaded: Promise<void>;

  /** @param onFollow hears of each log whose subscribers are to be told of changes */
  constructor(services: Services, contexts: Contexts, onFollow: (log: DatasetLog) => void) {
    this.#services = services;
    this.#contexts = contexts;
    this.#onFollow = onFollow;
    // Each notification that is under way waits for it.
    setMaxListeners(0, this.#stop.signal);
    this.#store = new SubscriptionStore(services.subscriptions ?? memoryStore(), services.log);
    this.#loaded = this.#load();
    this.#loaded.catch((cause) =>
      services.log.error("subscriptions not loaded", { cause: String(cause) }),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#followed.values()].map((each) => each.close()));
  }

  /** Those of one holder to one dataset, in the order of their making. */
  async list(origin: string, holder: string): Promise<readonly Running[]> {
    await this.#loaded;
    return [...this.#all].filter(({ kept }) => isOf(kept, origin, holder));
  }

  async find(origin: string, holder: string, id: string): Promise<Running | undefined> {
    await this.#loaded;
    for (const each of this.#all) {
      if (each.said.id === id && isOf(each.kept, origin, holder)) return each;
    }
    return undefined;
  }

  /** @returns `NGSI_EXISTS`, `HTTP_FULL`; durable when it resolves */
  async add(kept: Kept, log: DatasetLog): Promise<Result<void, AnyRefusal>> {
    const { origin, maker, said } = kept;
    await this.#loaded;
    const own = [...this.#all].filter((each) => each.kept.maker.holder === maker.holder);
    if (own.some((each) => each.said.id === said.id && each.kept.origin === origin)) {
      return err({ code: "NGSI_EXISTS", id: said.id });
    }
    if (this.#all.size >= MAX_SUBSCRIPTIONS) return full(MAX_SUBSCRIPTIONS);
    if (own.length >= MAX_SUBSCRIPTIONS_OF_HOLDER) return full(MAX_SUBSCRIPTIONS_OF_HOLDER);
    const running = new Running(kept, { next: kept.from });
    // In its place at once: of two with one id the second is refused.
    this.#all.add(running);
    try {
      await this.#store.put(kept);
    } catch (cause) {
      this.#all.delete(running);
      throw cause;
    }
    this.#follow(running, log);
    return ok(undefined);
  }

  /** Puts other words in the place of those that are there; durable when it resolves. */
  async change(before: Running, changed: Kept, log: DatasetLog): Promise<void> {
    const isPaused = statusOf(before.said, this.#services.clock()) !== "active";
    // What happened while it was paused nobody wanted to hear of.
    const kept = isPaused ? { ...changed, from: log.size } : changed;
    await this.#store.put(kept);
    this.#followedOf(log).remove(before);
    const { sent } = before.position;
    const position = isPaused ? { next: kept.from, sent } : before.position;
    const running = new Running(kept, position);
    const all = [...this.#all].map((each) => (each === before ? running : each));
    this.#all.clear();
    for (const each of all) this.#all.add(each);
    this.#terms.delete(before.kept);
    this.#follow(running, log);
  }

  async remove(running: Running, log: DatasetLog): Promise<void> {
    await this.#store.delete(running.kept);
    this.#all.delete(running);
    this.#terms.delete(running.kept);
    this.#followedOf(log).remove(running);
  }

  async #load(): Promise<void> {
    for (const { kept, position } of await this.#store.load()) {
      const log = this.#logOf(kept.origin);
      // One that is older was of another subscription with this id, or of the time before it was paused.
      const isOwn = position !== undefined && position.next >= kept.from;
      const running = new Running(kept, isOwn ? position : { next: kept.from });
      this.#all.add(running);
      if (log !== undefined) this.#follow(running, log);
    }
  }

  #follow(running: Running, log: DatasetLog): void {
    const isActive = statusOf(running.said, this.#services.clock()) === "active";
    if (isActive && running.kept.ended === undefined) this.#followedOf(log).add(running);
  }

  #followedOf(log: DatasetLog): Followed {
    const known = this.#followed.get(log.origin);
    if (known !== undefined) return known;
    const made = new Followed(log, this.#delivery());
    this.#followed.set(log.origin, made);
    this.#onFollow(log);
    return made;
  }

  #logOf(origin: string): DatasetLog | undefined {
    return [...scratchLogs(this.#services), ...(this.#services.datasets?.all() ?? [])].find(
      (each) => each.origin === origin,
    );
  }

  #delivery(): Delivery {
    const { clock, log, random } = this.#services;
    return {
      ...{ clock, log },
      chance: () => (random(1)[0] ?? 0) / 255,
      judge: (running) => this.#judge(running.kept),
      send: (running, name, tell) => this.#send(running, name, tell),
      end: async (running, why) => {
        running.kept = { ...running.kept, ended: why };
        await this.#store.put(running.kept);
      },
      savePositions: (origin, positions) => {
        const all = [...positions].map(([{ kept }, each]): [Kept, Position] => [kept, each]);
        return this.#store.putPositions(origin, new Map(all));
      },
    };
  }

  async #judge({ origin, maker }: Kept): Promise<Judged> {
    const { access, authentication, state } = this.#services;
    const isScratch = scratchLogs(this.#services).some((each) => each.origin === origin);
    if (isScratch) return { view: ALL, note: () => undefined };
    const later = { waitMilliseconds: BUSY_MILLISECONDS };
    const log = this.#logOf(origin);
    const dataset = log && openDataset(state, referredCode(log.reference));
    if (dataset === undefined || !dataset.ok) return later;
    if (dataset.value.value.log.origin !== origin) return { ended: "DATA_LOG_UNKNOWN" };
    if (!(await access.prepareKey(maker.keyid))) return later;
    const signer = authentication.readerKey(maker.keyid);
    if (!signer.ok) return { ended: signer.error.code };
    const grant = maker.grant === undefined ? undefined : fromHex(maker.grant);
    const asker = { signer: signer.value, ...(grant && { grant }) };
    const judged = await access.judge(asker, dataset.value, "subscribe");
    if (!judged.ok) {
      return judged.error.code === "HTTP_BUSY" ? later : { ended: judged.error.code };
    }
    const { view } = judged.value;
    return {
      view: entityView(view),
      note: (count) => access.note(view, "notification", count),
    };
  }

  async #send(
    running: Running,
    name: readonly (string | number)[],
    tell: Parameters<Delivery["send"]>[2],
  ): Promise<Attempt> {
    const { notifier, clock } = this.#services;
    const { endpoint } = running.said.notification;
    const lane = running.failures > 0 ? "slow" : "fast";
    return this.#slots.run(lane, new URL(endpoint.uri).host, async () => {
      const context = await this.#termsOf(running.kept);
      const told = await tell();
      const { signal } = this.#stop;
      if (told === undefined || told.changes.length === 0 || signal.aborted) return "nothing";
      const notifiedMilliseconds = clock();
      const judged = await this.#judge(running.kept);
      if (!("view" in judged)) return "nothing";
      const log = this.#logOf(running.kept.origin);
      const data = await withLinked(
        running.said,
        told.changes,
        told.changes.map((each) =>
          changeTold(
            running.said,
            each,
            goneAt(each.before?.modified, notifiedMilliseconds),
            context,
          ),
        ),
        log && { entities: log.entities, view: judged.view },
        context,
      );
      const id = notificationId(running.said.id, running.kept.maker.holder, ...name);
      const notifiedAt = new Date(notifiedMilliseconds).toISOString();
      const at = { notifiedAt, tenant: running.kept.tenant };
      const message = messageOf(running.said, id, data, at, context);
      told.note(told.changes.length);
      const milliseconds = endpoint.timeout ?? NOTIFY_MILLISECONDS;
      return (await notifier?.send(message, { signal, milliseconds })) ?? "failed";
    });
  }

  /** The terms of its notifications: those of its context, or whole names where nobody could look that up. */
  async #termsOf(kept: Kept): Promise<TermContext> {
    const known = this.#terms.get(kept);
    if (known !== undefined) return known;
    const { jsonldContext, notification } = kept.said;
    const read = await this.#contexts.read(jsonldContext ?? kept.context, kept.origin);
    const isLd = notification.endpoint.accept === "application/ld+json";
    if (read.ok && (isLd || isNamed(read.value))) {
      this.#terms.set(kept, read.value);
      return read.value;
    }
    const core = await this.#contexts.read(undefined, kept.origin);
    if (!core.ok) throw new Error(core.error.code);
    return core.value;
  }
}

/** When something that is gone went: not before it was changed last. */
function goneAt(modified: number | undefined, now: number): number {
  return Math.max(modified ?? now, now);
}

function isOf({ origin, maker }: Kept, wanted: string, holder: Maker["holder"]): boolean {
  return origin === wanted && maker.holder === holder;
}

function full(max: number): Result<never, AnyRefusal> {
  return err({ code: "HTTP_FULL", what: "subscriptions", max });
}
