import { parseTilePath } from "../../core/index.ts";
import { answer, IMMUTABLE, REVALIDATE } from "../http/answer.ts";
import type { App, Services } from "../services.ts";

/**
 * The log as static files: any client, proxy or mirror that knows c2sp.org/tlog-tiles reads it. What lies beyond the last
 * signed size does not exist yet.
 */
export function mountLog(app: App, { ledger, cosignatures, problem }: Services): void {
  app.get("/log/checkpoint", (c) =>
    answer(c, cosignatures?.checkpoint().note ?? ledger.published().checkpoint, {
      type: "text/plain; charset=utf-8",
      caching: REVALIDATE,
    }),
  );
  app.get("/log/tile/*", (c) => {
    const bytes = tileAt(c.req.path.slice("/log/".length));
    if (bytes === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    return answer(c, bytes, { type: "application/octet-stream", caching: IMMUTABLE });
  });

  function tileAt(path: string): Uint8Array | undefined {
    const parsed = parseTilePath(path);
    if (!parsed.ok) return undefined;
    const tile = parsed.value;
    return tile.kind === "entries"
      ? ledger.bundle(tile.index, tile.width)
      : ledger.tile(tile.level, tile.index, tile.width);
  }
}
