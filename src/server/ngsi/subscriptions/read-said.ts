import { err, ok, type Result } from "../../../core/index.ts";
import { isPattern } from "../../../data/index.ts";
import { percentDecoded } from "../../http/decoded.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { versionIn } from "../conformance.ts";
import type { TermContext } from "../contexts.ts";
import { readQ } from "../q.ts";
import { readLanguages, readPlace, readScopes, readTypes, STYLES } from "../query.ts";
import { misfit, objectAt, reading, termAt, textAt, timeAt, uriAt } from "../read-entity.ts";
import {
  type Endpoint,
  type KeyValue,
  type NotificationParams,
  type Said,
  type Selector,
  type Subscription,
  TRIGGERS,
} from "./said.ts";

const MAX_LISTED = 100;
const MAX_INFO = 16;
const MAX_INFO_CHARACTERS = 4096;
const MAX_SECONDS = 366 * 24 * 3600;
const MAX_MILLISECONDS = 60_000;
const ACCEPTED = ["application/json", "application/ld+json", "application/geo+json"] as const;

type Json = { readonly [name: string]: unknown };

/** Members with `undefined` are to go. */
export type Fragment = { readonly [Name in keyof Said]: Said[Name] | undefined };

/**
 * Reads a subscription or a part of one (§5.2.12). What nobody may say (`status`, `timesSent`) and what is not known is passed
 * over.
 *
 * @returns what it says, else `NGSI_DATA`, `HTTP_PARAMETER` of a query
 */
export function readFragment(body: unknown, context: TermContext): Result<Fragment, AnyRefusal> {
  let lost: AnyRefusal | undefined;
  const must = <T>(read: Result<T, AnyRefusal>): T => {
    if (read.ok) return read.value;
    lost = read.error;
    return misfit("", "");
  };
  const read = reading(() => {
    const said = objectAt(body, "");
    if ((said.type ?? said["@type"] ?? "Subscription") !== "Subscription") {
      misfit("type", "Subscription");
    }
    const members: Record<string, unknown> = {};
    for (const [name, readMember] of Object.entries(MEMBERS)) {
      if (!Object.hasOwn(said, name)) continue;
      const value = said[name];
      members[name] = value === null ? undefined : readMember(value, name, context, must);
    }
    const id = said.id ?? said["@id"];
    return { ...members, ...(id !== undefined && { id: uriAt(id, "id") }) } as Fragment;
  });
  return lost === undefined ? read : err(lost);
}

/** Puts a fragment into what was said before, and looks at the whole. @returns it, else `NGSI_DATA` */
export function completed(
  id: string,
  before: Said,
  fragment: Fragment,
  nowMilliseconds: number,
): Result<Subscription, AnyRefusal> {
  const all = Object.entries({ ...before, ...fragment, id });
  const whole: Said = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  return reading(() => {
    const { entities, watchedAttributes, notification, timeInterval, throttling } = whole;
    if (entities === undefined && watchedAttributes === undefined) {
      misfit("entities", "entities or watchedAttributes");
    }
    if (notification === undefined) misfit("notification", "where notifications go");
    if (timeInterval !== undefined && throttling !== undefined) {
      misfit("throttling", "no throttling beside timeInterval");
    }
    const { expiresAt } = fragment;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= nowMilliseconds) {
      misfit("expiresAt", "a time to come");
    }
    return { ...whole, id, notification: notification as NotificationParams };
  });
}

type Must = <T>(read: Result<T, AnyRefusal>) => T;
type ReadMember = (value: unknown, path: string, context: TermContext, must: Must) => unknown;

const MEMBERS: { readonly [name: string]: ReadMember } = {
  subscriptionName: textAt,
  description: textAt,
  entities: (value, path, context, must) =>
    listAt(value, path).map((each) => selectorAt(each, path, context, must)),
  watchedAttributes: namesAt,
  notificationTrigger: (value, path) =>
    listAt(value, path).map(
      (each) => TRIGGERS.find((one) => one === each) ?? misfit(path, TRIGGERS.join(" | ")),
    ),
  timeInterval: secondsAt,
  throttling: secondsAt,
  q: (value, path, context, must) => {
    const text = textAt(value, path);
    return { text, condition: must(readEncodedQ(text, context)) };
  },
  csf: (value, path, context, must) => {
    const text = textAt(value, path);
    must(readQ(text, context, { name: "csf" }));
    return text;
  },
  geoQ: geoAt,
  scopeQ: (value, path, _, must) => {
    const text = textAt(value, path);
    return { text, ...must(readScopes(text)) };
  },
  isActive: booleanAt,
  expiresAt: timeAt,
  lang: (value, path, _, must) => {
    const text = textAt(value, path);
    must(readLanguages(text));
    return text;
  },
  datasetId: (value, path) =>
    listAt(Array.isArray(value) ? value : [value], path).map((each) =>
      each === "@none" ? "@none" : uriAt(each, path),
    ),
  jsonldContext: uriAt,
  ngsildConformance: (value, path) => {
    const text = textAt(value, path);
    return versionIn(text) === undefined ? misfit(path, "a version as 1.6") : text;
  },
  notification: notificationAt,
};

