export { createIngest, type Ingest, type IngestAnswer } from "./ingest.ts";
