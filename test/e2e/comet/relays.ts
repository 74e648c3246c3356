import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { engineHome } from "../../../src/node/comet/home.ts";
import type { NetValidator } from "../../../src/node/comet/index.ts";

/** The wires between the engines of a net: each connects to each other one through a relay of its own, which can be cut. */
export type Relays = AsyncDisposable & {
  /** Engines of different groups hear nothing of each other any more; those of one group do, again. */
  part(...groups: readonly (readonly number[])[]): void;
  heal(): void;
};

/** Puts relays between the engines, which have not been started yet. Validators are counted from 0. */
export async function relayed(
  validators: readonly NetValidator[],
  peerPort: number,
): Promise<Relays> {
  const wires: Wire[] = [];
  for (const [from, { dataDirectory }] of validators.entries()) {
    const path = join(engineHome(dataDirectory).root, "config", "config.toml");
    let config = readFileSync(path, "utf8");
    for (const [to, { host }] of validators.entries()) {
      if (from === to) continue;
      const wire = await Wire.open(from, to, { host, port: peerPort });
      wires.push(wire);
      config = config.replace(`@${host}:${peerPort}`, `@127.0.0.1:${wire.port}`);
    }
    writeFileSync(path, config);
  }
  const part = (...groups: readonly (readonly number[])[]) => {
    const groupOf = (validator: number) => groups.findIndex((group) => group.includes(validator));
    for (const wire of wires) wire.set(groupOf(wire.from) === groupOf(wire.to));
  };
  return {
    part,
    heal: () => part(),
    async [Symbol.asyncDispose]() {
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
}

class Wire {
  readonly from: number;
  readonly to: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isWhole = true;

  private constructor(from: number, to: number, target: { host: string; port: number }) {
    this.from = from;
    this.to = to;
    this.#server = createServer((near) => {
      if (!this.#isWhole) near.destroy();
      else this.#join(near, connect(target));
    });
  }

  static async open(
    from: number,
    to: number,
    target: { readonly host: string; readonly port: number },
  ): Promise<Wire> {
    const wire = new Wire(from, to, target);
    await new Promise<void>((resolve, reject) => {
      wire.#server.once("error", reject);
      wire.#server.listen(0, "127.0.0.1", resolve);
    });
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  set(isWhole: boolean): void {
    this.#isWhole = isWhole;
    if (!isWhole) for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.set(false);
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => one.destroy());
      one.once("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
