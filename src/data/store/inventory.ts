import type { Entity } from "../entities/entity.ts";
import type { Inventory } from "../port.ts";

type Tally = { count: number; readonly types: Set<string> };
type Collected = { entities: number; readonly attributes: Map<string, Tally> };

/** Gathers which types and attributes entities have. */
export class InventoryCollector {
  readonly #types = new Map<string, Collected>();

  add({ types, attributes }: Pick<Entity, "types" | "attributes">): void {
    for (const type of types) {
      const collected = this.#types.get(type) ?? { entities: 0, attributes: new Map() };
      this.#types.set(type, collected);
      collected.entities += 1;
      for (const [name, instances] of Object.entries(attributes)) {
        const tally = collected.attributes.get(name) ?? { count: 0, types: new Set<string>() };
        collected.attributes.set(name, tally);
        tally.count += 1;
        for (const { said } of instances) tally.types.add(String(said.type));
      }
    }
  }

  get inventory(): Inventory {
    return [...this.#types]
      .map(([type, { entities, attributes }]) => ({
        type,
        entities,
        attributes: new Map(
          [...attributes]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, { count, types }]) => [name, { count, types: [...types].sort() }]),
        ),
      }))
      .sort((a, b) => (a.type < b.type ? -1 : 1));
  }
}

export function collectInventory(entities: readonly Entity[]): Inventory {
  const collector = new InventoryCollector();
  for (const entity of entities) collector.add(entity);
  return collector.inventory;
}
