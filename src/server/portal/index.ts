export { mountPortal } from "./routes.ts";
export { type StaticFile, type StaticFiles, staticFiles } from "./static-files.ts";
export { mountVerifier } from "./verifier.ts";
