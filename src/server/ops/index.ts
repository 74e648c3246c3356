import type { App, Services } from "../services.ts";
import { mountDocs } from "./docs.ts";
import { mountNode } from "./node.ts";

export { createMetrics, type Metrics } from "./metrics.ts";

/** What operators, monitors and developers ask. */
export function mountOps(app: App, services: Services): void {
  mountNode(app, services);
  mountDocs(app, services);
}
