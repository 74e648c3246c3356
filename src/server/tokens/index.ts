export { mountTokens } from "./routes.ts";
export { createTokens, type Tokens } from "./tokens.ts";
