import { err, ok, type Result } from "../../core/index.ts";
import {
  createTableThread,
  type DatasetLog,
  type TableThread,
  type View,
} from "../../data/index.ts";
import { ColumnFinder, createTable, needsColumns, type TableFormat } from "../../table/index.ts";
import type { Authorised } from "../access/index.ts";
import { PRIVATE } from "../http/answer.ts";
import { MAX_EXPORTS, MAX_EXPORTS_OF_ADDRESS } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { Shares } from "../rate/index.ts";
import type { App, AppContext, Services } from "../services.ts";
import { parquetPieces } from "./export-parquet.ts";
import { proveExport } from "./export-proof.ts";
import { type ExportRequest, readExportRequest } from "./export-request.ts";
import { exportRows } from "./export-rows.ts";
import { type ExportStream, type Piece, streamPieces } from "./export-stream.ts";
import { type Kept, keptDataset } from "./kept.ts";

const TYPES: Readonly<Record<TableFormat, string>> = {
  parquet: "application/vnd.apache.parquet",
  csv: "text/csv; charset=utf-8; header=present",
  geojson: "application/geo+json",
  ndjson: "application/x-ndjson",
};
const PROOF_TYPE = "application/x-ndjson";
const RETRY_SECONDS = 30;

type Asked = Kept & {
  readonly authorised: Authorised;
  readonly request: ExportRequest;
  /** Entries that it covers. */
  readonly size: number;
};

/**
 * `GET /v1/datasets/<code>/export` and its proof, as far as was granted to export: docs/spec/sharing.md, Exports. Made while the
 * reader takes it, however long that lasts.
 *
 * @returns the way to end all of them, for a graceful stop
 */
export function mountExport(app: App, services: Services): () => void {
  const { access, problem, clientOf } = services;
  const running = new Set<ExportStream>();
  const shares = new Shares(MAX_EXPORTS_OF_ADDRESS);
  const thread = createTableThread();

  app.get("/v1/datasets/:code/export", async (c) => {
    const asked = await askedOf(c, false);
    if (!asked.ok) return problem(c, asked.error);
    const { log, authorised, request, size } = asked.value;
    const pieces = tablePieces(log, authorised.view, request, size, thread, services.clock());
    return given(c, asked.value, pieces, TYPES[request.format], request.format);
  });

  app.get("/v1/datasets/:code/export/proof", async (c) => {
    const asked = await askedOf(c, true);
    if (!asked.ok) return problem(c, asked.error);
    const { log, authorised, request, size } = asked.value;
    const pieces = proveExport(services, log, authorised.view, request, size);
    return given(c, asked.value, pieces, PROOF_TYPE, `${request.format}.proof`);
  });

  async function askedOf(c: AppContext, isProof: boolean): Promise<Result<Asked, AnyRefusal>> {
    const kept = keptDataset(services, c);
    if (!kept.ok) return kept;
    const { dataset, log } = kept.value;
    const opened = await access.open(c, dataset, "export");
    if (!opened.ok) return opened;
    const request = readExportRequest(c, isProof);
    if (!request.ok) return request;
    const { size = log.size } = request.value;
    if (size > log.size) return err({ code: "DATA_ENTRY_UNKNOWN", index: String(size - 1) });
    return ok({ ...kept.value, authorised: opened.value, request: request.value, size });
  }

  function given(
    c: AppContext,
    { dataset, authorised, size }: Asked,
    pieces: AsyncGenerator<Piece>,
    type: string,
    ending: string,
  ): Response {
    const name = dataset.record.code.replaceAll("/", "_");
    const headers = {
      "Content-Type": type,
      "Content-Disposition": `attachment; filename="${name}.${ending}"`,
      "Cache-Control": PRIVATE,
      "X-Content-Type-Options": "nosniff",
      "Cityid-Log-Size": String(size),
    };
    if (c.req.raw.method === "HEAD") return new Response(null, { headers });
    const what = ending.endsWith(".proof") ? "export proof" : "export";
    if (running.size >= MAX_EXPORTS) {
      return problem(c, { code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what: "exports" });
    }
    const client = clientOf(c);
    // Who reads a little each minute keeps a place for as long as they like.
    if (!shares.take(client)) {
      return problem(c, { code: "HTTP_RATE", retryAfter: RETRY_SECONDS, by: "address" });
    }
    const stream = streamPieces(access, authorised, what, pieces, () => {
      running.delete(stream);
      shares.giveBack(client);
    });
    running.add(stream);
    return new Response(stream.body, { headers });
  }

  return () => {
    for (const each of [...running]) each.end();
    void thread.close();
  };
}

function tablePieces(
  log: DatasetLog,
  view: View,
  request: ExportRequest,
  size: number,
  thread: TableThread,
  nowMilliseconds: number,
): AsyncGenerator<Piece> {
  const isByColumn = request.format === "parquet" && request.of === "observations";
  return isByColumn
    ? parquetPieces(thread, log, view, request.choice, size)
    : rowPieces(log, view, request, size, nowMilliseconds);
}

async function* rowPieces(
  log: DatasetLog,
  view: View,
  request: ExportRequest,
  size: number,
  nowMilliseconds: number,
): AsyncGenerator<Piece> {
  const { format } = request;
  const finder = new ColumnFinder(request.of);
  if (needsColumns(format)) {
    // By looking through all of it: a table begins with what columns it has.
    for await (const rows of exportRows(log, view, request, size, nowMilliseconds))
      finder.addAll(rows);
  }
  const table = createTable(format, finder.columns);
  yield { bytes: table.begin(), count: 0 };
  for await (const rows of exportRows(log, view, request, size, nowMilliseconds)) {
    // Things may have changed since they were looked through; what stands in a log has not.
    if (needsColumns(format) && finder.addAll(rows)) throw new Error("other columns than before");
    yield { bytes: table.rows(rows), count: rows.length };
  }
  yield { bytes: table.end(), count: 0 };
}
