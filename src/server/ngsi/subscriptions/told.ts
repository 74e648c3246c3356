import type { TermContext } from "../contexts.ts";
import { TYPE_NAME } from "./read-said.ts";
import { DEFAULT_TRIGGERS, type NotificationParams, type Subscription } from "./said.ts";

/** What became of a subscription's notifications: times in Unix milliseconds. */
export type Sent = {
  readonly timesSent: number;
  readonly timesFailed: number;
  readonly lastNotification?: number;
  readonly lastSuccess?: number;
  readonly lastFailure?: number;
  readonly isFailing?: boolean;
};

export type Status = "active" | "paused" | "expired";

export function statusOf(
  { isActive, expiresAt }: Pick<Subscription, "isActive" | "expiresAt">,
  nowMilliseconds: number,
): Status {
  if (expiresAt !== undefined && Date.parse(expiresAt) <= nowMilliseconds) return "expired";
  return isActive === false ? "paused" : "active";
}

/** A subscription in the terms of whoever asks for it: GS CIM 009 §5.2.12. */
export function subscriptionJson(
  said: Subscription,
  record: Sent,
  status: Status,
  context: TermContext,
): object {
  const { id, entities, watchedAttributes, notificationTrigger, notification, ...others } = said;
  const { q, geoQ, scopeQ, ...rest } = others;
  return {
    ...{ id, type: "Subscription" },
    ...rest,
    ...(entities && {
      entities: entities.map(({ types: _, type, ...selector }) => ({
        ...selector,
        ...(type !== undefined && { type: type.replace(TYPE_NAME, context.typeTerm) }),
      })),
    }),
    ...(watchedAttributes && { watchedAttributes: watchedAttributes.map(context.attributeTerm) }),
    notificationTrigger: notificationTrigger ?? DEFAULT_TRIGGERS,
    ...(q && { q: q.text }),
    ...(geoQ && { geoQ: geoJson(geoQ.said, context) }),
    ...(scopeQ && { scopeQ: scopeQ.text }),
    notification: { ...paramsJson(notification, context), ...recordJson(record) },
    status,
  };
}

function geoJson({ geoproperty, ...said }: { readonly [name: string]: unknown }, c: TermContext) {
  return typeof geoproperty === "string"
    ? { ...said, geoproperty: c.attributeTerm(geoproperty) }
    : said;
}

function paramsJson(
  { attributes, pick, omit, ...rest }: NotificationParams,
  { attributeTerm }: TermContext,
): object {
  return {
    ...(attributes && { attributes: attributes.map(attributeTerm) }),
    ...(pick && { pick: pick.map(memberTerm(attributeTerm)) }),
    ...(omit && { omit: omit.map(memberTerm(attributeTerm)) }),
    ...rest,
  };
}

function memberTerm(term: TermContext["attributeTerm"]): (name: string) => string {
  return (name) => (name === "id" || name === "type" || name === "scope" ? name : term(name));
}

function recordJson(record: Sent): object {
  const { timesSent, timesFailed, lastNotification, lastSuccess, lastFailure, isFailing } = record;
  if (timesSent === 0) return {};
  return {
    status: isFailing === true ? "failed" : "ok",
    timesSent,
    ...(timesFailed > 0 && { timesFailed }),
    ...(lastNotification !== undefined && { lastNotification: timeText(lastNotification) }),
    ...(lastSuccess !== undefined && { lastSuccess: timeText(lastSuccess) }),
    ...(lastFailure !== undefined && { lastFailure: timeText(lastFailure) }),
  };
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
