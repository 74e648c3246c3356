// Ports for servers that must know theirs before they begin, or that begin again at the same one.
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Below those that systems give to connections and to whoever asks for any; none that fetch refuses is among them. */
const [FIRST, END] = [10_100, 16_000];
const ATTEMPTS = 1000;

/**
 * A port on which nobody listens, at any address of this machine. As long as this process lives, no other one is given it by
 * this, also while nobody listens on it.
 */
export async function freePort() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, END);
    if ((await isReserved(port)) && (await isFree(port))) return port;
  }
  throw new Error(`no free port from ${FIRST} to ${END}`);
}

/** Takes the same number of UDP, which nothing here uses: the system knows whose it is, and gives it back when the process ends. */
function isReserved(port) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4").unref();
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => resolve(true));
  });
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  });
}
