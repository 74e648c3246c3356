export { mountEnrolments } from "./routes.ts";
