import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBroker, type RunningMqtt } from "../../src/node/mqtt/broker.ts";
import { Doors } from "../../src/node/mqtt/doors.ts";
import { MAX_MQTT_CLIENTS_OF_ADDRESS } from "../../src/server/limits.ts";

/** CONNECT of MQTT 3.1.1, of a client without a name. */
const CONNECT = Buffer.from("100c00044d5154540402003c0000", "hex");
const ACCEPTED = "20020000";
const UNAVAILABLE = "20020003";

let broker: RunningMqtt;
const sockets: Socket[] = [];
beforeEach(async () => {
  const log = { info: () => undefined, error: () => undefined };
  const random = (bytes: number) =>
    new Uint8Array(bytes).map(() => Math.floor(Math.random() * 256));
  broker = await openBroker({ host: "0.0.0.0", port: 0, ingest: () => undefined, log, random });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await broker[Symbol.asyncDispose]();
});

/** Connects, says so, and hears what comes. */
function greeted(host: string): Promise<{ readonly socket: Socket; readonly answer: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(broker.port, host, () => socket.write(CONNECT));
    sockets.push(socket);
    socket.once("error", reject);
    socket.once("data", (answer) => resolve({ socket, answer: answer.toString("hex") }));
  });
}

/** An address of this machine that is not counted as the machine itself. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === "IPv4" && !each.internal)?.address;

test.skipIf(outside === undefined)(
  "one address takes its share of the connections and no more, and hears that there is no room",
  async () => {
    const host = outside ?? "";
    const all = await Promise.all(
      Array.from({ length: MAX_MQTT_CLIENTS_OF_ADDRESS }, () => greeted(host)),
    );
    expect(new Set(all.map(({ answer }) => answer))).toEqual(new Set([ACCEPTED]));
    const refused = await greeted(host);
    expect(refused.answer).toBe(UNAVAILABLE);
    await new Promise((resolve) => refused.socket.once("close", resolve));
    // Others come in, and whoever leaves makes room.
    expect((await greeted("127.0.0.1")).answer).toBe(ACCEPTED);
    all[0]?.socket.destroy();
    let again = await greeted(host);
    while (again.answer === UNAVAILABLE) again = await greeted(host);
    expect(again.answer).toBe(ACCEPTED);
  },
);

test("doors count who is in, in all and of each address", () => {
  const doors = new Doors({ max: 3, maxOfAddress: 2 });
  expect([doors.enter("a"), doors.enter("a"), doors.enter("a")]).toEqual([true, true, false]);
  expect([doors.enter(undefined), doors.enter("b"), doors.enter(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
  doors.leave("a");
  expect([doors.enter("b"), doors.enter("a")]).toEqual([true, false]);
  doors.leave(undefined);
  expect(doors.enter("a")).toBe(true);
});
