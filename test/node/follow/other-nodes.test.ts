import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { otherNodes } from "../../../src/node/follow/other-nodes.ts";
import { discard } from "../../discard.ts";
import { hasOpenssl } from "../../openssl.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Listens on loopback, and counts who comes. */
async function served(server: Server | ReturnType<typeof createSocketServer>) {
  let connections = 0;
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

const http = (answer: RequestListener) => served(createServer(answer));
const bounds = (milliseconds = 3000, maxBytes = 1000) => ({
  signal: AbortSignal.timeout(milliseconds),
  maxBytes,
});
const LOOPBACK = { ownNetworks: ["127.0.0.0/8"] };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a node that asks another one", () => {
  test("gets what is served in a network of its operator's, and sends nothing of itself", async () => {
    let asked: IncomingMessage | undefined;
    const { port } = await http((request, response) => {
      asked = request;
      response.end("[1]");
    });
    const fetched = await otherNodes(LOOPBACK)(`http://127.0.0.1:${port}/v1/proof?x=1`, bounds());
    expect(fetched.ok && text(fetched.value)).toBe("[1]");
    expect(asked?.url).toBe("/v1/proof?x=1");
    expect(Object.keys(asked?.headers ?? {}).sort()).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "host",
      "user-agent",
    ]);
  });

  test("does not so much as connect to itself, however the address is written", async () => {
    const { port, connections } = await http((_, response) => response.end("secret"));
    const ask = otherNodes({ ownNetworks: [] });
    const hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0"];
    const wrapped = ["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::7f00:1]"];
    for (const host of [...hosts, ...wrapped]) {
      for (const scheme of ["http", "https"]) {
        const refused = await ask(`${scheme}://${host}:${port}/`, bounds());
        expect(refused).toMatchObject({ ok: false, error: { what: "address" } });
      }
    }
    expect(connections()).toBe(0);
  });

  test("takes http only in those networks", async () => {
    const resolve = async () => ["93.184.216.34"];
    const refused = await otherNodes(LOOPBACK, { resolve })("http://city.example/", bounds());
    expect(refused).toEqual({ ok: false, error: { what: "address", why: "not-https" } });
  });

  test.each(["ftp://127.0.0.1/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "no url", ""])(
    "takes no %j",
    async (url) => {
      const refused = await otherNodes(LOOPBACK)(url, bounds());
      expect(refused).toEqual({ ok: false, error: { what: "address", why: "url" } });
    },
  );

  test("asks for a name once and connects to what it looked at, whatever the name says later", async () => {
    const { port, connections } = await http((_, response) => response.end("[]"));
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return answers.shift() ?? [];
    };
    const ask = otherNodes(LOOPBACK, { resolve });
    // No name server knows it: whoever looked it up again would not arrive.
    const url = `http://rebinding.invalid:${port}/`;
    expect(await ask(url, bounds())).toMatchObject({ ok: true });
    expect(asked).toEqual(["rebinding.invalid"]);
    expect(await ask(url, bounds())).toMatchObject({ error: { what: "address" } });
    expect(connections()).toBe(1);
  });

  test("refuses a name of which one address leads inside, and one that has none, alike", async () => {
    const refusal = { ok: false, error: { what: "address", why: "not-public" } };
    for (const found of [["93.184.216.34", "10.0.0.7"], ["::ffff:10.0.0.7"], []]) {
      const ask = otherNodes({ ownNetworks: [] }, { resolve: async () => found });
      expect(await ask("https://city.example/", bounds())).toEqual(refusal);
    }
    const unknown = await otherNodes({ ownNetworks: [] })(
      "https://nobody.invalid/",
      // As long as name servers that do not answer are asked again.
      bounds(60_000),
    );
    expect(unknown).toEqual(refusal);
  });

  test("follows no redirect", async () => {
    const inside = await http((_, response) => response.end("secret"));
    for (const status of [301, 302, 303, 307, 308]) {
      const { port } = await http((_, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${inside.port}/` }).end();
      });
      const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${port}/`, bounds());
      expect(refused).toEqual({ ok: false, error: { what: "answer", why: "redirect" } });
    }
    expect(inside.connections()).toBe(0);
  });

  test("reads no more than it was told, declared or not", async () => {
    for (const length of [{}, { "content-length": "1001" }]) {
      const { port } = await http((_, response) => {
        response.writeHead(200, length).end(Buffer.alloc(1001));
      });
      const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${port}/`, bounds());
      expect(refused).toEqual({ ok: false, error: { what: "answer", why: "size" } });
    }
    const endless = await http((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", more);
      more();
    });
    const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${endless.port}/`, bounds());
    expect(refused).toMatchObject({ error: { what: "answer", why: "size" } });
  });

  test("takes neither another status nor an encoding", async () => {
    const failing = await http((_, response) => response.writeHead(500).end("no"));
    const zipped = await http((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("x");
    });
    const ask = otherNodes(LOOPBACK);
    expect(await ask(`http://127.0.0.1:${failing.port}/`, bounds())).toMatchObject({
      error: { what: "answer", why: "status 500" },
    });
    expect(await ask(`http://127.0.0.1:${zipped.port}/`, bounds())).toMatchObject({
      error: { what: "answer", why: "encoding" },
    });
  });

  test("does not change over to another protocol", async () => {
    const { port } = await served(
      createSocketServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => {
          socket.write(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
          );
        });
      }),
    );
    const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${port}/`, bounds());
    expect(refused.ok).toBe(false);
  });

  const slow: readonly [string, (socket: Socket) => void][] = [
    ["says nothing", () => undefined],
    ["stops in its head", (socket) => socket.write("HTTP/1.1 200 OK\r\n")],
    [
      "drips its body",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n");
        const drip = setInterval(() => socket.write("x"), 20);
        socket.once("close", () => clearInterval(drip));
      },
    ],
  ];
  test.each(slow)("does not wait for one that %s", async (_, behave) => {
    const { port } = await served(
      createSocketServer((socket) => {
        socket.on("error", () => undefined);
        behave(socket);
      }),
    );
    const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${port}/`, bounds(300));
    expect(refused).toEqual({ ok: false, error: { what: "silent", why: "time" } });
  });

  test("does not wait for a name server either", async () => {
    const resolve = (_: string, signal: AbortSignal) =>
      new Promise<readonly string[]>((done) => {
        signal.addEventListener("abort", () => done([]));
      });
    const refused = await otherNodes(LOOPBACK, { resolve })("https://city.example/", bounds(100));
    expect(refused).toEqual({ ok: false, error: { what: "silent", why: "time" } });
  });

  const broken: readonly [string, string][] = [
    ["hangs up", ""],
    ["speaks another protocol", "SSH-2.0-x\r\n"],
    ["breaks off", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"],
    ["has an endless head", `HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}\r\n\r\n`],
  ];
  test.each(broken)("notices one that %s", async (_, says) => {
    const { port } = await served(
      createSocketServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(says));
      }),
    );
    const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${port}/`, bounds());
    expect(refused).toEqual({ ok: false, error: { what: "silent", why: "connection" } });
  });

  test("notices that nobody listens", async () => {
    const gone = await http(() => undefined);
    for (const close of closing.splice(0)) close();
    const refused = await otherNodes(LOOPBACK)(`http://127.0.0.1:${gone.port}/`, bounds());
    expect(refused).toEqual({ ok: false, error: { what: "silent", why: "connection" } });
  });
});

