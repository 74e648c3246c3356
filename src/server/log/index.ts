export { mountLog, type ServedLog } from "./routes.ts";
