export { mountSeals } from "./routes.ts";
