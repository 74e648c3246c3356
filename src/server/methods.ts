import type { App } from "./services.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** For `Allow`, of what can only be read. */
export const READ_METHODS = "GET, HEAD, OPTIONS";

/** Which methods a path takes, and what its route is called. */
export type Methods = {
  /** For `Allow`; `undefined` for a path that no route names. */
  allowed(path: string): string | undefined;
  /** The pattern that answers a request: a label with few values. */
  route(method: string, path: string): string;
};

export function createMethods(app: App): Methods {
  const patternOf = (method: string, path: string): string | undefined => {
    for (const [[, route]] of app.router.match(method, path)[0]) {
      if (route.path !== "*" && route.path !== "/*") return route.path;
    }
    return undefined;
  };
  return {
    allowed(path) {
      const methods = METHODS.filter((method) => patternOf(method, path) !== undefined);
      if (methods.length === 0) return undefined;
      const readable = methods[0] === "GET" ? ["GET", "HEAD", ...methods.slice(1)] : methods;
      return [...readable, "OPTIONS"].join(", ");
    },
    route: (method, path) => patternOf(method === "HEAD" ? "GET" : method, path) ?? "/<code>",
  };
}

/** Anybody's page may read what anybody may read. There are no cookies that such a page could misuse. */
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers":
    "ETag, Link, Location, Cityid-Log-Size, NGSILD-EntityMap, NGSILD-Results-Count, Retry-After, Preference-Applied",
} as const;

/** Headers of every answer. */
export function commonHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
}

/** The same for answers that are written without a `Headers`. */
export const COMMON_HEADERS: readonly string[] = [
  ...Object.entries(CORS).flat(),
  "X-Content-Type-Options",
  "nosniff",
  "Referrer-Policy",
  "no-referrer",
];

const DAY_SECONDS = 24 * 3600;

/** The answer to `OPTIONS`, a browser's question before a cross-origin request included. */
export function preflight(allow: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      Allow: allow,
      "Access-Control-Allow-Methods": allow,
      "Access-Control-Allow-Headers":
        "Accept, Authorization, Content-Digest, Content-Type, If-None-Match, Last-Event-ID, Link, NGSILD-EntityMap, NGSILD-Tenant, Prefer, Signature, Signature-Input",
      "Access-Control-Max-Age": String(DAY_SECONDS),
      "Cache-Control": "no-store",
    },
  });
}
