export { mountFeed } from "./feed.ts";
export { mountData } from "./routes.ts";
