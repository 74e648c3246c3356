export { type Replayed, Replayer, type ReplayerOptions } from "./replayer.ts";
