export { type CodePages, createCodePages } from "./code-pages.ts";
export { readCodePath } from "./path.ts";
export { createRedirects, type Redirects } from "./redirects.ts";
export { linkHeaders, mountResolver, RESOLVER_TYPES } from "./routes.ts";
