export { createIngest, type Ingest, type IngestAnswer, type IngestSource } from "./ingest.ts";
