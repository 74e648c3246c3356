export { mountOpenings } from "./routes.ts";
