import type { Condition, EntityQuery, PlaceCondition } from "../../../data/index.ts";

/** What makes a notification due: GS CIM 009 §5.2.12. */
export const TRIGGERS = [
  "entityCreated",
  "entityUpdated",
  "entityDeleted",
  "attributeCreated",
  "attributeUpdated",
  "attributeDeleted",
] as const;
export type Trigger = (typeof TRIGGERS)[number];
export const DEFAULT_TRIGGERS: readonly Trigger[] = ["attributeCreated", "attributeUpdated"];

/** Entities that are watched; names of types as facts have them. */
export type Selector = {
  readonly id?: string;
  readonly idPattern?: string;
  /** As it was said, with the names of facts in it. */
  readonly type?: string;
  readonly types?: EntityQuery["types"];
};

export type KeyValue = { readonly key: string; readonly value: string };

/** Where notifications go: §5.2.15. */
export type Endpoint = {
  readonly uri: string;
  readonly accept?: "application/json" | "application/ld+json" | "application/geo+json";
  readonly receiverInfo?: readonly KeyValue[];
  readonly notifierInfo?: readonly KeyValue[];
  /** Milliseconds that an answer may take. */
  readonly timeout?: number;
  /** Milliseconds from a failure to the next attempt, at least. */
  readonly cooldown?: number;
};

/** How a notification looks, and where it goes: §5.2.14. Names of attributes as facts have them. */
export type NotificationParams = {
  readonly attributes?: readonly string[];
  /** Members of entities: `id`, `type`, `scope` and names of attributes. */
  readonly pick?: readonly string[];
  readonly omit?: readonly string[];
  readonly format?: string;
  readonly sysAttrs?: boolean;
  readonly showChanges?: boolean;
  readonly join?: "inline" | "flat" | "@none";
  readonly joinLevel?: number;
  readonly endpoint: Endpoint;
};

/** A subscription as its maker said it (§5.2.12), its terms in the names that facts have: JSON that is kept. */
export type Said = {
  readonly id?: string;
  readonly subscriptionName?: string;
  readonly description?: string;
  readonly entities?: readonly Selector[];
  readonly watchedAttributes?: readonly string[];
  readonly notificationTrigger?: readonly Trigger[];
  readonly timeInterval?: number;
  readonly throttling?: number;
  readonly q?: { readonly text: string; readonly condition: Condition };
  readonly csf?: string;
  readonly geoQ?: {
    readonly said: { readonly [name: string]: unknown };
    readonly place: PlaceCondition;
  };
  readonly scopeQ?: { readonly text: string; readonly scopes: EntityQuery["scopes"] };
  readonly isActive?: boolean;
  readonly expiresAt?: string;
  readonly lang?: string;
  readonly datasetId?: readonly string[];
  readonly jsonldContext?: string;
  /** The version of the specification that entities are told in: §4.3.6.8. */
  readonly ngsildConformance?: string;
  readonly notification?: NotificationParams;
};

/** One that can run. */
export type Subscription = Said & {
  readonly id: string;
  readonly notification: NotificationParams;
};

/** What of the entities a subscription asks for: one of these holds. */
export function queriesOf({ entities, q, geoQ, scopeQ }: Said): readonly EntityQuery[] {
  const all: EntityQuery = {
    ...(q && { condition: q.condition }),
    ...(geoQ && { place: geoQ.place }),
    ...(scopeQ?.scopes && { scopes: scopeQ.scopes }),
  };
  if (entities === undefined) return [all];
  return entities.map(({ id, idPattern, types }) => ({
    ...all,
    ...(id !== undefined && { ids: [id] }),
    ...(idPattern !== undefined && { idPattern }),
    ...(types && { types }),
  }));
}