/** Some write it as it would stand in an address. Both readings are asked for where they differ. */
function readEncodedQ(text: string, context: TermContext) {
  const plain = readQ(text, context);
  const decoded = /%[0-9A-Fa-f]{2}/.test(text) ? percentDecoded(text) : text;
  if (decoded === text) return plain;
  const other = readQ(decoded, context);
  if (!other.ok || !plain.ok) return plain.ok ? plain : other;
  return ok({ kind: "or" as const, parts: [plain.value, other.value] });
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= MAX_LISTED) return value;
  return misfit(path, `a list of 1 to ${MAX_LISTED}`);
}

function namesAt(value: unknown, path: string, context: TermContext): readonly string[] {
  return listAt(value, path).map((each) => termAt(textAt(each, path), context));
}

function secondsAt(value: unknown, path: string): number {
  const isFit = typeof value === "number" && value > 0 && value <= MAX_SECONDS;
  return isFit ? value : misfit(path, "seconds above zero");
}

function booleanAt(value: unknown, path: string): boolean {
  return typeof value === "boolean" ? value : misfit(path, "true or false");
}

function selectorAt(value: unknown, path: string, context: TermContext, must: Must): Selector {
  const { id, idPattern, type } = objectAt(value, path);
  if (type === undefined && id === undefined && idPattern === undefined) {
    misfit(`${path}.type`, "a type");
  }
  if (idPattern !== undefined && !(typeof idPattern === "string" && isPattern(idPattern))) {
    misfit(`${path}.idPattern`, "a pattern of RE2's syntax, at most 256 characters");
  }
  const expression = type === undefined ? undefined : textAt(type, `${path}.type`);
  return {
    ...(id !== undefined && { id: uriAt(id, `${path}.id`) }),
    ...(idPattern !== undefined && { idPattern: idPattern as string }),
    ...(expression !== undefined && {
      type: expression.replace(TYPE_NAME, (term) => context.type(term) ?? term),
      ...typesOf(expression, context, must),
    }),
  };
}

