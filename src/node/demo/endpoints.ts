import { hex } from "../../core/index.ts";
import type { AuditAttack } from "./attack.ts";
import { CITY_LAMP_CLASS } from "./city/seed.ts";
import { DATASET } from "./dataset.ts";
import type { DemoKeys } from "./keys.ts";
import {
  APPLICANTS,
  CITIES,
  DEPARTMENTS,
  HAIKOU,
  HAIKOU_MUNICIPAL,
  INSTITUTES,
  PEOPLE,
  type Person,
  SHIJIAZHUANG,
  TRAFFIC,
} from "./people.ts";
import { READINGS, STATION } from "./readings.ts";
import type { Seeded } from "./seed.ts";
import { LAMP_CLASS } from "./things.ts";

/** What `GET /demo` says of the process. */
export type DemoProcess = {
  readonly starts: number;
  readonly startedMilliseconds: number;
  readonly readyMilliseconds: number;
  readonly recovery: {
    readonly journalBytes: number;
    readonly droppedBytes: number;
    readonly entries: number;
  };
};

export type DemoOptions = {
  readonly origin: string;
  readonly dataDirectory: string;
  /** `127.0.0.1:8156` and the other names of this very listener. */
  readonly hosts: readonly string[];
  readonly keys: DemoKeys;
  /** Where Haikou's own node answers, or will; `undefined` where nobody runs one. */
  readonly city: string | undefined;
  readonly seeded: () => readonly Seeded[];
  readonly process: DemoProcess;
  readonly attack: AuditAttack;
  /** Asks the supervisor to kill this process and start it again after a pause; `undefined` where there is none. */
  readonly askToBeKilled: ((pauseMilliseconds: number) => void) | undefined;
};

export type DemoProblem =
  | { readonly code: "DEMO_PEER"; readonly got: string }
  | { readonly code: "DEMO_PROXY"; readonly got: string }
  | { readonly code: "DEMO_HOST"; readonly got: string }
  | { readonly code: "DEMO_ORIGIN"; readonly got: string; readonly want: string }
  | { readonly code: "DEMO_TYPE"; readonly got: string; readonly want: string }
  | { readonly code: "DEMO_UNKNOWN"; readonly path: string }
  | { readonly code: "DEMO_KEY_UNKNOWN"; readonly who: string; readonly known: readonly string[] }
  | { readonly code: "DEMO_OFFSET"; readonly got: number; readonly want: readonly [number, number] }
  | { readonly code: "DEMO_PAUSE"; readonly got: number; readonly want: readonly [number, number] }
  | { readonly code: "DEMO_BUSY" }
  | { readonly code: "DEMO_UNSUPERVISED" };

const STATUS: Readonly<Record<DemoProblem["code"], number>> = {
  DEMO_PEER: 403,
  DEMO_PROXY: 403,
  DEMO_HOST: 403,
  DEMO_ORIGIN: 403,
  DEMO_TYPE: 415,
  DEMO_UNKNOWN: 404,
  DEMO_KEY_UNKNOWN: 404,
  DEMO_OFFSET: 422,
  DEMO_PAUSE: 422,
  DEMO_BUSY: 409,
  DEMO_UNSUPERVISED: 501,
};

const REMEDY: Readonly<Record<DemoProblem["code"], string>> = {
  DEMO_PEER: "Open the tour on the machine that the node runs on.",
  DEMO_PROXY: "Open the tour without the proxy, on the machine that the node runs on.",
  DEMO_HOST: "Open the tour under 127.0.0.1 or localhost, with the port that the node listens on.",
  DEMO_ORIGIN: "Only pages of this node may call this. Open its own tour.",
  DEMO_TYPE: "Send the body as application/json.",
  DEMO_UNKNOWN: "See docs/spec/demo.md for what there is.",
  DEMO_KEY_UNKNOWN: "Ask for one of the names that are known.",
  DEMO_OFFSET: "Choose an offset within the journal, or leave it out.",
  DEMO_PAUSE: "Choose a number of seconds within `want`, or leave it out.",
  DEMO_BUSY: "Wait for the attack under way to end, then try again.",
  DEMO_UNSUPERVISED: "Start the node with `npm start` or `cityid demo`, which supervise it.",
};

/** Answers `/demo/…`, to this machine alone. @see docs/spec/demo.md */
export function demoEndpoints(
  options: DemoOptions,
): (request: Request, peer: { readonly remoteAddress?: string | undefined }) => Promise<Response> {
  return async (request, peer) => {
    const refused = judgeCaller(options, request, peer);
    if (refused !== undefined) return problem(refused);
    const { pathname } = new URL(request.url);
    const route = `${request.method === "HEAD" ? "GET" : request.method} ${pathname}`;
    if (route === "GET /demo") return json(describe(options));
    if (route.startsWith("GET /demo/keys/"))
      return key(options, pathname.slice("/demo/keys/".length));
    if (route === "POST /demo/audit-attack") return attack(options, request);
    if (route === "POST /demo/kill") return kill(options, request);
    return problem({ code: "DEMO_UNKNOWN", path: pathname });
  };
}

/**
 * The keys must not reach a page of somebody else that the user's browser has open: neither by a name that points at
 * loopback, nor by a request that such a page makes.
 */
