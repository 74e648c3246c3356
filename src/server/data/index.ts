export { mountData } from "./routes.ts";
