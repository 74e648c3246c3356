import { hex, sha256, utf8 } from "../../../core/index.ts";
import type { TermContext } from "../contexts.ts";
import type { Subscription } from "./said.ts";

/** A notification, ready to be sent. */
export type Message = {
  readonly uri: string;
  /** Fields of HTTP, or metadata of MQTT. */
  readonly fields: { readonly [name: string]: string };
  readonly body: object;
  readonly notifierInfo: { readonly [key: string]: string };
};

const LD = "application/ld+json";
const GEO = "application/geo+json";
const CONTEXT_REL = "http://www.w3.org/ns/json-ld#context";

/** The same notification has the same name whenever it is sent. */
export function notificationId(subscription: string, ...of: readonly (string | number)[]): string {
  const digest = hex(sha256(utf8(JSON.stringify([subscription, ...of]))));
  return `urn:ngsi-ld:Notification:${digest.slice(0, 32)}`;
}

/** Puts entities that are told already into a notification (GS CIM 009 §5.3.1, §6.3.9). */
export function messageOf(
  subscription: Subscription,
  id: string,
  data: readonly object[],
  at: { readonly notifiedAt: string; readonly tenant: string | undefined },
  context: TermContext,
): Message {
  const { endpoint } = subscription.notification;
  const { uri, accept = "application/json", receiverInfo = [], notifierInfo = [] } = endpoint;
  const given = contextGiven(context);
  const isLd = accept === LD;
  const told = isLd ? data.map((each) => ({ ...each, "@context": given })) : data;
  return {
    uri,
    fields: {
      "Content-Type": accept,
      ...(!isLd && { Link: `<${context.link}>; rel="${CONTEXT_REL}"; type="${LD}"` }),
      ...(at.tenant !== undefined && { "NGSILD-Tenant": at.tenant }),
      ...Object.fromEntries(receiverInfo.map(({ key, value }) => [key, value])),
    },
    body: {
      ...{ id, type: "Notification", subscriptionId: subscription.id, notifiedAt: at.notifiedAt },
      data: accept === GEO ? { type: "FeatureCollection", features: told } : told,
      ...(isLd && { "@context": given }),
    },
    notifierInfo: Object.fromEntries(notifierInfo.map(({ key, value }) => [key, value])),
  };
}

/** A context as it was given: that the core context belongs to each goes without saying. */
export function contextGiven({ value }: TermContext): unknown {
  return Array.isArray(value) && value.length > 1 ? value.slice(0, -1) : value;
}

/**
 * Whether the terms of a context can be named by one address in a field beside JSON; where they cannot, names are told whole.
 */
export function isNamed({ value, link }: TermContext): boolean {
  return !Array.isArray(value) || (value.length === 2 && value[0] === link);
}
