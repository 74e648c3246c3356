import type { App, Services } from "../services.ts";
import { mountBeside } from "./beside.ts";
import { mountChildren } from "./children.ts";
import { mountRecord } from "./codes.ts";
import { mountDecisions } from "./decisions.ts";
import { mountElsewhere } from "./elsewhere.ts";
import { mountGazette } from "./gazette.ts";
import { mountHistory } from "./history.ts";
import { mountKeys } from "./keys.ts";
import { mountProof } from "./proof.ts";
import type { RecordAnswers } from "./record-answers.ts";
import { mountSearch } from "./search.ts";
import { mountStats } from "./stats.ts";

export { AnswerRing, type RenderedAnswer } from "./answer-ring.ts";
export { elsewhere } from "./elsewhere.ts";
export { mountEvents } from "./events.ts";
export { createRecordAnswers, type RecordAnswers } from "./record-answers.ts";
export { createRecordViews, type RecordViews } from "./record-views.ts";

/** What the ledger holds, to read. */
export function mountRegistry(app: App, services: Services, answers: RecordAnswers): void {
  mountElsewhere(app, services);
  mountSearch(app, services);
  mountRecord(app, services, answers);
  mountHistory(app, services);
  mountChildren(app, services);
  mountKeys(app, services);
  mountProof(app, services);
  mountDecisions(app, services);
  mountGazette(app, services);
  mountBeside(app, services);
  mountStats(app, services);
}
