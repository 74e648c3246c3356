export { openApiDocument } from "./document.ts";
export type { Endpoint, Tag } from "./endpoint.ts";
export { ENDPOINTS } from "./endpoints.ts";
export { SCHEMAS } from "./schemas.ts";
export { DOCS_ZH } from "./words-zh.ts";