/** A name in an expression such as `(A|B);C`. */
export const TYPE_NAME: RegExp = /[^\s<>"'(),;|*]+/g;

function typesOf(expression: string, context: TermContext, must: Must): Pick<Selector, "types"> {
  // One pair of brackets around all of it says nothing.
  const bare = /^\([^()]*\)$/.test(expression) ? expression.slice(1, -1) : expression;
  const { types } = must(readTypes(bare, context));
  return types === undefined ? {} : { types };
}

function geoAt(value: unknown, path: string, context: TermContext, must: Must): Said["geoQ"] {
  const { geometry, coordinates, georel, geoproperty } = objectAt(value, path);
  const given = { geometry, coordinates, georel, geoproperty };
  const asked = (name: string): string | undefined => {
    const each = given[name as keyof typeof given];
    return each === undefined || typeof each === "string" ? each : JSON.stringify(each);
  };
  if (asked("georel") === undefined) misfit(`${path}.georel`, "a relation");
  const { place } = must(readPlace(asked, context));
  if (place === undefined) return misfit(path, "a query by place");
  const named = geoproperty !== undefined && { geoproperty: place.attribute };
  return { said: { geometry, coordinates, georel, ...named }, place };
}

function notificationAt(value: unknown, path: string, context: TermContext): NotificationParams {
  const said = objectAt(value, path);
  const { attributes, pick, omit, format, sysAttrs, showChanges, join, joinLevel } = said;
  const at = (name: string) => `${path}.${name}`;
  if (attributes !== undefined && (pick !== undefined || omit !== undefined)) {
    misfit(at("attributes"), "attributes, or pick and omit");
  }
  const picked = pick === undefined ? undefined : membersAt(pick, at("pick"), context);
  const left = omit === undefined ? undefined : membersAt(omit, at("omit"), context);
  if (picked?.some((each) => left?.includes(each))) misfit(at("omit"), "nothing that is picked");
  if (format !== undefined && !Object.hasOwn(STYLES, String(format))) {
    misfit(at("format"), Object.keys(STYLES).join(" | "));
  }
  if (showChanges === true && STYLES[String(format)] === "simplified") {
    misfit(at("showChanges"), "false beside values alone, which have no room for what they were");
  }
  if (join !== undefined && !["inline", "flat", "@none"].includes(String(join))) {
    misfit(at("join"), "inline | flat | @none");
  }
  return {
    ...(attributes !== undefined && { attributes: namesAt(attributes, at("attributes"), context) }),
    ...(picked && { pick: picked }),
    ...(left && { omit: left }),
    ...(format !== undefined && { format: String(format) }),
    ...(sysAttrs !== undefined && { sysAttrs: booleanAt(sysAttrs, at("sysAttrs")) }),
    ...(showChanges !== undefined && { showChanges: booleanAt(showChanges, at("showChanges")) }),
    ...(join !== undefined && { join: join as NonNullable<NotificationParams["join"]> }),
    ...(joinLevel !== undefined && { joinLevel: levelAt(joinLevel, at("joinLevel")) }),
    endpoint: endpointAt(said.endpoint, at("endpoint")),
  };
}

/** Levels that others are looked up through: more than one is not offered, and not refused. */
function levelAt(value: unknown, path: string): number {
  const isFit = Number.isSafeInteger(value) && Number(value) >= 1;
  return isFit ? Number(value) : misfit(path, "a whole number above zero");
}

const OWN_MEMBERS: readonly unknown[] = ["id", "type", "scope"];

function membersAt(value: unknown, path: string, context: TermContext): readonly string[] {
  return listAt(value, path).map((each) =>
    OWN_MEMBERS.includes(each) ? String(each) : termAt(textAt(each, path), context),
  );
}

function endpointAt(value: unknown, path: string): Endpoint {
  const { uri, accept, receiverInfo, notifierInfo, timeout, cooldown } = objectAt(value, path);
  const media = accept === undefined ? undefined : ACCEPTED.find((each) => each === accept);
  if (accept !== undefined && media === undefined) {
    misfit(`${path}.accept`, ACCEPTED.join(" | "));
  }
  return {
    uri: uriAt(uri, `${path}.uri`),
    ...(media && { accept: media }),
    ...(receiverInfo !== undefined && {
      receiverInfo: infoAt(receiverInfo, `${path}.receiverInfo`, isField),
    }),
    ...(notifierInfo !== undefined && {
      notifierInfo: infoAt(notifierInfo, `${path}.notifierInfo`, isNotifierInfo),
    }),
    ...(timeout !== undefined && { timeout: millisecondsAt(timeout, `${path}.timeout`) }),
    ...(cooldown !== undefined && { cooldown: millisecondsAt(cooldown, `${path}.cooldown`) }),
  };
}

function millisecondsAt(value: unknown, path: string): number {
  const isFit = typeof value === "number" && value > 0 && value <= MAX_MILLISECONDS;
  return isFit ? value : misfit(path, `milliseconds, at most ${MAX_MILLISECONDS}`);
}

function infoAt(
  value: unknown,
  path: string,
  isFit: (pair: KeyValue) => boolean,
): readonly KeyValue[] {
  if (!Array.isArray(value) || value.length > MAX_INFO) {
    return misfit(path, `a list of at most ${MAX_INFO}`);
  }
  const pairs = value.map((each): KeyValue => {
    const { key, value: said } = objectAt(each as Json, path);
    const isPair = typeof key === "string" && typeof said === "string";
    if (!isPair || key === "" || said.length > MAX_INFO_CHARACTERS) {
      return misfit(path, "pairs of texts, key and value");
    }
    return { key, value: said };
  });
  return pairs.every(isFit) ? pairs : misfit(path, "what may stand in a field of HTTP or MQTT");
}

/** What the request itself needs nobody else sets. */
const OURS: ReadonlySet<string> = new Set([
  ...["connection", "content-length", "content-type", "expect", "host", "keep-alive", "link"],
  ...["ngsild-tenant", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection"],
]);

function isField({ key, value }: KeyValue): boolean {
  const isName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(key);
  return isName && !OURS.has(key.toLowerCase()) && /^[\x20-\x7e]*$/.test(value);
}

const NOTIFIER_VALUES: { readonly [key: string]: readonly string[] } = {
  "MQTT-Version": ["mqtt3.1.1", "mqtt5.0"],
  "MQTT-QoS": ["0", "1", "2"],
};

function isNotifierInfo({ key, value }: KeyValue): boolean {
  return NOTIFIER_VALUES[key]?.includes(value) ?? true;
}
