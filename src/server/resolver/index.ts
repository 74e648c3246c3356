export { mountResolver } from "./routes.ts";
