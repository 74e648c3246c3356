import { statfs } from "node:fs/promises";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";

// Where the engine cannot write, its consensus ends, and the process goes on: room alone would not help it.

/** So begins what the engine says then; it writes its fields in the order of their names. */
const FAILED = '{"_msg":"CONSENSUS FAILURE!!!"';
const NO_ROOM = /no space left on device|disk quota exceeded/;

/** Tells a line: a stack follows. */
const HEAD_CHARACTERS = 4000;

/** Two of the longest blocks. */
const ROOM_BYTES = 4 * 1024 * 1024;

const PAUSE_MILLISECONDS = 1000;

/** Resolves when an engine says that its consensus has ended for lack of room. */
export function outOfRoom(log: Readable): Promise<void> {
  return new Promise((resolve) => {
    let head = "";
    const look = () => {
      if (head.startsWith(FAILED) && NO_ROOM.test(head)) resolve();
    };
    log.on("data", (piece: Buffer) => {
      const [rest = "", ...lines] = piece.toString("latin1").split("\n");
      head += rest.slice(0, HEAD_CHARACTERS - head.length);
      for (const line of lines) {
        look();
        head = line.slice(0, HEAD_CHARACTERS);
      }
      if (head.length === HEAD_CHARACTERS) look();
    });
  });
}

/** Resolves when there is room again where a directory is, or the signal says that nobody waits for it. */
export async function roomAgain(directory: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize >= ROOM_BYTES) return;
    await wait(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}
