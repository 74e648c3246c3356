import { fromUtf8, hex, sha256, utf8 } from "../../../core/index.ts";
import type { Log } from "../../options.ts";
import type { BlobStore } from "../../store/port.ts";
import type { Subscription } from "./said.ts";
import type { Sent } from "./told.ts";

/** Whose a subscription is. */
export type Maker = {
  /** `MA.156.1301#1`; empty where everybody may subscribe, which is the scratch dataset. */
  readonly holder: string;
  /** The key that asked for it: the subscription ends with it. */
  readonly keyid: string;
  /** Id in hex of the grant that it was asked for under, where one was named. */
  readonly grant?: string;
};

/** A subscription as it is kept. */
export type Kept = {
  /** Name of the dataset's log. */
  readonly origin: string;
  readonly maker: Maker;
  readonly said: Subscription;
  /** The context of its terms. */
  readonly context: unknown;
  /** Where that is kept, if no other address names it. */
  readonly implicitContext?: string;
  readonly tenant?: string;
  readonly createdMilliseconds: number;
  /** What stands in the log before this entry is not told. */
  readonly from: number;
  /** Why nothing is sent for it any more, for good. */
  readonly ended?: string;
};

/** How far notifications of a subscription got. */
export type Position = {
  /** The entry of the log that is looked at next. */
  readonly next: number;
  /** Entries up to this one are on their way as one notification. */
  readonly pending?: number;
  readonly sent: Sent;
};

const PROGRESS = "progress";

/**
 * Subscriptions beside the logs: a blob for each, durable before it is acknowledged, and for each log one with the positions of
 * all, which may be a moment old: what was sent since is sent again after a crash, with the same id.
 */
export class SubscriptionStore {
  readonly #blobs: BlobStore;
  readonly #log: Log;

  constructor(blobs: BlobStore, log: Log) {
    this.#blobs = blobs;
    this.#log = log;
  }

  async load(): Promise<readonly { readonly kept: Kept; readonly position?: Position }[]> {
    const found: { kept: Kept; position?: Position }[] = [];
    for (const folder of await this.#blobs.list("")) {
      const positions = await this.#read<Positions>(`${folder}/${PROGRESS}`);
      for (const name of await this.#blobs.list(folder)) {
        const kept = name === PROGRESS ? undefined : await this.#read<Kept>(`${folder}/${name}`);
        if (kept === undefined) continue;
        const position = positions?.[nameOf(kept)];
        found.push({ kept, ...(position && { position }) });
      }
    }
    return found.sort((a, b) => a.kept.createdMilliseconds - b.kept.createdMilliseconds);
  }

  put(kept: Kept): Promise<void> {
    return this.#blobs.put(pathOf(kept), utf8(JSON.stringify(kept)));
  }

  delete(kept: Kept): Promise<void> {
    return this.#blobs.delete(pathOf(kept));
  }

  putPositions(origin: string, positions: ReadonlyMap<Kept, Position>): Promise<void> {
    const all = Object.fromEntries([...positions].map(([kept, each]) => [nameOf(kept), each]));
    return this.#blobs.put(`${folderOf(origin)}/${PROGRESS}`, utf8(JSON.stringify(all)));
  }

  async #read<T>(path: string): Promise<T | undefined> {
    const bytes = await this.#blobs.get(path);
    const text = bytes && fromUtf8(bytes);
    try {
      return text ? (JSON.parse(text) as T) : undefined;
    } catch {
      this.#log.error("subscription not readable", { path });
      return undefined;
    }
  }
}

type Positions = { readonly [name: string]: Position };

function folderOf(origin: string): string {
  return hex(sha256(utf8(origin))).slice(0, 16);
}

function nameOf({ maker, said }: Kept): string {
  return hex(sha256(utf8(JSON.stringify([maker.holder, said.id])))).slice(0, 32);
}

function pathOf(kept: Kept): string {
  return `${folderOf(kept.origin)}/${nameOf(kept)}`;
}
