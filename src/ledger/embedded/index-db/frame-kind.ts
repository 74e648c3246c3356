import type { Frame } from "./frames.ts";
import type { Progress } from "./progress.ts";

const RECORD = "code/";
const ALIAS = "alias/";
const REGISTRATION = "registration/";
const MANIFEST = "manifest/";
const BESIDE = "~";

/** What the index makes of a version, told from its key. */
export type FrameKind = "record" | "alias" | "registration" | "listed" | "other";

export function kindOf(key: string): FrameKind {
  // Ended generations rest: they are found by their code.
  if (key.startsWith(RECORD)) return key.includes("#") ? "other" : "record";
  if (key.startsWith(ALIAS)) return "alias";
  if (key.startsWith(BESIDE) || isChunk(key)) return "other";
  return key.startsWith(REGISTRATION) ? "registration" : "listed";
}

/** What follows the first slash. */
export function nameIn(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

/** Chunks of a manifest are counted with it, not listed. */
function isChunk(key: string): boolean {
  return key.startsWith(MANIFEST) && key.indexOf("/", MANIFEST.length) > 0;
}

/** Every operation and every chunk changes something, and chunks say so: they are marked as taken. */
export function countFrame(progress: Progress, { key, index, first, next }: Frame): void {
  progress.offset = next;
  if (first && !key.startsWith(BESIDE)) progress.values += 1;
  if (index > progress.lastIndex) {
    progress.lastIndex = index;
    progress.operations += index === 0 ? 0 : 1;
  }
  if (isChunk(key)) progress.operations -= 1;
}
