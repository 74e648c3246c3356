import { hex } from "../../core/index.ts";
import { MAX_MAP_MILLISECONDS, MAX_MAPPED_IN_ALL, MAX_MAPS } from "../limits.ts";
import type { Services } from "../services.ts";

/** Which entities a query is about, whatever comes afterwards (GS CIM 009 §5.2.39). */
export type EntityMap = {
  readonly id: string;
  /** Of the dataset's log. */
  readonly origin: string;
  readonly ids: readonly string[];
  readonly expiresMilliseconds: number;
};

/** Maps that queries made, kept by the process for at most an hour: GS CIM 009 §5.5.14, §5.14. */
export class EntityMaps {
  readonly #services: Pick<Services, "clock" | "random">;
  /** The oldest first. */
  readonly #maps = new Map<string, EntityMap>();
  #ids = 0;

  constructor(services: Pick<Services, "clock" | "random">) {
    this.#services = services;
  }

  add(origin: string, ids: readonly string[], lifetimeMilliseconds: number): EntityMap {
    const { clock, random } = this.#services;
    const id = `urn:ngsi-ld:EntityMap:${hex(random(16))}`;
    const expiresMilliseconds = clock() + Math.min(lifetimeMilliseconds, MAX_MAP_MILLISECONDS);
    const made = { id, origin, ids, expiresMilliseconds };
    this.#maps.set(id, made);
    this.#ids += ids.length;
    for (const oldest of this.#maps.values()) {
      if (this.#maps.size <= MAX_MAPS && this.#ids <= MAX_MAPPED_IN_ALL) break;
      this.#forget(oldest);
    }
    return made;
  }

  /** @returns nothing of another dataset, and nothing that has expired */
  find(origin: string, id: string): EntityMap | undefined {
    const found = this.#maps.get(id);
    if (found === undefined || found.origin !== origin) return undefined;
    if (found.expiresMilliseconds > this.#services.clock()) return found;
    this.#forget(found);
    return undefined;
  }

  /** @returns whether there is such a map */
  expireAt(origin: string, id: string, milliseconds: number): boolean {
    const found = this.find(origin, id);
    if (found === undefined) return false;
    const latest = this.#services.clock() + MAX_MAP_MILLISECONDS;
    this.#maps.set(id, { ...found, expiresMilliseconds: Math.min(milliseconds, latest) });
    return true;
  }

  remove(origin: string, id: string): boolean {
    const found = this.find(origin, id);
    if (found !== undefined) this.#forget(found);
    return found !== undefined;
  }

  #forget({ id, ids }: EntityMap): void {
    if (this.#maps.delete(id)) this.#ids -= ids.length;
  }
}
