export { KeySorter, type Note } from "./key-sorter.ts";
export { ReplayedValues } from "./replayed-values.ts";
export { type Replayed, Replayer, type ReplayerOptions } from "./replayer.ts";
