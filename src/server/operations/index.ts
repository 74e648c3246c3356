import type { App, Services } from "../services.ts";
import { mountListOperations } from "./list.ts";
import { createPending } from "./pending.ts";
import { mountReadOperation } from "./read.ts";
import { createSubmissions, mountSubmit, type Submissions } from "./submit.ts";

export {
  createWritePath,
  type TakeBody,
  type WritePath,
  type WritePathParts,
} from "./write-path.ts";

/** Writing to the ledger, and reading its log entry by entry. */
export function mountOperations(app: App, services: Services): Submissions {
  const pending = createPending();
  const submissions = createSubmissions(services, pending);
  mountSubmit(app, services, submissions);
  mountListOperations(app, services);
  mountReadOperation(app, services, pending);
  return submissions;
}
