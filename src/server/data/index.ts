export { mountAggregate } from "./aggregate.ts";
export { mountExport } from "./export.ts";
export { mountFeed } from "./feed.ts";
export { type PublicPlate, publicPlates } from "./plates.ts";
export { entryShortRoute, mountData } from "./routes.ts";
