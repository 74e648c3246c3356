export { discard } from "../scripts/lib/discard.mjs";
