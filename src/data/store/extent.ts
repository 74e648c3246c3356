import { type Entity, placeOf } from "../entities/entity.ts";
import { type Box, boxOf, geometryOf } from "../entities/geometry.ts";
import type { Extent } from "../port.ts";

/** Sums up what entities cover. */
export class ExtentSum {
  #entities = 0;
  #box: Box | undefined;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  add(entity: Entity): void {
    const place = geometryOf(placeOf(entity));
    this.#entities += 1;
    this.#from = Math.min(this.#from, entity.time);
    this.#to = Math.max(this.#to, entity.time);
    if (place === undefined) return;
    const [west, south, east, north] = boxOf(place);
    const [w, s, e, n] = this.#box ?? [west, south, east, north];
    this.#box = [Math.min(w, west), Math.min(s, south), Math.max(e, east), Math.max(n, north)];
  }

  get extent(): Extent {
    const span = { fromMilliseconds: this.#from, toMilliseconds: this.#to };
    return {
      entities: this.#entities,
      ...(this.#box && { bbox: this.#box }),
      ...(this.#entities > 0 && span),
    };
  }
}
