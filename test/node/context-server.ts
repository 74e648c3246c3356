import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What stands at a path: a document, where it has moved to, or nothing. */
export type Served = string | { readonly moved: string } | undefined;

/** Contexts of JSON-LD at an address of this machine, `http://localhost:…`. */
export async function serveContexts(
  at: (path: string) => Served,
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(({ url = "" }, response) => {
    const found = at(url);
    if (typeof found === "object") {
      response.writeHead(302, { Location: found.moved }).end();
      return;
    }
    const status = found === undefined ? 404 : 200;
    response.writeHead(status, { "Content-Type": "application/ld+json" }).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}`, close: () => void server.close() };
}
