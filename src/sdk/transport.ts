import { ApiProblem, Elsewhere, NodeUnreachable, readProblem } from "./problem.ts";
import { punctual } from "./punctual.ts";
import { type Requester, signRequest } from "./signed-request.ts";

/** How a client reaches its node. */
export type ClientOptions = {
  /** `https://node.example`; a path before `/v1` is kept. */
  readonly url: string;
  /** Another `fetch`, such as an application's own without a socket. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Language of titles and remedies. */
  readonly language?: string;
  /** Signs every request (RFC 9421), for what is not public. */
  readonly requester?: Requester;
  /** Stands for a signed request. */
  readonly token?: string;
  /** Ends everything under way. */
  readonly signal?: AbortSignal;
  /** How long one answer may take, body included; as long as it likes unless said. Streams of events have no end. */
  readonly timeoutMilliseconds?: number;
  /** How often a node is asked that is busy or silent; 8 times unless said, twice one that never answered. */
  readonly attempts?: number;
  /** Waits; rejects when `signal` aborts. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Told before each wait for a busy or silent node. */
  readonly onWait?: (wait: { readonly milliseconds: number; readonly cause: Error }) => void;
};

export type Query = { readonly [name: string]: string | number | boolean | undefined };

export type Call = {
  readonly query?: Query;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array;
  /** Media type of `body`. */
  readonly type?: string;
  /** Sent again after a broken connection as well. Only for what may be done twice. */
  readonly idempotent?: boolean;
  /** `false`: a busy answer is an answer (`/readyz`), not a reason to ask again. */
  readonly patient?: boolean;
  /** A status beside those of success that is an answer and no problem. */
  readonly answer?: number;
  readonly signal?: AbortSignal;
};

/** Sends requests to one node: signs them, waits when the node is busy, turns problems into `ApiProblem`. */
export type Transport = {
  readonly url: string;
  /** @throws ApiProblem, NodeUnreachable */
  send(method: string, path: string, call?: Call): Promise<Response>;
  /** GET as JSON. The shape is the node's word: what matters is checked by a proof, not here. */
  get<T>(path: string, query?: Query): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** To another node, without what is for this one alone: signatures and tokens. */
  to(url: string): Transport;
  /** Waits as between two tries. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
};

const DEFAULT_ATTEMPTS = 8;
/** For a node that never answered: more likely a wrong address than a restart. */
const FIRST_CONTACT_ATTEMPTS = 2;
const FIRST_WAIT_MILLISECONDS = 250;
const LONGEST_WAIT_MILLISECONDS = 30_000;

export function createTransport(options: ClientOptions): Transport {
  const base = options.url.replace(/\/+$/, "");
  const wait: Transport["wait"] = (milliseconds, signal = options.signal) =>
    (options.sleep ?? sleep)(milliseconds, signal);
  let met = false;
  const send: Transport["send"] = async (method, path, call = {}) => {
    const url = base + path + queryText(call.query);
    const again = call.idempotent ?? method !== "POST";
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(options, method, url, call);
      met ||= !(outcome instanceof NodeUnreachable);
      if (outcome instanceof Response) return outcome;
      const milliseconds = waitBefore(outcome, attempt, again);
      const most = options.attempts ?? (met ? DEFAULT_ATTEMPTS : FIRST_CONTACT_ATTEMPTS);
      const last = call.patient === false || attempt >= most;
      if (milliseconds === undefined || last) throw outcome;
      options.onWait?.({ milliseconds, cause: outcome });
      await wait(milliseconds, call.signal);
    }
  };
  return {
    url: base,
    send,
    to(url) {
      const { requester: _, token: __, ...rest } = options;
      return createTransport({ ...rest, url });
    },
    wait,
    get: async <T>(path: string, query: Query = {}) => {
      const headers = { accept: "application/json" };
      const response = await send("GET", path, { query, headers });
      const to = response.ok ? null : response.headers.get("location");
      if (to !== null) throw new Elsewhere(new URL(to, base + path).href);
      return (await response.json()) as T;
    },
    post: async <T>(path: string, value: unknown) => {
      const body = new TextEncoder().encode(JSON.stringify(value));
      return (await (await send("POST", path, { body, type: "application/json" })).json()) as T;
    },
  };
}

/** One try. What the node refuses, or a silence, is returned: the caller judges whether to try again. */
async function once(
  options: ClientOptions,
  method: string,
  url: string,
  call: Call,
): Promise<Response | Busy | ApiProblem | NodeUnreachable> {
  const request = await build(options, method, url, call);
  const fetching = options.fetch ?? fetch;
  const { timeoutMilliseconds: most } = options;
  const send = most === undefined ? fetching : punctual(fetching, most);
  const response = await send(request).catch((cause: unknown) => {
    if (request.signal.aborted) throw cause;
    return new NodeUnreachable(url, cause);
  });
  if (response instanceof NodeUnreachable || isAnswer(response, call)) return response;
  const problem = await readProblem(response);
  return isBusy(response, problem) ? new Busy(problem, retryAfter(response)) : problem;
}

async function build(
  options: ClientOptions,
  method: string,
  url: string,
  call: Call,
): Promise<Request> {
  const headers = new Headers(call.headers);
  if (call.type !== undefined) headers.set("content-type", call.type);
  if (options.language !== undefined) headers.set("accept-language", options.language);
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  if (options.requester !== undefined) {
    const signed = await signRequest({ method, url, body: call.body }, options.requester);
    for (const [name, value] of Object.entries(signed)) headers.set(name, value);
  }
  const signal = call.signal ?? options.signal;
  return new Request(url, {
    method,
    headers,
    redirect: "manual",
    ...(call.body === undefined ? {} : { body: call.body as Uint8Array<ArrayBuffer> }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/**
 * 429, or 503 of what passes by itself; the node says when to come back. Nothing was taken, unless it is `HTTP_STALLED`: what
 * validators were handed may still be.
 */
export class Busy extends ApiProblem {
  readonly retryAfterMilliseconds: number | undefined;
  constructor(problem: ApiProblem, retryAfterMilliseconds: number | undefined) {
    super(problem.status, problem);
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}

function waitBefore(outcome: Error, attempt: number, again: boolean): number | undefined {
  const backOff = Math.min(FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1), LONGEST_WAIT_MILLISECONDS);
  if (outcome instanceof Busy) return Math.max(outcome.retryAfterMilliseconds ?? 0, backOff);
  return outcome instanceof NodeUnreachable && again ? backOff : undefined;
}

/** What no waiting mends: an operator must have done something first. */
const LASTING = new Set(["HTTP_FULL", "HTTP_STOPPED", "LEDGER_CLOCK", "LEDGER_RESTORED"]);

function isBusy({ status }: Response, { code }: ApiProblem): boolean {
  return status === 429 || (status === 503 && !LASTING.has(code));
}

function isAnswer(response: Response, { answer }: Call): boolean {
  return response.ok || isRedirect(response) || response.status === answer;
}

function isRedirect(response: Response): boolean {
  return response.status >= 300 && response.status < 400;
}

function retryAfter(response: Response): number | undefined {
  const text = response.headers.get("retry-after") ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function queryText(query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
