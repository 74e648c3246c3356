import { Hono } from "hono";
import { LogFault } from "../data/index.ts";
import { LedgerFault } from "../ledger/index.ts";
import { createGrantsAbove, createStateAbove, type GrantsAbove } from "./above/index.ts";
import { createAccess, mountAgreements } from "./access/index.ts";
import { BodyBudget } from "./bodies/budget.ts";
import { mountCatalogue } from "./catalogue/index.ts";
import { createEntrySignatures } from "./data/entry-signatures.ts";
import {
  entryShortRoute,
  mountAggregate,
  mountData,
  mountExport,
  mountFeed,
} from "./data/index.ts";
import { createUploadRate } from "./data/upload-rate.ts";
import { mountEnrolments } from "./enrolments/index.ts";
import { createFollower } from "./following/index.ts";
import { createHotPath, createPagePath, type HotPath, type PagePath } from "./hot-path.ts";
import { createAuthentication } from "./identity/index.ts";
import { mountInbox } from "./inbox/index.ts";
import { createIngest, type Ingest } from "./ingest/index.ts";
import { MAX_BODIES_BYTES, MAX_TARGET_CHARACTERS } from "./limits.ts";
import { mountLog, servedLog } from "./log/index.ts";
import { commonHeaders, createMethods, preflight, READ_METHODS } from "./methods.ts";
import { answerNamelessPath, isNamelessPath, isNamelessTarget, mountNgsi } from "./ngsi/index.ts";
import { mountOgc } from "./ogc/index.ts";
import { mountOpenings } from "./openings/index.ts";
import { createWritePath, mountOperations, type WritePath } from "./operations/index.ts";
import { createMetrics, mountOps } from "./ops/index.ts";
import { type AppDependencies, DEFAULT_CONFIG, type ServerConfig } from "./options.ts";
import { mountPortal, mountVerifier } from "./portal/index.ts";
import type { AnyRefusal } from "./problem/index.ts";
import { createProblems, refusalOfFault, refusalOfLogFault } from "./problem/index.ts";
import { createAdmission, createClients } from "./rate/index.ts";
import {
  createRecordAnswers,
  createRecordViews,
  mountEvents,
  mountRegistry,
} from "./registry/index.ts";
import { createCodePages, createRedirects, mountResolver, readCodePath } from "./resolver/index.ts";
import { mountSeals } from "./seals/index.ts";
import type { AppContext, AppEnv, Peer, Services } from "./services.ts";
import { createShortPaths } from "./short-path.ts";
import { createState } from "./state.ts";
import { mountTokens } from "./tokens/index.ts";
import { mountValidator, mountWitness } from "./witness/index.ts";

/** The server as a function. Only `src/node` listens; tests call it as it is. */
export type Server = {
  /** Answers a request. `peer` is what the listener knows of the connection. */
  fetch(request: Request, peer?: Peer): Promise<Response>;
  /** Answers the hottest reads without building a `Request`; `undefined` for everything else. */
  readonly hot: HotPath;
  /** Makes code pages and what is asked most of datasets without one, where `hot` has none. */
  readonly page: PagePath;
  /** Takes operations, entries and entities without one; `undefined` for everything else. */
  readonly write: WritePath;
  /** Takes what comes to datasets by other ways; left out where there are none. */
  readonly ingest?: Ingest;
  /** Ends what would otherwise last: event streams, notifications. Called when the node begins to stop. */
  close(): Promise<void>;
};

