import { Agent, request } from "node:http";

/** Why the engine did not take a transaction. */
export type RpcTrouble =
  /** It does not answer: not running yet, or no more. */
  | "unreachable"
  /** It knows the transaction already: it waits, or was decided. */
  | "known"
  /** Its mempool is full, or it will not take it for another reason that may pass. */
  | "refused";

/** How long an answer may take; the engine answers before it has looked at a transaction. */
const PATIENCE_MILLISECONDS = 10_000;

/** A request up to the transaction, which ends it in base64. */
const BROADCAST = '{"jsonrpc":"2.0","id":1,"method":"broadcast_tx_async","params":{"tx":"';

/** The engine as we call it: its JSON-RPC on a Unix socket that nobody else reaches. */
export class Rpc {
  readonly #path: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 });

  constructor(path: string) {
    this.#path = path;
  }

  /** Hands a transaction in, and does not wait for what becomes of it. @returns why it was not taken */
  async broadcast(transaction: Uint8Array): Promise<RpcTrouble | undefined> {
    const { buffer, byteOffset, length } = transaction;
    const tx = Buffer.from(buffer, byteOffset, length).toString("base64");
    // A third of a megabyte may be in it, in which there is nothing to escape.
    const answer = await this.#post(`${BROADCAST}${tx}"}}`);
    if (answer === undefined) return "unreachable";
    const { error } = answer;
    if (error === undefined) return undefined;
    return /already exists in cache/.test(`${error.message} ${error.data}`) ? "known" : "refused";
  }

  /** Asks for what the engine knows of itself. @returns the result; `undefined` without one */
  async ask<T>(method: string, params: object = {}): Promise<T | undefined> {
    const answer = await this.#call(method, params);
    return answer?.result as T | undefined;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** `undefined` when there is no answer. */
  #call(method: string, params: object): Promise<RpcAnswer | undefined> {
    return this.#post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  }

  #post(body: string): Promise<RpcAnswer | undefined> {
    return new Promise((resolve) => {
      const none = () => resolve(undefined);
      const asked = request(
        {
          socketPath: this.#path,
          agent: this.#agent,
          method: "POST",
          path: "/",
          timeout: PATIENCE_MILLISECONDS,
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () => resolve(answerOf(Buffer.concat(parts).toString("utf8"))));
          response.on("error", none);
        },
      );
      asked.on("timeout", () => asked.destroy());
      asked.on("error", none);
      asked.end(body);
    });
  }
}

type RpcAnswer = {
  readonly result?: unknown;
  readonly error?: { readonly message?: string; readonly data?: string };
};

function answerOf(text: string): RpcAnswer | undefined {
  try {
    return JSON.parse(text) as RpcAnswer;
  } catch {
    return undefined;
  }
}
