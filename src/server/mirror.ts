import { Hono } from "hono";
import type { Server } from "./app.ts";
import { MAX_TARGET_CHARACTERS } from "./limits.ts";
import { mountLog, type ServedLog } from "./log/index.ts";
import { commonHeaders, createMethods, preflight } from "./methods.ts";
import { DEFAULT_CONFIG, type Log, type ServerConfig } from "./options.ts";
import { type AnyRefusal, createProblems } from "./problem/index.ts";
import { createAdmission, createClients } from "./rate/index.ts";
import type { AppEnv, Peer } from "./services.ts";

/** What serving a copy of a log needs. */
export type MirrorDependencies = {
  readonly copy: ServedLog;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
};

/** Serves a copy of a log at the same paths as the node that it is of, and nothing else. */
export function createMirrorApp(
  { copy, clock, random, log }: MirrorDependencies,
  options: Partial<ServerConfig> & Pick<ServerConfig, "publicUrl">,
): Server {
  const config: ServerConfig = { ...DEFAULT_CONFIG, ...options };
  const node = { vkeys: [], policy: "", engine: "mirror", software: "cityid" };
  const problems = createProblems(config, { node });
  const admission = createAdmission(config, createClients(config), clock);
  const app = new Hono<AppEnv>();
  mountLog(app, copy, problems.answer);
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  const methods = createMethods(app);
  app.notFound((c) => {
    const allow = methods.allowed(c.req.path);
    const refusal: AnyRefusal =
      allow === undefined
        ? { code: "HTTP_NOT_FOUND", path: c.req.path }
        : { code: "HTTP_METHOD", got: c.req.method, allow };
    return problems.answer(c, refusal);
  });
  app.onError((error, c) => {
    const incident = Buffer.from(random(9)).toString("base64url");
    log.error("incident", { incident, path: c.req.path, cause: error.stack ?? String(error) });
    return problems.answer(c, { code: "HTTP_INTERNAL", incident });
  });

  async function answer(request: Request, peer: Peer): Promise<Response> {
    const { length: characters } = request.url;
    if (characters > MAX_TARGET_CHARACTERS) {
      const max = MAX_TARGET_CHARACTERS;
      return problems.plain(request, { code: "HTTP_TARGET_SIZE", characters, max });
    }
    const retryAfter = admission.wait(peer, request.headers.get("X-Forwarded-For") ?? undefined);
    if (retryAfter > 0) {
      return problems.plain(request, { code: "HTTP_RATE", retryAfter, by: "address" });
    }
    const { pathname } = new URL(request.url);
    if (request.method === "OPTIONS") {
      return preflight(methods.allowed(pathname) ?? "GET, HEAD, OPTIONS");
    }
    return app.fetch(request, peer);
  }

  return {
    async fetch(request, peer = {}) {
      const response = await answer(request, peer);
      commonHeaders(response.headers);
      return response;
    },
    hot: () => undefined,
    page: () => undefined,
    write: () => undefined,
    close: async () => undefined,
  };
}
