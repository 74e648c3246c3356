import { fromUtf8, present, utf8 } from "../../core/index.ts";
import {
  APPLICATION_MILLISECONDS,
  MAX_APPLICATIONS,
  MAX_APPLICATIONS_OF_ADDRESS,
  MAX_INBOX_BYTES,
  MAX_INBOX_BYTES_OF_ADDRESS,
} from "../limits.ts";
import type { Log } from "../options.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { Shares } from "../rate/index.ts";
import type { BlobStore } from "../store/index.ts";

/** What the inbox itself says of an application; what the ledger says comes on top. */
export type InboxState = "received" | "supplement-needed" | "declined";

export type ApplicationMeta = {
  readonly received: number;
  readonly changed: number;
  readonly state: InboxState;
  /** How to reach the applicant, in its own words. */
  readonly contact?: string;
  /** The member whom it is meant for. */
  readonly member?: string;
  /** The address that it came from and whose share of the room it takes, its evidence too. Shown to nobody. */
  readonly from?: string;
};

export type Message = {
  readonly at: number;
  /** `applicant` or `member/<ID>`. */
  readonly by: string;
  readonly text: string;
  readonly state?: InboxState;
};

/** Where an application stands in a list. */
export type Place = readonly [id: string, meta: Pick<ApplicationMeta, "received">];

/** The order of lists, which stays as it is when something is erased. */
export function comparePlaces(
  [a, { received: ofA }]: Place,
  [b, { received: ofB }]: Place,
): number {
  return ofB - ofA || (a < b ? -1 : a > b ? 1 : 0);
}

export type InboxLimits = {
  readonly applications: number;
  readonly applicationsOfAddress: number;
  readonly bytes: number;
  readonly bytesOfAddress: number;
};

const LIMITS: InboxLimits = {
  applications: MAX_APPLICATIONS,
  applicationsOfAddress: MAX_APPLICATIONS_OF_ADDRESS,
  bytes: MAX_INBOX_BYTES,
  bytesOfAddress: MAX_INBOX_BYTES_OF_ADDRESS,
};

/**
 * Applications on their way to the ledger. They live beside it, because they name people and can be erased.
 *
 * `<id>/meta`, `<id>/application`, `<id>/messages`, `<id>/evidence/<commit>`: the store may be copied and erased with
 * ordinary tools. Changes are made one after the other.
 */
export class Inbox {
  readonly #store: BlobStore;
  readonly #metas = new Map<string, ApplicationMeta>();
  readonly #limits: InboxLimits;
  readonly #shares: Shares;
  readonly #byteShares: Shares;
  readonly #log: Pick<Log, "error"> | undefined;
  #bytes = 0;
  readonly #loaded: Promise<void>;
  #turn: Promise<unknown>;

  /** @param log told of applications that cannot be read */
  constructor(store: BlobStore, limits: InboxLimits = LIMITS, log?: Pick<Log, "error">) {
    this.#store = store;
    this.#log = log;
    this.#limits = limits;
    this.#shares = new Shares(limits.applicationsOfAddress);
    this.#byteShares = new Shares(limits.bytesOfAddress);
    this.#loaded = this.#load();
    // Whoever asks hears of it; nobody may have asked yet.
    this.#turn = this.#loaded.catch(() => undefined);
  }

  /** Newest first; of those of one moment the smaller id. */
  async list(): Promise<readonly (readonly [id: string, meta: ApplicationMeta])[]> {
    await this.#ready();
    return [...this.#metas].sort(comparePlaces);
  }

  async find(id: string): Promise<ApplicationMeta | undefined> {
    await this.#ready();
    return this.#metas.get(id);
  }

  async application(id: string): Promise<Uint8Array | undefined> {
    return (await this.find(id)) && this.#store.get(`${id}/application`);
  }

  /** What is there already stays as it is. @returns `HTTP_FULL` when there is no room, or its address has its share */
  add(id: string, application: Uint8Array, meta: ApplicationMeta): Promise<AnyRefusal | undefined> {
    return this.#alone(async () => {
      if (this.#metas.has(id)) return undefined;
      await this.#sweep(meta.received);
      const { applications, applicationsOfAddress } = this.#limits;
      if (this.#metas.size >= applications) return full("applications", applications);
      if (this.#shares.isFull(meta.from)) {
        return full("applications of your address", applicationsOfAddress);
      }
      await this.#store.put(`${id}/application`, application);
      await this.#putMeta(id, meta);
      this.#shares.hold(meta.from);
      return undefined;
    });
  }

  /** @returns `INBOX_UNKNOWN` when it was erased meanwhile, `HTTP_FULL` when there is no room */
  putEvidence(
    id: string,
    commit: string,
    bytes: Uint8Array,
    now: number,
  ): Promise<AnyRefusal | undefined> {
    return this.#alone(async () => {
      const meta = this.#metas.get(id);
      if (meta === undefined) return { code: "INBOX_UNKNOWN", id };
      const more = bytes.length - ((await this.evidenceBytes(id, commit)) ?? 0);
      const { bytes: max, bytesOfAddress } = this.#limits;
      if (this.#bytes + more > max) return full("evidence bytes", max);
      if (this.#byteShares.isFull(meta.from, more)) {
        return full("evidence bytes of your address", bytesOfAddress);
      }
      await this.#store.put(`${id}/evidence/${commit}`, bytes);
      this.#hold(meta.from, more);
      await this.#putMeta(id, { ...meta, changed: now });
      return undefined;
    });
  }

