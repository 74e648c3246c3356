// HTTP/1.1 clients as thin as can be, so that the server is measured and not they. Run as a process of its own.
import { connect } from "node:net";

/**
 * Keeps `connections` sockets busy with GETs for `seconds`, any of the paths at random, or with one of each in turn until
 * `requests` were made; each waits for its answer.
 *
 * @returns requests a second
 */
export async function closedLoop({ port, paths, connections, seconds, requests, headers = "" }) {
  let done = 0;
  const began = performance.now();
  const until = requests === undefined ? began + seconds * 1000 : Number.POSITIVE_INFINITY;
  const pathOf = requests === undefined ? () => paths[Math.floor(Math.random() * paths.length)] : (n) => paths[n % paths.length];
  await Promise.all(
    Array.from({ length: connections }, async (_, i) => {
      const client = await Client.open(port);
      for (let n = i; performance.now() < until && n < (requests ?? Number.POSITIVE_INFINITY); n += connections) {
        await client.ask(getOf(pathOf(n), headers));
        done++;
      }
      client.close();
    }),
  );
  return (done * 1000) / (performance.now() - began);
}

/**
 * Sends requests one after the other on `connections` sockets, until `seconds` have passed or there are none left; each waits for its answer.
 *
 * @throws Error for an answer that is no success: its rate would say nothing
 * @returns how many a second, and how many they were
 */
export async function askInTurn({ port, requests, connections, seconds }) {
  let next = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await Client.open(port);
      while (next < requests.length && performance.now() < until) {
        const { status, body } = await client.ask(requests[next++]);
        if (status >= 300) throw new Error(`${status} ${Buffer.from(body)}`);
      }
      client.close();
    }),
  );
  return { perSecond: (next * 1000) / (performance.now() - began), count: next };
}

/**
 * Sends `perSecond` GETs at their intended times, whatever the answers do.
 *
 * @returns latencies in milliseconds, sorted, and what took longest
 */
export function openLoop({ port, paths, perSecond, seconds, connections = 32, headers = "" }) {
  const requests = paths.map((path) => ({ name: path, bytes: getOf(path, headers) }));
  return atTheirTimes({ port, total: Math.round(perSecond * seconds), perSecond, connections, requestOf: (n) => requests[n % requests.length] });
}

/** Posts each body once: as fast as `connections` sockets take answers, or at their intended times. */
export async function postAll({ port, path, bodies, connections, perSecond }) {
  const requests = bodies.map((body) => postOf(path, body));
  const seen = {};
  const count = ({ status, body }) => {
    const { code = "accepted", results } = JSON.parse(body);
    for (const name of results?.map((each) => each.code ?? "accepted") ?? [status === 503 ? "503" : code]) seen[name] = (seen[name] ?? 0) + 1;
  };
  const began = performance.now();
  if (perSecond !== undefined) {
    const requestOf = (n) => ({ name: path, bytes: requests[n] });
    const { latencies } = await atTheirTimes({ port, total: requests.length, perSecond, connections, requestOf, take: count });
    return { latencies, seen };
  }
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await Client.open(port);
      while (next < requests.length) count(await client.ask(requests[next++]));
      client.close();
    }),
  );
  return { seconds: (performance.now() - began) / 1000, seen };
}

/** Before the first one each connection has had an answer, so that what is timed is the server and not how this program gets going beside it. */
async function atTheirTimes({ port, total, perSecond, connections, requestOf, take = () => undefined }) {
  const clients = await Promise.all(Array.from({ length: connections }, () => Client.open(port)));
  for (const client of clients) await client.ask(getOf("/healthz", ""));
  const free = [...clients];
  const answers = [];
  const running = [];
  const began = performance.now();
  for (let n = 0; n < total; n++) {
    const intended = began + (n * 1000) / perSecond;
    const wait = intended - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const client = free.pop() ?? (await Client.open(port).then((c) => (clients.push(c), c)));
    const { name, bytes } = requestOf(n);
    running.push(
      client.ask(bytes).then((answer) => {
        answers.push({ path: name, at: intended - began, milliseconds: performance.now() - intended });
        take(answer);
        free.push(client);
      }),
    );
  }
  await Promise.all(running);
  for (const client of clients) client.close();
  answers.sort((a, b) => a.milliseconds - b.milliseconds);
  return { latencies: answers.map(({ milliseconds }) => milliseconds), slowest: answers.slice(-8).reverse() };
}

export const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];

const getOf = (path, headers) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;

export function postOf(path, body, type = "application/cbor-seq", method = "POST") {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

export class Client {
  static open(port, host = "127.0.0.1") {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new Client(socket)));
      socket.once("error", reject);
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.buffer = Buffer.alloc(0);
    this.isOpen = true;
    socket.setNoDelay(true);
    socket.on("data", (part) => this.take(part));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isOpen = false;
      this.reject?.(new Error("the connection ended before an answer"));
    });
  }

  /** @throws Error where the connection ends without an answer */
  ask(bytes) {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) throw new Error("the connection has ended");
      this.resolve = resolve;
      this.reject = reject;
      this.socket.write(bytes);
    });
  }

  take(part) {
    this.buffer = this.buffer.length === 0 ? part : Buffer.concat([this.buffer, part]);
    const end = this.buffer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.buffer.latin1Slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.buffer.length < end + 4 + length) return;
    const body = this.buffer.subarray(end + 4, end + 4 + length);
    this.buffer = this.buffer.subarray(end + 4 + length);
    const status = Number(head.slice(9, 12));
    const seconds = status === 503 ? /retry-after: (\d+)/i.exec(head)?.[1] : undefined;
    this.reject = undefined;
    this.resolve?.({ status, body, ...(seconds !== undefined && { retryAfterSeconds: Number(seconds) }) });
  }

  close() {
    this.socket.destroy();
  }
}
