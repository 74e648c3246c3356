import {
  type Attributes,
  type Entity,
  type Instance,
  type JsonMap,
  NGSI_NULL,
  underName,
} from "../../../data/index.ts";
import { asOfVersion, formOfVersion, versionIn } from "../conformance.ts";
import type { TermContext } from "../contexts.ts";
import { readLanguages, STYLES } from "../query.ts";
import { entityJson, type Form, featureJson, vocabulary, withNulls } from "../write-entity.ts";
import { instancesChanged, type SeenChange } from "./matching.ts";
import { DEFAULT_TRIGGERS, type Subscription } from "./said.ts";

type Json = { readonly [name: string]: unknown };

/** How the entities of a subscription's notifications are told. */
export function formOf({ notification, lang, ngsildConformance }: Subscription): Form {
  const { attributes, pick, omit, format = "normalized", sysAttrs } = notification;
  const languages = readLanguages(lang);
  const only = attributes ?? pick;
  return {
    style: STYLES[format] ?? "normalized",
    withTimes: sysAttrs === true,
    ...(languages.ok && languages.value && { languages: languages.value }),
    ...(only && { only: new Set(only) }),
    ...(omit && { without: new Set(omit) }),
    ...formOfVersion(versionIn(ngsildConformance ?? "")),
  };
}

/** What a notification says of one change: GS CIM 009 §5.3.1, §4.5.2 of what is gone. */
export function changeTold(
  subscription: Subscription,
  given: SeenChange,
  deletedMilliseconds: number,
  context: TermContext,
): Json {
  const { datasetId, notification } = subscription;
  const { version, ...form } = formOf(subscription);
  const change =
    version === undefined ? given : changeThen(subscription, given, version.minor, context);
  const { entity, beside } = toldEntity(subscription, change, deletedMilliseconds, context);
  // An older version knows no names of instances any more.
  const isWhole = datasetId === undefined || version !== undefined;
  const attributes = isWhole ? entity.attributes : only(entity, datasetId);
  const told = { ...entity, attributes };
  const json: Json =
    notification.endpoint.accept === "application/geo+json"
      ? featureJson(told, context, { ...form, beside }, "location")
      : entityJson(told, context, { ...form, beside });
  const isGone = change.after === undefined;
  const whole = isGone ? withDeletion(json, deletedMilliseconds) : json;
  return members(whole, notification.pick, notification.omit);
}

/** One entity as it is, for a notification that no change is the reason of. */
export function entityTold(subscription: Subscription, entity: Entity, context: TermContext): Json {
  return changeTold(subscription, { id: entity.id, before: entity, after: entity }, 0, context);
}

/** A change as an older version has it, before what it was and what is gone is put into words. */
function changeThen(
  { datasetId }: Subscription,
  { before, after, ...change }: SeenChange,
  version: number,
  context: TermContext,
): SeenChange {
  const then = (entity: Entity): Entity =>
    asOfVersion(
      datasetId === undefined ? entity : { ...entity, attributes: only(entity, datasetId) },
      version,
      (value) => vocabulary(value, context),
    );
  const now = after && then(after);
  // What has not changed stays the same object.
  const old = before === after ? now : before && then(before);
  return { ...change, ...(old && { before: old }), ...(now && { after: now }) };
}

function only({ attributes }: Entity, ids: readonly string[]): Attributes {
  const entries = Object.entries(attributes).map(
    ([name, all]) =>
      [name, all.filter(({ said }) => ids.includes(String(said.datasetId ?? "@none")))] as const,
  );
  return Object.fromEntries(entries.filter(([, all]) => all.length > 0));
}

function withDeletion(json: Json, milliseconds: number): Json {
  const { id, type, ...rest } = json;
  return { id, type, deletedAt: timeText(milliseconds), ...rest };
}

function members(
  json: Json,
  pick: readonly string[] | undefined,
  omit: readonly string[] | undefined,
): Json {
  const { id, type, scope, ...rest } = json;
  const isKept = (name: string) =>
    (pick === undefined || pick.includes(name)) && omit?.includes(name) !== true;
  return {
    ...(isKept("id") && { id }),
    ...(isKept("type") && { type }),
    ...(scope !== undefined && isKept("scope") && { scope }),
    ...rest,
  };
}

