import { randomBytes } from "node:crypto";
import { Mirror, type MirrorOptions } from "../audit/index.ts";
import { createMirrorApp, type Server } from "../server/index.ts";
import { readDescription } from "./data-directory.ts";
import { directoryFault } from "./directory-fault.ts";
import { listen } from "./listen.ts";
import { quietLog } from "./log.ts";

export type MirrorServer = AsyncDisposable & { readonly url: string };

export const DEFAULT_MIRROR_PORT = 8157;

/**
 * Opens a copy of a log in a directory, which is not that of a node: what the copy keeps would lie among the node's own files.
 * Nothing is fetched yet.
 *
 * @throws LogFault `DATA_DIR_IN_USE`, `DATA_DIR_ACCESS`; LedgerFault LEDGER_DIRECTORY
 */
export async function openMirror(options: MirrorOptions): Promise<Mirror> {
  const { directory } = options;
  if ((await readDescription(directory)) !== undefined) throw directoryFault(directory, "begun");
  return Mirror.open(options);
}

/** Serves a copy on a socket until it is disposed of. @throws Error EADDRINUSE, EACCES */
export async function serveMirror(
  mirror: Mirror,
  where: { readonly host: string; readonly port: number },
): Promise<MirrorServer> {
  let server: Server | undefined;
  const listening = await listen(() => server ?? NOT_YET, where);
  const { port } = listening;
  const url = `http://${where.host.includes(":") ? `[${where.host}]` : where.host}:${port}`;
  server = createMirrorApp(
    {
      copy: mirror.served,
      clock: Date.now,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      log: quietLog(),
    },
    { publicUrl: url },
  );
  return { url, [Symbol.asyncDispose]: () => listening.stop() };
}

/** Between the moment the port is taken and the moment the application knows it. */
const NOT_YET: Server = {
  fetch: async () => new Response(null, { status: 503, headers: { "retry-after": "1" } }),
  hot: () => undefined,
  page: () => undefined,
  write: () => undefined,
  close: async () => undefined,
};
