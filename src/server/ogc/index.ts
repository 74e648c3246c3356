export { mountOgc } from "./routes.ts";
