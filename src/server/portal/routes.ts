import { answer, asBody, IMMUTABLE, REVALIDATE } from "../http/answer.ts";
import { isNoneMatch } from "../http/etag.ts";
import { PAGE_ICON, PAGE_ICON_PATH, PAGE_STYLE, PAGE_STYLE_PATH } from "../pages/index.ts";
import type { App, AppContext, Services } from "../services.ts";
import type { StaticFile } from "./static-files.ts";

/** Scripts and styles of our own, nothing inline, nobody else's anything. */
function portalPolicy(connectTo: readonly string[]): string {
  const connect = ["'self'", ...connectTo].join(" ");
  return (
    `default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src ${connect}; ` +
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
  );
}

/** A day: its name does not say its content. */
const ICON_CACHING = "public, max-age=86400";

/** The portal's files; its one page answers for every path of its own router. */
export function mountPortal(app: App, { portal, config }: Services): void {
  app.get(PAGE_STYLE_PATH, () => {
    const headers = { "Content-Type": "text/css; charset=utf-8", "Cache-Control": IMMUTABLE };
    return new Response(PAGE_STYLE, { headers });
  });
  // What is no page, such as a record as JSON, cannot name its icon: a browser then asks for the other name.
  for (const path of [PAGE_ICON_PATH, "/favicon.ico"]) {
    app.get(path, (c) => answer(c, PAGE_ICON, { type: "image/svg+xml", caching: ICON_CACHING }));
  }
  if (portal === undefined) return;
  const policy = portalPolicy(config.connectTo);

  app.get("*", async (c, next) => {
    const { path } = c.req;
    const file = portal.get(path) ?? pageAt(path);
    return file === undefined ? next() : answerFile(c, file, policy);
  });

  /** The portal's one page, or the page that phones report with: small, without the portal's libraries. */
  function pageAt(path: string): StaticFile | undefined {
    if (path === "/report" || path.startsWith("/report/")) return portal?.get("/report.html");
    return isRoute(path) ? portal?.get("/index.html") : undefined;
  }

  function isRoute(path: string): boolean {
    // Nothing is below the first page: two slashes are no path of ours.
    const isBelow = (route: string) => route !== "/" && path.startsWith(`${route}/`);
    return config.portalRoutes.some((route) => path === route || isBelow(route));
  }
}

/** One file of ours, compressed for who takes it. */
export function answerFile(
  c: AppContext,
  file: StaticFile,
  policy: string = portalPolicy([]),
): Response {
  const { bytes, gzipped, type, etag, isHashed } = file;
  const isZipped = gzipped !== undefined && /\bgzip\b/.test(c.req.header("Accept-Encoding") ?? "");
  const headers = {
    // A weak tag: the same file, compressed or not.
    ETag: `W/${etag}`,
    "Cache-Control": isHashed ? IMMUTABLE : REVALIDATE,
    "Content-Security-Policy": policy,
    Vary: "Accept-Encoding",
  };
  if (isNoneMatch(c.req.header("If-None-Match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(asBody(isZipped ? gzipped : bytes), {
    headers: { ...headers, "Content-Type": type, ...(isZipped && { "Content-Encoding": "gzip" }) },
  });
}
