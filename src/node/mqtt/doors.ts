import type { Socket } from "node:net";
import { Shares } from "../../server/index.ts";

/** Counts who is in: so many at once, and of one address no more than its share. */
export class Doors {
  readonly #max: number;
  readonly #shares: Shares;
  #all = 0;

  constructor({ max, maxOfAddress }: { readonly max: number; readonly maxOfAddress: number }) {
    this.#max = max;
    this.#shares = new Shares(maxOfAddress);
  }

  /** @param address `undefined` for this machine itself, which is not counted apart */
  enter(address: string | undefined): boolean {
    if (this.#all >= this.#max || !this.#shares.take(address)) return false;
    this.#all += 1;
    return true;
  }

  leave(address: string | undefined): void {
    this.#all -= 1;
    this.#shares.giveBack(address);
  }
}

/** CONNACK, "the service is not available" (MQTT 3.1.1, 3.2.2.3). */
const UNAVAILABLE = Uint8Array.of(0x20, 0x02, 0x00, 0x03);
const REFUSING_MILLISECONDS = 1000;
const MAX_REFUSING = 64;

/** Tells clients that there is no room, once they have said something: before that the protocol lets nobody speak. */
export class Refusing {
  readonly #sockets: Set<Socket> = new Set();

  refuse(socket: Socket): void {
    if (this.#sockets.size >= MAX_REFUSING) return void socket.destroy();
    this.#sockets.add(socket);
    const end = setTimeout(() => socket.destroy(), REFUSING_MILLISECONDS);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(end);
      this.#sockets.delete(socket);
    });
    socket.once("data", () => socket.end(UNAVAILABLE));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
