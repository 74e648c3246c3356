export { readCodePath } from "./path.ts";
export { mountResolver } from "./routes.ts";