  evidence(id: string, commit: string): Promise<Uint8Array | undefined> {
    return this.#store.get(`${id}/evidence/${commit}`);
  }

  evidenceBytes(id: string, commit: string): Promise<number | undefined> {
    return this.#store.size(`${id}/evidence/${commit}`);
  }

  async messages(id: string): Promise<readonly Message[]> {
    return (await this.#readJson<readonly Message[]>(`${id}/messages`)) ?? [];
  }

  /** `false` when there are `max` already, or the application is gone. */
  addMessage(id: string, message: Message, max: number): Promise<boolean> {
    return this.#alone(async () => {
      const meta = this.#metas.get(id);
      const messages = await this.messages(id);
      if (meta === undefined || messages.length >= max) return false;
      await this.#store.put(`${id}/messages`, utf8(JSON.stringify([...messages, message])));
      const state = message.state ?? meta.state;
      await this.#putMeta(id, { ...meta, state, changed: message.at });
      return true;
    });
  }

  /** Erases an application with everything that came with it. */
  erase(id: string): Promise<void> {
    return this.#alone(() => this.#drop(id));
  }

  async #load(): Promise<void> {
    for (const id of await this.#store.list("")) {
      try {
        await this.#loadOne(id);
      } catch (cause) {
        // One that is damaged keeps nobody from the others; what there is of it stays for an operator to look at.
        this.#log?.error("application not readable", { id, cause: String(cause) });
      }
    }
  }

  async #loadOne(id: string): Promise<void> {
    const meta = await this.#readJson<ApplicationMeta>(`${id}/meta`);
    // Without its meta it was being added when the process died: nobody was told that it is here.
    if (meta === undefined) return this.#store.delete(id);
    const bytes = await this.#bytesOf(id);
    this.#metas.set(id, meta);
    this.#shares.hold(meta.from);
    this.#hold(meta.from, bytes);
  }

  /** Resolves when everything that was asked before is done. Rejects where what is kept could not be looked through. */
  async #ready(): Promise<void> {
    await this.#loaded;
    await this.#turn;
  }

  /** Counts bytes of evidence; fewer of them where it was replaced by less. */
  #hold(from: string | undefined, bytes: number): void {
    this.#bytes += bytes;
    if (bytes < 0) this.#byteShares.giveBack(from, -bytes);
    else this.#byteShares.hold(from, bytes);
  }

  async #bytesOf(id: string): Promise<number> {
    const commits = await this.#store.list(`${id}/evidence`);
    const sizes = await Promise.all(commits.map((commit) => this.evidenceBytes(id, commit)));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  /** Drops what nobody has touched for a long time. */
  async #sweep(now: number): Promise<void> {
    for (const [id, { changed }] of this.#metas) {
      if (now - changed > APPLICATION_MILLISECONDS) await this.#drop(id);
    }
  }

  async #drop(id: string): Promise<void> {
    const meta = this.#metas.get(id);
    if (meta === undefined) return;
    const bytes = await this.#bytesOf(id);
    await this.#store.delete(id);
    this.#metas.delete(id);
    this.#shares.giveBack(meta.from);
    this.#hold(meta.from, -bytes);
  }

  async #putMeta(id: string, meta: ApplicationMeta): Promise<void> {
    await this.#store.put(`${id}/meta`, utf8(JSON.stringify(meta)));
    this.#metas.set(id, meta);
  }

  async #readJson<T>(name: string): Promise<T | undefined> {
    const bytes = await this.#store.get(name);
    return bytes && (JSON.parse(present(fromUtf8(bytes), name)) as T);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#loaded).then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function full(what: string, max: number): AnyRefusal {
  return { code: "HTTP_FULL", what, max };
}
