import type { Code } from "../../core/index.ts";
import { pause } from "../../node/index.ts";
import { ApiProblem, NodeUnreachable } from "../../sdk/index.ts";
import { readMapping } from "../ingest/mapping.ts";
import { runIngest } from "../ingest/run-ingest.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf } from "../signing.ts";
import { listenTo } from "./listen.ts";
import { Spool } from "./spool.ts";

export type GatewayRequest = {
  readonly dataset: Code;
  readonly source: Code | undefined;
  readonly broker: string;
  readonly topic: string;
  readonly map: string;
  /** Where readings lie until they are taken. */
  readonly spool: string;
  readonly batchRows: number;
  readonly everySeconds: number;
};

const RETRY_MILLISECONDS = 2000;

/**
 * Signs for devices that cannot: what they say at a broker of MQTT is kept, then sent in batches that the key of their
 * department signed. A message is acknowledged once it is on this disk; a batch is forgotten once the dataset has it.
 */
export async function runGateway(run: Run, request: GatewayRequest): Promise<void> {
  const { dataset, topic, batchRows, everySeconds } = request;
  await readMapping(request.map);
  const identity = await identityOf(run);
  const { log } = await run.client.dataset(dataset);
  const words = run.say({
    en: `Sign what comes at ${topic}, and send it to the dataset ${dataset}, until this is stopped.`,
    zh: `对主题 ${topic} 收到的读数签名并提交至数据集 ${dataset}，直至停止。`,
  });
  await confirmSigning(run, [words], identity, log.origin);
  const spool = await Spool.open(request.spool);
  // One thing at a time happens to the part that is open.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work, work);
    return turn;
  };
  const keep = async (lines: readonly string[]): Promise<void> => {
    for (;;) {
      try {
        await inTurn(async () => {
          await spool.append(lines);
          if (spool.lines >= batchRows) await spool.close();
        });
        return;
      } catch (cause) {
        run.note(String(cause));
        await pause(RETRY_MILLISECONDS, run.signal);
        // It was not acknowledged, and comes again.
        if (run.signal.aborted) return new Promise(() => undefined);
      }
    }
  };
  await using _ = await listenTo(run, { ...request, keep });
  const signing: Run = { ...run, yes: true };
  while (!run.signal.aborted) {
    const path = await spool.first();
    if (path !== undefined) {
      await send(signing, request, path);
      if (!run.signal.aborted) await spool.drop(path);
      continue;
    }
    await pause(everySeconds * 1000, run.signal);
    await inTurn(() => spool.close());
  }
}

/** Sends a part until the dataset has it. What will never be taken ends the gateway; all of it is kept. */
async function send(run: Run, request: GatewayRequest, path: string): Promise<void> {
  const { dataset, source, map, batchRows } = request;
  while (!run.signal.aborted) {
    try {
      return await runIngest(run, {
        ...{
          dataset,
          source,
          map,
          batchRows,
          path,
          format: "ndjson",
          skipBad: true,
          dryRun: false,
        },
        ...{ encoding: undefined, report: undefined },
      });
    } catch (cause) {
      // Each bad row was told.
      if (cause instanceof CliProblem && cause.code === "IMPORT_EMPTY") return;
      if (run.signal.aborted) return;
      if (!passes(cause)) throw cause;
      run.note(cause instanceof Error ? cause.message : String(cause));
      await pause(RETRY_MILLISECONDS, run.signal);
    }
  }
}

/** Whether it may be otherwise in a while. */
function passes(cause: unknown): boolean {
  return (
    cause instanceof NodeUnreachable ||
    (cause instanceof ApiProblem && (cause.status === 429 || cause.status >= 500))
  );
}
