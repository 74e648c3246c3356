import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";

// A slow client costs a socket, never a stall: everything has an end.
const HEADERS_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 120_000;
const KEEP_ALIVE_MILLISECONDS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 10_000;
/** Requests under way get this long to end when the node stops. */
const DRAIN_MILLISECONDS = 5_000;

/** Answers some requests itself, before they become a `Request`; false leaves them to the application. */
export type FastPath = (request: IncomingMessage, response: ServerResponse) => boolean;

export type Listening = {
  readonly port: number;
  /** Takes no more connections, lets what is under way end, and cuts what does not. */
  stop(): Promise<void>;
};

/** Serves an application on a socket. @throws Error EADDRINUSE, EACCES */
export async function listen(
  answer: (request: Request, peer: { readonly remoteAddress?: string }) => Promise<Response>,
  where: { readonly host: string; readonly port: number },
  fastPath: FastPath = () => false,
): Promise<Listening> {
  const listener = getRequestListener(
    (request, env) => {
      const { remoteAddress } = (env as { incoming: IncomingMessage }).incoming.socket;
      return answer(request, remoteAddress === undefined ? {} : { remoteAddress });
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    if (!fastPath(request, response)) void listener(request, response);
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

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
  await closed;
  clearTimeout(cut);
}
