import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { concat } from "../core/index.ts";
import { type HotAnswer, problemOf, type Server, type TakeBody } from "../server/index.ts";
import { lookTwice } from "./second-look.ts";

// A slow client costs a socket, never a stall: everything has an end.
const HEADERS_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 120_000;
const KEEP_ALIVE_MILLISECONDS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Beyond these, a request is told to come back, and its connection is closed. */
const MAX_CONNECTIONS = 10_000;
/** And beyond those, a connection is closed unheard. */
const CONNECTIONS_TO_REFUSE = 5_000;
/** Connections that wait to be accepted; the system cuts it to what it allows. Those beyond are told that they are open, and then cut. */
const BACKLOG = 65_535;
const COME_BACK_SECONDS = 5;
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
      const { socket, url: target } = (env as { incoming: IncomingMessage }).incoming;
      return application().fetch(request, { remoteAddress: socket.remoteAddress, target });
    },
    { overrideGlobalObjects: false },
  );
  let connections = 0;
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    if (connections > MAX_CONNECTIONS) return sendAway(response);
    const { hot, page, write } = application();
    const end = (answer: HotAnswer | undefined): void => {
      if (answer === undefined) void listener(request, response);
      else response.writeHead(answer.status, answer.headers).end(answer.body, "latin1");
    };
    const take = orElse(write, request);
    // What fails once the body was taken has no other way to go.
    const fail = (cause: Error) => response.destroy(cause);
    if (typeof take === "function") return takeBody(request, take, end, fail);
    const answer = take ?? orElse(hot, request) ?? orElse(page, request);
    if (answer instanceof Promise) answer.then(end, () => end(undefined));
    else end(answer);
  });
  server.headersTimeout = HEADERS_MILLISECONDS;
  server.requestTimeout = REQUEST_MILLISECONDS;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  server.maxConnections = MAX_CONNECTIONS + CONNECTIONS_TO_REFUSE;
  server.on("connection", (socket) => {
    connections += 1;
    socket.once("close", () => {
      connections -= 1;
    });
  });
  // No address of this node is known here: what stands in the problem is relative to where it was asked.
  lookTwice(server, (got) => JSON.stringify(problemOf({ code: "HTTP_REQUEST", got }, "")));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, backlog: BACKLOG }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => stop(server) };
}

function sendAway(response: ServerResponse): void {
  const headers = { Connection: "close", "Retry-After": COME_BACK_SECONDS, "Content-Length": 0 };
  response.writeHead(503, headers).end();
}

/** What goes wrong here goes wrong the long way too, where it is logged and answered; it must not end the process. */
function orElse<T>(path: (request: IncomingMessage) => T, request: IncomingMessage): T | undefined {
  try {
    return path(request);
  } catch {
    return undefined;
  }
}

/** Reads a body that is small, and lets it be answered. Whoever hangs up before its end is answered by nobody. */
function takeBody(
  request: IncomingMessage,
  take: TakeBody,
  end: (answer: HotAnswer) => void,
  fail: (cause: Error) => void,
): void {
  const parts: Uint8Array[] = [];
  request.on("data", (part: Uint8Array) => parts.push(part));
  // A copy: a part is a view of what the socket read, and would keep all of it.
  request.on("end", () => take(concat(...parts)).then(end, fail));
  request.on("error", () => undefined);
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

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