function judgeCaller(
  { hosts }: DemoOptions,
  request: Request,
  { remoteAddress = "" }: { readonly remoteAddress?: string | undefined },
): DemoProblem | undefined {
  if (!isLoopback(remoteAddress)) return { code: "DEMO_PEER", got: remoteAddress };
  // A proxy on this machine may send our own name as the host, for whoever is behind it.
  const hop = [...request.headers.keys()].find(isHop);
  if (hop !== undefined) return { code: "DEMO_PROXY", got: hop };
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!hosts.includes(host)) return { code: "DEMO_HOST", got: host };
  const want = `http://${host}`;
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== want) return { code: "DEMO_ORIGIN", got: origin, want };
  const site = request.headers.get("sec-fetch-site");
  const typed = site === "none" && request.method !== "POST";
  if (site !== null && site !== "same-origin" && !typed) {
    return { code: "DEMO_ORIGIN", got: site, want: "same-origin" };
  }
  if (request.method !== "POST") return undefined;
  const type = request.headers.get("content-type") ?? "";
  return /^application\/json(?:\s*;|$)/i.test(type)
    ? undefined
    : { code: "DEMO_TYPE", got: type, want: "application/json" };
}

function isHop(header: string): boolean {
  return header === "forwarded" || header === "via" || header.startsWith("x-forwarded-");
}

/** Whether an address, or a name to listen on, is this machine's own. */
export function isLoopback(address: string): boolean {
  return ["::1", "localhost"].includes(address) || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

function describe(options: DemoOptions): object {
  const { origin, dataDirectory, seeded, process: own } = options;
  const { starts, startedMilliseconds, readyMilliseconds, recovery } = own;
  return {
    demo: true,
    ledger: origin,
    data: dataDirectory,
    decision: { votes: 2, of: INSTITUTES.length },
    institutes: INSTITUTES.map(introduce),
    holders: [...CITIES, ...DEPARTMENTS, HAIKOU_MUNICIPAL].map(introduce),
    applicants: APPLICANTS,
    examples: {
      city: SHIJIAZHUANG.issuer,
      secondCity: HAIKOU.issuer,
      things: { under: LAMP_CLASS, who: TRAFFIC.who },
      oldNumber: { scheme: "asset-no", value: "ZS-0427", division: SHIJIAZHUANG.issuer },
      ended: "MA.156.3712",
      neverIssued: `${LAMP_CLASS}/999999999`,
      dataset: {
        ...{ code: DATASET, who: TRAFFIC.who, asks: HAIKOU.who },
        ...{ names: READINGS, entity: STATION },
      },
    },
    ...(options.city !== undefined && { city: describeCity(options.city) }),
    seeded: seeded(),
    process: {
      pid: process.pid,
      starts,
      started: new Date(startedMilliseconds).toISOString(),
      ready: new Date(readyMilliseconds).toISOString(),
      recovery,
    },
  };
}

function describeCity(url: string): object {
  const { issuer, names } = HAIKOU;
  const { who } = HAIKOU_MUNICIPAL;
  const lamp = `${CITY_LAMP_CLASS}/${EXAMPLE_LAMP}`;
  return { code: issuer, names, url, things: { under: CITY_LAMP_CLASS, who }, lamp };
}

const EXAMPLE_LAMP = "000042";

function introduce({ who, issuer, names }: Person): object {
  return { who, issuer, names };
}

function key({ keys }: DemoOptions, who: string): Response {
  const person = PEOPLE.find((each) => each.who === who);
  const seed = keys.seed(who);
  if (person === undefined || seed === undefined) {
    return problem({ code: "DEMO_KEY_UNKNOWN", who, known: PEOPLE.map((each) => each.who) });
  }
  const { issuer, uses } = person;
  const { alg, kid } = keys.signer(person);
  return json({ who, issuer, alg, kid: hex(kid), seed: hex(seed), uses });
}

async function attack({ attack: run }: DemoOptions, request: Request): Promise<Response> {
  const body = (await request.json().catch(() => ({}))) as { offset?: unknown } | null;
  const offset = body?.offset;
  const outcome = await run(typeof offset === "number" ? offset : undefined);
  return outcome.ok ? json(outcome.value) : problem(outcome.error);
}

/** How long the node may stay away, so that it can be seen who goes on without it. */
const MAX_PAUSE_SECONDS = 60;

async function kill(options: DemoOptions, request: Request): Promise<Response> {
  const { askToBeKilled, process: own } = options;
  const body = (await request.json().catch(() => ({}))) as { pauseSeconds?: unknown } | null;
  const pause = Number(body?.pauseSeconds ?? 0);
  if (!Number.isSafeInteger(pause) || pause < 0 || pause > MAX_PAUSE_SECONDS) {
    return problem({ code: "DEMO_PAUSE", got: pause, want: [0, MAX_PAUSE_SECONDS] });
  }
  if (askToBeKilled === undefined) return problem({ code: "DEMO_UNSUPERVISED" });
  // After the answer has left; the supervisor does the killing.
  setTimeout(() => askToBeKilled(pause * 1000), 50);
  return json({ pid: process.pid, starts: own.starts, pauseSeconds: pause }, 202);
}

const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

function json(body: object, status = 200): Response {
  return Response.json(body, { status, headers: HEADERS });
}

function problem(refused: DemoProblem): Response {
  const { code, ...facts } = refused;
  const status = STATUS[code];
  const body = { type: "about:blank", title: code, status, code, facts, remedy: REMEDY[code] };
  const headers = { ...HEADERS, "content-type": "application/problem+json" };
  return new Response(JSON.stringify(body), { status, headers });
}
