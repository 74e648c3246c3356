import { TILE_WIDTH } from "../core/index.ts";
import { ApiProblem, type Client, createTransport, readProblem } from "../sdk/index.ts";
import { Stop } from "./refusal.ts";

/** A log as somebody serves it. Nothing of it is believed. */
export type Source = {
  /** Of the log: `https://id.example/log`. */
  readonly url: string;
  /** What the node says its policy is; a plain copy of a log has none. @throws Stop AUDIT_NODE; ApiProblem, NodeUnreachable */
  policy(): Promise<string>;
  /** The signed note that is served now. @throws as `get` */
  checkpoint(): Promise<string>;
  /** The bytes of a path below the log. @throws Stop AUDIT_MISSING, AUDIT_SIZE; ApiProblem, NodeUnreachable */
  get(path: string): Promise<Uint8Array>;
  readonly fetched: Readonly<Fetched>;
};

/** So far, tries that failed included. */
export type Fetched = { requests: number; bytes: number };

export type SourceOptions = {
  /** Of the node, or of its log where it ends in `/log`. */
  readonly url: string;
  readonly language?: string;
  readonly signal?: AbortSignal;
  /** How often a server is asked that is busy or silent. */
  readonly attempts?: number;
  /** Told before each wait for a busy or silent server. */
  readonly onWait?: (wait: { readonly milliseconds: number }) => void;
  /** How long one answer may take, body included. */
  readonly timeoutMilliseconds?: number;
};

const TIMEOUT_MILLISECONDS = 60_000;

/** A full bundle of the longest entries. */
const MAX_BUNDLE_BYTES: number = TILE_WIDTH * (2 + 0xffff);
/** Checkpoints, tiles of hashes and what a node says of itself are far smaller. */
const MAX_OTHER_BYTES: number = 256 * 1024;
/** What says why there is nothing else. */
const MAX_PROBLEM_BYTES: number = 64 * 1024;

export function openSource(options: SourceOptions): Source {
  const { url, timeoutMilliseconds = TIMEOUT_MILLISECONDS, ...others } = options;
  const base = url.replace(/\/+$/, "").replace(/\/log$/, "");
  const fetched: Fetched = { requests: 0, bytes: 0 };
  const transport = createTransport({
    ...others,
    url: base,
    timeoutMilliseconds,
    // The whole answer is fetched here, so that one that breaks off is a silence, and is asked for again.
    async fetch(request) {
      fetched.requests++;
      const response = await fetch(request);
      const { ok, status, headers } = response;
      const body = await readBounded(response, ok ? maxBytesOf(request.url) : MAX_PROBLEM_BYTES);
      fetched.bytes += body.length;
      return new Response(body.length === 0 ? null : body, { status, headers });
    },
  });
  const get = async (path: string): Promise<Uint8Array> => {
    const response = await transport.send("GET", path);
    // A redirect: the address that was given is not that of the log.
    if (!response.ok) throw await readProblem(response);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const max = maxBytesOf(path);
    if (bytes.length > max) throw new Stop({ code: "AUDIT_SIZE", path, max });
    return bytes;
  };
  const ofLog = (path: string) => get(`/log/${path}`).catch(stopIfMissing(path));
  return {
    url: `${base}/log`,
    fetched,
    get: ofLog,
    checkpoint: async () => new TextDecoder().decode(await ofLog("checkpoint")),
    policy: async () => policyIn(new TextDecoder().decode(await get("/.well-known/cityid"))),
  };
}

/** The same of a node that is asked already. */
export function sourceOver(client: Pick<Client, "url" | "node" | "checkpoint" | "tile">): Source {
  const fetched: Fetched = { requests: 0, bytes: 0 };
  return {
    url: `${client.url}/log`,
    fetched,
    async get(path) {
      fetched.requests++;
      const bytes = await client.tile(path).catch(stopIfMissing(path));
      fetched.bytes += bytes.length;
      const max = maxBytesOf(`/${path}`);
      if (bytes.length > max) throw new Stop({ code: "AUDIT_SIZE", path, max });
      return bytes;
    },
    checkpoint: () => client.checkpoint(),
    policy: async () => (await client.node()).policy,
  };
}

function stopIfMissing(path: string): (cause: unknown) => never {
  return (cause) => {
    const isMissing = cause instanceof ApiProblem && cause.status === 404;
    throw isMissing ? new Stop({ code: "AUDIT_MISSING", path }) : cause;
  };
}

function maxBytesOf(path: string): number {
  return path.includes("/tile/entries/") ? MAX_BUNDLE_BYTES : MAX_OTHER_BYTES;
}

/** Fetches answers of any path of a node, and no more of each than a log's longest file has: who serves them is not trusted. */
export async function fetchBounded(request: Request): Promise<Response> {
  const response = await fetch(request);
  const { status, headers } = response;
  const body = await readBounded(response, MAX_BUNDLE_BYTES);
  return new Response(body.length === 0 ? null : body, { status, headers });
}

/** The body, or a byte more than `max` of it. */
async function readBounded(response: Response, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > max) break;
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, max + 1));
}

function policyIn(text: string): string {
  const refuse = (why: string) => new Stop({ code: "AUDIT_NODE", why });
  let node: unknown;
  try {
    node = JSON.parse(text);
  } catch {
    throw refuse("JSON");
  }
  if (typeof node !== "object" || node === null || !("policy" in node)) throw refuse("policy");
  if (typeof node.policy !== "string") throw refuse("policy");
  return node.policy;
}