describe.skipIf(!hasOpenssl())("over https (needs openssl: apt-get install openssl)", () => {
  test("the certificate must be of the name, and of somebody who is trusted", async () => {
    const { key, cert } = certificateFor("city.example");
    const { port } = await served(
      createTlsServer({ key, cert }, (_, response) => response.end("[]")) as unknown as Server,
    );
    const resolve = async () => ["127.0.0.1"];
    const url = (name: string) => `https://${name}:${port}/`;
    const trusting = otherNodes(LOOPBACK, { resolve, certificate: cert });
    expect(await trusting(url("city.example"), bounds())).toMatchObject({ ok: true });
    const connection = { ok: false, error: { what: "silent", why: "connection" } };
    expect(await trusting(url("other.example"), bounds())).toEqual(connection);
    const strict = otherNodes(LOOPBACK, { resolve });
    expect(await strict(url("city.example"), bounds())).toEqual(connection);
  });
});

function certificateFor(name: string): { readonly key: string; readonly cert: string } {
  const root = mkdtempSync(join(tmpdir(), "cityid-tls-"));
  const [key, cert] = [join(root, "key.pem"), join(root, "cert.pem")];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", key, "-out", cert, "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, ...files], { stdio: "ignore" });
  const made = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  discard(root);
  return made;
}
