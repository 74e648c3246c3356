import { describe, expect, test } from "vitest";
import { type Break, FaultyFiles, randomFrom } from "./faulty-files.ts";

// The fault table: every file call of a life is broken once, in every way, and then the process is killed or the power
// goes. What must hold when the files are opened again, each room says for itself.

export const WAYS: readonly (Omit<Break, "call"> & { readonly way: string })[] = [
  { way: "fails", errno: "EIO", landed: "nothing" },
  { way: "fails half done", errno: "EIO", landed: "half" },
  { way: "fails and took effect", errno: "EIO", landed: "all" },
  { way: "finds the disk full", errno: "ENOSPC", landed: "half" },
  { way: "is the last but one", errno: "EIO", landed: "all", lasting: true },
  { way: "is the last, half done", errno: "EIO", landed: "half", lasting: true },
];

export const ENDS: readonly {
  readonly end: string;
  readonly restart: (files: FaultyFiles) => FaultyFiles;
}[] = [
  { end: "the process is killed", restart: (files) => files.afterKill() },
  ...[1, 2].map((seed) => ({
    end: `the power goes (seed ${seed})`,
    restart: (files: FaultyFiles) => files.afterPowerCut(randomFrom(seed)),
  })),
];

export type Room<Life> = {
  /** Title of the table. */
  readonly name: string;
  /** What holds in all of it. */
  readonly keeps: string;
  /** The calls are broken in these ways, of `WAYS`; in all of them where it is not said. */
  readonly ways?: readonly string[];
  /** How many ways to lose what was not synced are tried for each call; two where it is not said. */
  readonly powerCuts?: 1 | 2;
  /** What the machine has before. */
  readonly machine?: () => FaultyFiles;
  /** What a life remembers of what it did and was told. */
  readonly begin: () => Life;
  /** Everything that the room does with files, once. A call that fails may end it. */
  readonly live: (files: FaultyFiles, life: Life) => Promise<void>;
  /** What must hold after the restart. It goes on using the files, which belongs to the life. */
  readonly expectWhole: (files: FaultyFiles, life: Life, why: string) => Promise<void>;
  /** What a life may throw beside the system's own error. */
  readonly faults?: readonly string[];
  /** Calls by name that a healthy life makes, for the reader: an inline snapshot. */
  readonly calls: (calls: readonly string[]) => void;
};

/** Runs the table of a room. */
export function describeFaults<Life>(room: Room<Life>): void {
  const machine = room.machine ?? (() => new FaultyFiles());
  const ends = ENDS.slice(0, 1 + (room.powerCuts ?? 2));
  const healthy = async () => {
    const files = machine();
    await room.live(files, room.begin());
    return files.calls;
  };

  describe(room.name, () => {
    test("is written by these calls and no others", async () => {
      room.calls([...new Set(await healthy())].sort());
    });

    const ways = WAYS.filter(({ way }) => room.ways?.includes(way) ?? true);
    test.each(ways.flatMap((way) => ends.map((end) => ({ ...way, ...end }))))(
      `${room.keeps} when any call $way and $end`,
      async ({ restart, ...way }) => {
        // Last, nothing breaks at all: then everything was acknowledged.
        const calls = [...(await healthy()), "none"];
        for (const [call, name] of calls.entries()) {
          const files = machine();
          files.break = { call, ...way };
          const life = room.begin();
          const failure = await room.live(files, life).catch((cause: unknown) => cause);
          expectKnown(failure, [way.errno, ...(room.faults ?? [])]);
          const next = restart(files);
          await room.expectWhole(next, life, `${call}: ${name}`);
          // What a killed process left unsynced, the next one must not have built on.
          const later = next.afterPowerCut(randomFrom(call + 1));
          await room.expectWhole(later, life, `${call}: ${name}, and then the power`);
        }
      },
    );
  });
}

/** Tries again what failed once, as a peer does that is told to come back. */
export function twice<T>(step: () => Promise<T>): Promise<T> {
  return step().catch(step);
}

/** A fault of ours, or the system's own error where a file could not even be opened; never a mistake of the code. */
export function expectKnown(failure: unknown, known: readonly string[]): void {
  if (failure === undefined) return;
  const { code } = failure as { readonly code?: unknown };
  if (typeof code !== "string") throw failure;
  expect(known).toContain(code);
}
