export { mountLog, type ServedLog } from "./routes.ts";
export { servedLog } from "./served-log.ts";
