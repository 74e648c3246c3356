import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { MAX_SOCKET_PATH_BYTES } from "../../log/index.ts";
import { LedgerFault } from "../fault.ts";
import { FrameReader, frame } from "./framing.ts";

/** Answers what the engine asks. Whatever it throws ends the connection, and with it the engine: never for what users send. */
export type Answer = (request: Request) => Promise<Partial<Response>>;

export type AbciServer = {
  /** Takes no more requests, and waits for the answers that are under way. */
  close(): Promise<void>;
};

/**
 * Serves the engine's connections (consensus, mempool, query, snapshots) on a Unix socket. On each, the answers come in the
 * order of the requests; those are worked at as they arrive.
 *
 * @param failed told of the first answer that could not be given
 * @throws LedgerFault LEDGER_SOCKET where the path is too long
 */
export async function serveAbci(
  path: string,
  answer: Answer,
  failed: (cause: unknown) => void,
): Promise<AbciServer> {
  checkSocketPath(path);
  // One that is left was that of a process that was killed: the data directory is locked by then.
  rmSync(path, { force: true });
  const open = new Set<Connection>();
  const server = createServer((socket) => {
    const connection = new Connection(socket, answer, failed);
    open.add(connection);
    socket.once("close", () => open.delete(connection));
  });
  await listen(server, path);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...open].map((connection) => connection.close()));
      await closed;
    },
  };
}

/** @throws LedgerFault LEDGER_SOCKET */
export function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return;
  throw new LedgerFault("LEDGER_SOCKET", { path, bytes, max: MAX_SOCKET_PATH_BYTES });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

class Connection {
  readonly #socket: Socket;
  readonly #answer: Answer;
  readonly #failed: (cause: unknown) => void;
  readonly #reader = new FrameReader();
  /** Resolves when everything that was asked so far has been answered. */
  #answered: Promise<void> = Promise.resolve();
  #ended = false;
  #isCorked = false;

  constructor(socket: Socket, answer: Answer, failed: (cause: unknown) => void) {
    this.#socket = socket;
    this.#answer = answer;
    this.#failed = failed;
    socket.on("data", (piece: Uint8Array) => this.#take(piece));
    // The engine went away; whoever supervises both sees to it.
    socket.on("error", () => socket.destroy());
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#answered;
    this.#uncork();
    this.#socket.destroy();
  }

  #take(piece: Uint8Array): void {
    if (this.#ended) return;
    try {
      for (const message of this.#reader.take(piece)) this.#ask(Request.decode(message));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #ask(request: Request): void {
    const asked = this.#answer(request);
    // Whoever is before it in the row may still be at work when it fails.
    asked.catch(() => undefined);
    this.#answered = this.#answered.then(async () => {
      if (this.#socket.destroyed) return;
      try {
        this.#write(await asked);
      } catch (cause) {
        this.#write({ exception: { error: String(cause) } });
        this.#fail(cause);
      }
    });
  }

  /** Answers that are ready in one turn go together: each request comes with one to flush, and writing costs more than answering. */
  #write(response: Partial<Response>): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      setImmediate(() => this.#uncork());
    }
    this.#socket.write(frame(Response.encode(Response.fromPartial(response)).finish()));
  }

  #uncork(): void {
    this.#isCorked = false;
    this.#socket.uncork();
  }

  #fail(cause: unknown): void {
    this.#ended = true;
    this.#socket.end();
    this.#failed(cause);
  }
}
