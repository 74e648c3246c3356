import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { outOfRoom, roomAgain } from "../../../src/node/comet/room.ts";

const FAILED = '{"_msg":"CONSENSUS FAILURE!!!","err":"error writing batch to DB';
const FULL = `${FAILED}: no space left on device","level":"error"}\n`;

/** Whether this is understood as the end of consensus for lack of room, however it is cut. */
async function isUnderstood(...pieces: readonly string[]): Promise<boolean> {
  const log = new PassThrough();
  let understood = false;
  void outOfRoom(log).then(() => {
    understood = true;
  });
  for (const piece of pieces) {
    log.write(piece);
    await turn();
  }
  return understood;
}

test.each([
  ["a line", [FULL]],
  ["a line among others", [`{"_msg":"x"}\n${FULL}{"_msg":"y"}\n`]],
  ["a line in pieces", ["a\n{", FULL.slice(1, 20), FULL.slice(20)]],
  ["a line that does not end", [`${FULL.slice(0, -1)}${"stack ".repeat(1000)}`]],
  ["a quota", [`${FAILED}: disk quota exceeded"}\n`]],
])("consensus that ended for lack of room is understood: %s", async (_, pieces) => {
  expect(await isUnderstood(...pieces)).toBe(true);
});

test.each([
  ["another cause", [`${FAILED}: input/output error"}\n`]],
  ["what a peer says", [`{"_msg":"Error dialing peer","err":"${FULL.slice(0, -1)}"}\n`]],
  [
    "what goes on all the same",
    ['{"_msg":"failed writing to WAL","err":"no space left on device"}\n'],
  ],
  ["two lines", [`${FAILED}"}\nno space left on device\n`]],
])("nothing else is: %s", async (_, pieces) => {
  expect(await isUnderstood(...pieces)).toBe(false);
});

test("waits for room no longer than anybody waits for it", async () => {
  await roomAgain("/", new AbortController().signal);
  await roomAgain("/nowhere", AbortSignal.abort());
});
