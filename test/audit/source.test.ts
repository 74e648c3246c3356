import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openSource } from "../../src/audit/index.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test.each([404, 500])(
  "an answer of %d is read up to a bound, however long it goes on",
  async (status) => {
    const block = Buffer.alloc(64 * 1024, 65);
    // It sends for as long as anybody reads.
    server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "text/plain" });
      const send = () => {
        while (response.write(block)) if (response.destroyed) return;
      };
      response.on("drain", send);
      send();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const source = openSource({ url: `http://127.0.0.1:${port}`, attempts: 1 });
    const refusal = { refusal: { code: "AUDIT_MISSING" } };
    await expect(source.get("tile/0/000")).rejects.toMatchObject(
      status === 404 ? refusal : { status, code: "HTTP_ANSWER" },
    );
    expect(source.fetched.bytes).toBeLessThanOrEqual(64 * 1024 + 1);
  },
);
