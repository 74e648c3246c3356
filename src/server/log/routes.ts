import { parseTilePath } from "../../core/index.ts";
import { answer, IMMUTABLE, REVALIDATE } from "../http/answer.ts";
import type { App, Services } from "../services.ts";

/** A log that is served: that of a ledger, or a copy of one. */
export type ServedLog = {
  /** What `/log/checkpoint` answers; a copy may have none yet. */
  published(): { readonly checkpoint: string } | undefined;
  /** A tile of `width` hashes; `undefined` beyond the published size. */
  tile(level: number, index: number, width: number): Uint8Array | undefined;
  /** An entry bundle of `width` entries; `undefined` beyond the published size. */
  bundle(index: number, width: number): Uint8Array | undefined;
};

/**
 * The log as static files: any client, proxy or mirror that knows c2sp.org/tlog-tiles reads it. What lies beyond the last
 * signed size does not exist yet.
 */
export function mountLog(app: App, log: ServedLog, problem: Services["problem"]): void {
  app.get("/log/checkpoint", (c) => {
    const published = log.published();
    if (published === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const { checkpoint } = published;
    return answer(c, checkpoint, { type: "text/plain; charset=utf-8", caching: REVALIDATE });
  });
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
      ? log.bundle(tile.index, tile.width)
      : log.tile(tile.level, tile.index, tile.width);
  }
}
