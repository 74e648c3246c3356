import { answer, asBody, IMMUTABLE, REVALIDATE } from "../http/answer.ts";
import { takesGzip } from "../http/compressed.ts";
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

/** Pages with files and rights of their own; every other path of the portal is answered by its one page. docs/adr/0053. */
const OWN_PAGES: { readonly [route: string]: { readonly file: string; readonly rights: string } } =
  {
    "/verify": { file: "/verify.html", rights: "camera=(self), geolocation=(self)" },
    "/report": { file: "/report.html", rights: "camera=(), geolocation=(self)" },
  };

/** What the other pages may not do: nothing of it is needed there. */
const NO_RIGHTS = "camera=(), geolocation=()";

/** The larger decoder of plates compiles WebAssembly, in a thread of its own that has this policy and can reach nobody but us. */
const WASM_WORKER = /^\/assets\/large-worker-[A-Za-z0-9_-]{8}\.js$/;
const WASM_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

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
    const page = pageOf(path);
    const file = portal.get(path) ?? (page && portal.get(page.file));
    if (file === undefined) return next();
    const response = answerFile(c, file, WASM_WORKER.test(path) ? WASM_POLICY : policy);
    const isPage = file.type.startsWith("text/html");
    if (isPage) response.headers.set("Permissions-Policy", page?.rights ?? NO_RIGHTS);
    return response;
  });

  /** The page that answers for a path of the portal's router. */
  function pageOf(path: string): { readonly file: string; readonly rights: string } | undefined {
    if (!isRoute(path)) return undefined;
    const own = Object.entries(OWN_PAGES).find(([route]) => isAt(path, route));
    return own?.[1] ?? { file: "/index.html", rights: NO_RIGHTS };
  }

  function isRoute(path: string): boolean {
    return config.portalRoutes.some((route) => isAt(path, route));
  }
}

/** Nothing is below the first page: two slashes are no path of ours. */
function isAt(path: string, route: string): boolean {
  return path === route || (route !== "/" && path.startsWith(`${route}/`));
}

/** One file of ours, compressed for who takes it. */
export function answerFile(
  c: AppContext,
  file: StaticFile,
  policy: string = portalPolicy([]),
): Response {
  const { bytes, gzipped, type, etag, isHashed } = file;
  const isZipped = gzipped !== undefined && takesGzip(c);
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
