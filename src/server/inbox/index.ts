export { mountInbox } from "./routes.ts";
