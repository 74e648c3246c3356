import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "./real-node.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
type Json = any;

export type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Json;
};

/** Takes notifications as a subscriber does; below `/silent` it never answers. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** What it answers, by path; 200 where nothing is said. */
  readonly answers = new Map<string, number>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Receiver> {
    const server = createServer((request, response) => {
      const parts: Uint8Array[] = [];
      request.on("data", (part: Uint8Array) => parts.push(part));
      request.on("end", () => {
        const path = request.url ?? "";
        const body = JSON.parse(Buffer.concat(parts).toString() || "null");
        receiver.received.push({ path, headers: request.headers, body });
        if (path.startsWith("/silent")) return;
        const status = receiver.answers.get(path) ?? 200;
        response.writeHead(status, status === 302 ? { Location: `${receiver.url}/moved` } : {});
        response.end();
      });
    });
    const receiver = new Receiver(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  at(path: string): readonly Received[] {
    return this.received.filter((each) => each.path === path);
  }

  /** The bodies that came to a path, as soon as there are so many. */
  some(path: string, count = 1): Promise<readonly Json[]> {
    return until(async () => {
      const found = this.at(path).map(({ body }) => body);
      return found.length >= count ? found : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
