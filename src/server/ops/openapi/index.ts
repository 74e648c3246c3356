export { openApiDocument } from "./document.ts";
export type { Endpoint } from "./endpoint.ts";
export { ENDPOINTS } from "./endpoints.ts";
export { SCHEMAS } from "./schemas.ts";