/** Builds the server around a ledger. Everything else it needs is an argument too; what is not said is as in `DEFAULT_CONFIG`. */
export function createApp(
  dependencies: AppDependencies,
  options: Partial<ServerConfig> & Pick<ServerConfig, "publicUrl">,
): Server {
  const config: ServerConfig = { ...DEFAULT_CONFIG, ...options };
  const { ledger, clock, log, random, demo } = dependencies;
  const state = createState(ledger);
  const metrics = createMetrics();
  const problems = createProblems(config, dependencies);
  const views = createRecordViews(ledger, state);
  const clients = createClients(config);
  const above = grantsAbove(dependencies);
  const authentication = createAuthentication(config, {
    ...{ state, clock, random },
    ...(above && { findAbove: above.findKey }),
  });
  const { staleGrantMilliseconds } = config;
  const access = createAccess({
    ...{ ...dependencies, state, authentication, staleGrantMilliseconds },
    ...(above && { above }),
  });
  const services: Services = {
    ...dependencies,
    config,
    metrics,
    state,
    views,
    bodies: new BodyBudget(MAX_BODIES_BYTES),
    follower: createFollower({ ...dependencies, state, views }),
    authentication,
    access,
    ...(above && { above }),
    uploadRate: createUploadRate(config),
    entrySignatures: createEntrySignatures(ledger),
    clientOf: (c) => clients(c.env, c.req.header("X-Forwarded-For")),
    problem: problems.answer,
  };
  const answers = createRecordAnswers(services);
  const redirects = createRedirects(services);
  const pages = createCodePages(services);
  const admission = createAdmission(config, clients, clock);

  const app = new Hono<AppEnv>();
  mountOps(app, services);
  mountLog(app, servedLog(services), services.problem);
  mountWitness(app, services);
  mountValidator(app, services);
  const submissions = mountOperations(app, services);
  mountRegistry(app, services, answers);
  const endStreams = mountEvents(app, services);
  mountInbox(app, services);
  mountOpenings(app, services);
  mountSeals(app, services);
  mountData(app, services);
  mountAggregate(app, services);
  const endFeeds = mountFeed(app, services);
  const endExports = mountExport(app, services);
  mountAgreements(app, services);
  mountCatalogue(app, services);
  const ofFeatures = mountOgc(app, services);
  const ngsi = mountNgsi(app, services);
  mountEnrolments(app, services);
  mountTokens(app, services);
  mountVerifier(app, services);
  mountPortal(app, services);
  mountResolver(app, services, pages);
  const methods = createMethods(app);

  app.notFound((c) => {
    const isNameless = isNamelessPath(c.req.path);
    const path = isNameless ? c.req.path.replace(/\/{2,}/g, "/") : c.req.path;
    const allow = methods.allowed(path) ?? allowedOfCode(c);
    const isOfNothing =
      /\/entities\/\/|\/v1\/entities\/$/.test(c.req.path) ||
      allow?.includes(c.req.method) !== false;
    if (isNameless && isOfNothing) {
      return answerNamelessPath(config.publicUrl);
    }
    return services.problem(
      c,
      allow === undefined
        ? { code: "HTTP_NOT_FOUND", path: c.req.path }
        : { code: "HTTP_METHOD", got: c.req.method, allow },
    );
  });
  app.onError((error, c) => services.problem(c, refusalOfError(error, c.req)));

  function refusalOfError(
    error: unknown,
    { method, path }: { readonly method: string; readonly path: string },
  ): AnyRefusal {
    if (error instanceof LedgerFault) {
      log.error("ledger-fault", { fault: error.code, reaction: error.reaction });
      return refusalOfFault(error);
    }
    if (error instanceof LogFault) {
      log.error("log-fault", { fault: error.code, reaction: error.reaction });
      return refusalOfLogFault(error);
    }
    const incident = Buffer.from(random(9)).toString("base64url");
    const cause = (error instanceof Error ? error.stack : undefined) ?? String(error);
    log.error("incident", { incident, method, path, cause });
    return { code: "HTTP_INTERNAL", incident };
  }

  async function fetch(request: Request, peer: Peer = {}): Promise<Response> {
    const { pathname } = new URL(request.url);
    // The demonstration judges its visitors itself, and gives nothing to other origins.
    if (demo !== undefined && isBelow(pathname, "/demo")) return demo(request, peer);
    const begun = performance.now();
    const response = await answer(request, pathname, peer);
    commonHeaders(response.headers);
    const route = methods.route(request.method, pathname);
    metrics.request(route, response.status, performance.now() - begun);
    if (request.method !== "GET" && request.method !== "HEAD") {
      log.info("request", { method: request.method, route, status: response.status });
    }
    return response;
  }

  async function answer(request: Request, pathname: string, peer: Peer): Promise<Response> {
    const { length } = request.url;
    if (length > MAX_TARGET_CHARACTERS) {
      const refusal = {
        code: "HTTP_TARGET_SIZE",
        characters: length,
        max: MAX_TARGET_CHARACTERS,
      } as const;
      return problems.plain(request, refusal);
    }
    const wait = admission.wait(peer, request.headers.get("X-Forwarded-For") ?? undefined);
    if (wait > 0)
      return problems.plain(request, { code: "HTTP_RATE", retryAfter: wait, by: "address" });
    if (isNamelessTarget(peer.target ?? "")) return answerNamelessPath(config.publicUrl);
    if (request.method === "OPTIONS") return preflight(methods.allowed(pathname) ?? READ_METHODS);
    if (above !== undefined) {
      await access.prepare((name) => request.headers.get(name) ?? undefined);
    }
    return app.fetch(request, peer);
  }

  const page = createPagePath(pages, admission, metrics);
  const parts = { admission, problems, refusalOfError };
  const write = createWritePath({ submissions, ...parts }, services);
  const routes = [entryShortRoute(services), ...ofFeatures, ...ngsi.short];
  const short = createShortPaths(routes, parts, services);
  return {
    fetch,
    ingest: createIngest(services, ngsi.coreTerms),
    hot: createHotPath({ answers, redirects, pages }, admission, metrics),
    page: (request) => page(request) ?? short.read(request),
    write: (request) => write(request) ?? short.write(request),
    async close() {
      endStreams();
      endFeeds();
      endExports();
      await ngsi.close();
      access.close();
    },
  };
}

/** Of a ledger that was delegated out of another, and knows whom to believe there. */
function grantsAbove({ parent, clock, log }: AppDependencies): GrantsAbove | undefined {
  if (parent?.grants === undefined) return undefined;
  return createGrantsAbove(parent.code, createStateAbove(parent.grants, { clock, log }), clock);
}

/** Codes have no route of their own: they stand where the portal's pages do. */
function allowedOfCode(c: AppContext): string | undefined {
  return readCodePath(new URL(c.req.url).pathname) === undefined ? undefined : READ_METHODS;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
