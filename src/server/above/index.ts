export { createGrantsAbove, type GrantsAbove } from "./grants-above.ts";
export { createStateAbove } from "./state-above.ts";
