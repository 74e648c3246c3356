export { type PublicPlate, publicPlates } from "./plates.ts";
export { mountData } from "./routes.ts";
