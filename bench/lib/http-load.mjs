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
        await client.get(pathOf(n), headers);
        done++;
      }
      client.close();
    }),
  );
  return (done * 1000) / (performance.now() - began);
}

/**
 * Sends `perSecond` GETs at their intended times, whatever the answers do. Before the first one each connection has had an
 * answer, so that what is timed is the server and not how this program gets going beside it.
 *
 * @returns latencies in milliseconds, sorted, and what took longest
 */
export async function openLoop({ port, paths, perSecond, seconds, connections = 32, headers = "" }) {
  const clients = await Promise.all(Array.from({ length: connections }, () => Client.open(port)));
  for (const client of clients) await client.get("/healthz", "");
  const free = [...clients];
  const answers = [];
  const running = [];
  const began = performance.now();
  const total = Math.round(perSecond * seconds);
  for (let n = 0; n < total; n++) {
    const intended = began + (n * 1000) / perSecond;
    const wait = intended - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const client = free.pop() ?? (await Client.open(port).then((c) => (clients.push(c), c)));
    running.push(
      client.get(paths[n % paths.length], headers).then(() => {
        answers.push({ path: paths[n % paths.length], at: intended - began, milliseconds: performance.now() - intended });
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

class Client {
  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Client(socket)));
      socket.once("error", reject);
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on("data", (part) => this.take(part));
  }

  get(path, headers) {
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`);
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
    this.resolve?.({ status: Number(head.slice(9, 12)), body });
  }

  close() {
    this.socket.destroy();
  }
}
