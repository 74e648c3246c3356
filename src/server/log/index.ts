export { mountLog } from "./routes.ts";
