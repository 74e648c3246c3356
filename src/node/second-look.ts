import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** `reason` is what the parser says of what it cannot read. */
type ParserError = NodeJS.ErrnoException & { readonly reason?: string };

/** What came while this process could not look is read within so long. */
const SECOND_LOOK_MILLISECONDS = 1000;

/** What node answers where nobody listens to `clientError`; of anything else 400. */
const STATUS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
};

/** What the parser's own codes for what it cannot read begin with. */
const UNREADABLE = "HPE_INVALID_";

/**
 * Gives a connection whose time is over a second look. Node takes the time from when it accepted the connection: a process that was
 * kept from running, or had thousands of others to answer, finds it over before it has read what came in time.
 *
 * @param problem the problem (RFC 9457) for what cannot be read as a request, from what the parser says of it
 */
export function lookTwice(server: Server, problem: (reason: string) => string): void {
  const refuse = (socket: Socket, code: string, reason = ""): void => {
    // Who is being answered would take this for the rest of the answer.
    if (!socket.writable || answerOn(socket)?.headersSent === true) return void socket.destroy();
    const head = `HTTP/1.1 ${STATUS[code] ?? "400 Bad Request"}\r\nConnection: close\r\n`;
    if (!code.startsWith(UNREADABLE)) return void socket.end(`${head}\r\n`);
    const body = Buffer.from(problem(reason));
    const type = `Content-Type: application/problem+json\r\nContent-Length: ${body.length}`;
    socket.end(Buffer.concat([Buffer.from(`${head}${type}\r\n\r\n`), body]));
  };
  server.on("clientError", (error: ParserError, stream) => {
    const { code = "", reason } = error;
    const socket = stream as Socket;
    if (code !== "ERR_HTTP_REQUEST_TIMEOUT") return refuse(socket, code, reason);
    const before = socket.bytesRead;
    const look = () => {
      if (!socket.destroyed && socket.bytesRead === before) refuse(socket, code);
    };
    setTimeout(look, SECOND_LOOK_MILLISECONDS).unref();
  });
}

/**
 * The answer that a socket is being given. Where node keeps it is no part of its documented interface, but it is what node asks
 * itself before it answers an error; noting each answer here would cost every request more than a microsecond.
 */
function answerOn(socket: Socket): ServerResponse | undefined {
  return (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}
