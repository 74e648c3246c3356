import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FrameReader, frame } from "../../../src/ledger/comet/framing.ts";
import { type Answer, serveAbci } from "../../../src/ledger/comet/socket.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cityid-socket-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const ECHO: Answer = async ({ echo }) =>
  echo === undefined ? { flush: {} } : { echo: { message: echo.message } };

const echoOf = (message: string): Uint8Array =>
  frame(Request.encode(Request.fromPartial({ echo: { message } })).finish());
const flush = (): Uint8Array => frame(Request.encode(Request.fromPartial({ flush: {} })).finish());

/** What comes on a connection, as far as so many answers. */
async function heard(socket: Socket, until: number): Promise<readonly string[]> {
  const reader = new FrameReader();
  const answers: string[] = [];
  for await (const piece of socket) {
    for (const message of reader.take(piece)) {
      answers.push(Response.decode(message).echo?.message ?? "flush");
    }
    if (answers.length >= until) break;
  }
  return answers;
}

test("answers come in the order of what was asked, also those that are ready at once", async () => {
  const path = join(directory, "abci");
  const server = await serveAbci(path, ECHO, () => undefined);
  const socket = connect(path);
  socket.write(Buffer.concat([echoOf("a"), flush(), echoOf("b"), flush()]));
  expect(await heard(socket, 4)).toEqual(["a", "flush", "b", "flush"]);
  socket.destroy();
  await server.close();
});

test("what was asked before the end is answered", async () => {
  const path = join(directory, "abci");
  let asked: (() => void) | undefined;
  const came = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let answerNow: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  const slowly: Answer = async (request) => {
    asked?.();
    await held;
    return ECHO(request);
  };
  const server = await serveAbci(path, slowly, () => undefined);
  const socket = connect(path);
  socket.write(echoOf("last"));
  await came;
  const closed = server.close();
  answerNow?.();
  expect(await heard(socket, 1)).toEqual(["last"]);
  await closed;
});
