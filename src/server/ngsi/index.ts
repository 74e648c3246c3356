import type { App, Services } from "../services.ts";
import { batchRoutes } from "./batch.ts";
import { createContexts } from "./contexts.ts";
import { discoveryRoutes } from "./discovery.ts";
import { entityRoutes } from "./entities.ts";
import { mountRoute } from "./request.ts";
import { createWriter } from "./writer.ts";

/**
 * NGSI-LD (ETSI GS CIM 009) over the datasets of the node, by their entities. docs/spec/sharing.md, NGSI-LD. Writes are signed
 * by the node's key for the dataset.
 */
export function mountNgsi(app: App, services: Services): void {
  const contexts = createContexts(services.loadContext ?? (async () => undefined));
  const writer = createWriter(services);
  const routes = [
    ...entityRoutes(writer),
    ...batchRoutes(writer, services.config.publicUrl),
    ...discoveryRoutes(),
  ];
  for (const route of routes) mountRoute(app, services, contexts, route);
}
