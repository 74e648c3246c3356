import type { App, Services } from "../services.ts";
import { mountListOperations } from "./list.ts";
import { createPending } from "./pending.ts";
import { mountReadOperation } from "./read.ts";
import { mountSubmit } from "./submit.ts";

/** Writing to the ledger, and reading its log entry by entry. */
export function mountOperations(app: App, services: Services): void {
  const pending = createPending();
  mountSubmit(app, services, pending);
  mountListOperations(app, services);
  mountReadOperation(app, services, pending);
}
