import { createServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { HotAnswer, Server } from "../server/index.ts";

// A slow client costs a socket, never a stall: everything has an end.
const HEADERS_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 120_000;
const KEEP_ALIVE_MILLISECONDS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 10_000;
/** Requests under way get this long to end when the node stops. */
const DRAIN_MILLISECONDS = 5_000;
const SWEEP_MILLISECONDS = 50;

export type Listening = {
  readonly port: number;
  /** Takes no more connections, lets what is under way end, and cuts what does not. */
  stop(): Promise<void>;
};

/**
 * Serves an application on a socket; it is asked for at each request. The hottest reads never become a `Request`.
 *
 * @throws Error EADDRINUSE, EACCES
 */
export async function listen(
  application: () => Server,
  where: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const listener = getRequestListener(
    (request, env) => {
      const { remoteAddress } = (env as { incoming: IncomingMessage }).incoming.socket;
      return application().fetch(request, { remoteAddress });
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    const { hot, page } = application();
    const write = (answer: HotAnswer | undefined) => {
      if (answer === undefined) void listener(request, response);
      else response.writeHead(answer.status, answer.headers).end(answer.body, "latin1");
    };
    const answer = orElse(hot, request) ?? orElse(page, request);
    if (answer instanceof Promise) answer.then(write, () => write(undefined));
    else write(answer);
  });
  server.headersTimeout = HEADERS_MILLISECONDS;
  server.requestTimeout = REQUEST_MILLISECONDS;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where.port, where.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => stop(server) };
}

/** What goes wrong here goes wrong the long way too, where it is logged and answered; it must not end the process. */
function orElse<T>(path: (request: IncomingMessage) => T, request: IncomingMessage): T | undefined {
  try {
    return path(request);
  } catch {
    return undefined;
  }
}

async function stop(server: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  // A connection whose answer ends later, as an event stream's does, is idle only then.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MILLISECONDS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