type Told = { readonly entity: Entity; readonly beside: ReadonlyMap<Instance, Json> };

function toldEntity(
  subscription: Subscription,
  { before, after }: SeenChange,
  deletedMilliseconds: number,
  context: TermContext,
): Told {
  const { notification, watchedAttributes } = subscription;
  const beside = new Map<Instance, Json>();
  const attributes: Record<string, readonly Instance[]> = { ...after?.attributes };
  const isSimple = formOf(subscription).style === "simplified";
  const hasNulls = tellsDeleted(subscription, after === undefined);
  for (const name of Object.keys({ ...before?.attributes, ...after?.attributes })) {
    const old = underName(before?.attributes, name) ?? [];
    const now = underName(after?.attributes, name) ?? [];
    const { updated, deleted } = instancesChanged(old, now);
    if (notification.showChanges === true) {
      for (const each of updated) beside.set(each.now, previousOf(each.old, context));
    }
    const isWatched = after !== undefined || watchedAttributes?.includes(name) !== false;
    if (deleted.length === 0 || !hasNulls || !isWatched) continue;
    const gone = now.length === 0 ? deleted.slice(0, 1) : deleted;
    const nulls = gone.map((each): Instance => {
      const { said, more } = nullOf(each, isSimple, now.length === 0, {
        isEntityGone: after === undefined,
        previous: notification.showChanges === true ? previousOf(each, context) : {},
      });
      const instance = { ...each, said };
      const isTimed = notification.sysAttrs === true && !isSimple;
      const deletion = isTimed ? { deletedAt: timeText(deletedMilliseconds) } : {};
      beside.set(instance, { ...deletion, ...more });
      return instance;
    });
    attributes[name] = [...now, ...nulls];
  }
  const entity = (after ?? before) as Entity;
  return { entity: { ...entity, attributes }, beside };
}

/** Whether what is gone is told as null: to whoever asked to hear of that. */
function tellsDeleted(
  { notificationTrigger = DEFAULT_TRIGGERS, notification }: Subscription,
  isEntityGone: boolean,
): boolean {
  if (notificationTrigger.includes("attributeDeleted")) return true;
  return isEntityGone
    ? notification.showChanges === true
    : notificationTrigger.includes("entityUpdated");
}

const PREVIOUS: { readonly [member: string]: string } = {
  value: "previousValue",
  object: "previousObject",
  languageMap: "previousLanguageMap",
  vocab: "previousVocab",
  json: "previousJson",
  valueList: "previousValueList",
  objectList: "previousObjectList",
};

function previousOf({ said }: Instance, context: TermContext): Json {
  const entries = Object.entries(PREVIOUS).filter(([member]) => said[member] !== undefined);
  return Object.fromEntries(
    entries.map(([member, name]) => [name, contentTold(member, said, context)]),
  );
}

function contentTold(member: string, said: JsonMap, context: TermContext): unknown {
  if (member === "vocab") return vocabulary(said.vocab, context);
  return member === "json" ? withNulls(said.json) : said[member];
}

/** What stands in the place of an instance that is gone. */
function nullOf(
  instance: Instance,
  isSimple: boolean,
  isAlone: boolean,
  { isEntityGone, previous }: { isEntityGone: boolean; previous: Json },
): { readonly said: JsonMap; readonly more: Json } {
  const { said } = instance;
  const named = isAlone || said.datasetId === undefined ? {} : { datasetId: said.datasetId };
  if (isSimple) return { said: { type: "Property", value: NGSI_NULL, ...named }, more: {} };
  const member = Object.keys(PREVIOUS).find((each) => said[each] !== undefined) ?? "value";
  const type = said.type ?? "Property";
  const isMap = member === "languageMap" && !isEntityGone;
  const value = isMap ? { "@none": NGSI_NULL } : NGSI_NULL;
  return { said: { type, [member]: value, ...named }, more: previous };
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
