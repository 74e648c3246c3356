import { certain } from "../../core/index.ts";
import type { App, Services } from "../services.ts";
import type { ShortRoute } from "../short-path.ts";
import { memoryStore } from "../store/index.ts";
import { batchRoutes } from "./batch.ts";
import { contextRoutes, mountStoredContext } from "./context-routes.ts";
import { createContexts, type TermContext } from "./contexts.ts";
import { discoveryRoutes } from "./discovery.ts";
import { entityRoutes } from "./entities.ts";
import { entityMapRoutes } from "./entity-map-routes.ts";
import { EntityMaps } from "./entity-maps.ts";
import { Expiries } from "./expiries.ts";
import { createKeptEntities } from "./kept.ts";
import { answerNgsiProblem } from "./problem.ts";
import { registrationRoutes } from "./registrations.ts";
import { CONTEXTS_PATH, mountRoute, type Route, shortRoute } from "./request.ts";
import { mountSourceIdentity } from "./source-identity.ts";
import { StoredContexts } from "./stored-contexts.ts";
import { subscriptionRoutes } from "./subscriptions/routes.ts";
import { Subscriptions } from "./subscriptions/service.ts";
import { temporalRoutes } from "./temporal/index.ts";
import { createWriter } from "./writer.ts";

/**
 * NGSI-LD (ETSI GS CIM 009) over the datasets of the node, by their entities. docs/spec/sharing.md, NGSI-LD. Writes are signed
 * by the node's key for the dataset.
 *
 * @returns the way to end notifications, for a graceful stop, the terms of the core context, and what is answered on the short way too
 */
export function mountNgsi(
  app: App,
  services: Services,
): {
  readonly short: readonly ShortRoute[];
  close(): Promise<void>;
  coreTerms(): Promise<TermContext>;
} {
  const { config, random, clock } = services;
  const stored = new StoredContexts(services.contexts ?? memoryStore(), random);
  const own = `${config.publicUrl}${CONTEXTS_PATH}/`;
  const contexts = createContexts(
    async (url) => {
      if (!url.startsWith(own)) return services.loadContext?.(url);
      const found = await stored.get(url.slice(own.length));
      return found && { "@context": found.context };
    },
    clock,
    own,
  );
  const kept = createKeptEntities(services);
  const writer = createWriter(services);
  const expiries = new Expiries(services, writer);
  const subscriptions = new Subscriptions(services, contexts, (log) => expiries.watch(log));
  const means = { services, contexts, expiries, maps: new EntityMaps(services) };
  const ofEntities = entityRoutes(writer);
  const routes = [
    ...ofEntities,
    ...batchRoutes(writer, services.config.publicUrl),
    ...discoveryRoutes(),
    ...entityMapRoutes(),
    ...temporalRoutes(writer),
    ...subscriptionRoutes(services, contexts, subscriptions, stored),
    ...contextRoutes(services, contexts, stored),
    ...registrationRoutes(),
  ];
  mountStoredContext(app, services, stored);
  mountSourceIdentity(app, services);
  for (const route of routes) mountRoute(app, means, route);
  const isShort = ({ method, hasBody }: Route): boolean => method === "GET" || hasBody;
  return {
    short: ofEntities.filter(isShort).map((route) => shortRoute(means, kept, route)),
    close: () => {
      expiries.close();
      return subscriptions.close();
    },
    coreTerms: async () => certain(await contexts.read(undefined, ""), "the core context"),
  };
}

/** Whether a path of NGSI-LD has a part that names nothing where it should. */
export function isNamelessPath(path: string): boolean {
  return path.startsWith("/ngsi-ld/v1/") && (path.includes("//") || path.endsWith("/entities/"));
}

/** Whether a part of it leads to another address than the one that it stands in, as `..` does. */
export function isNamelessTarget(target: string): boolean {
  return target.startsWith("/ngsi-ld/v1/") && /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i.test(target);
}

export function answerNamelessPath(publicUrl: string): Response {
  const want = "a name in each part of the address";
  return answerNgsiProblem({ code: "NGSI_DATA", path: "", want }, publicUrl);
}
