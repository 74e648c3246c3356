// Keeps a page with its scripts for when there is no network. Only these: what a node says is kept by the page itself, with
// its age. A new version waits until no page of the old one is open, so that no page ever mixes files of both.

// What is used of a service worker: its types and those of the DOM do not go into one program.
type Lasting = Event & { waitUntil(work: Promise<unknown>): void };
type Fetching = Event & {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
};
declare const self: {
  readonly clients: { claim(): Promise<void> };
  addEventListener(name: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(name: "fetch", listener: (event: Fetching) => void): void;
};

/** Filled in by the build (portal/build/offline.ts). */
declare const OFFLINE: {
  /** `verify`: the page `/verify` and all below it, whose entry is `/assets/verify-….js`. */
  readonly name: string;
  /** Says the content of all files. */
  readonly version: string;
  /** Loaded with the first visit. */
  readonly files: readonly string[];
  /** Kept once they were needed: the larger decoder. */
  readonly later: readonly string[];
};

const PAGE = `/${OFFLINE.name}`;
const ENTRY = `/assets/${OFFLINE.name}-`;
const PREFIX = `cityid-${OFFLINE.name}-`;
const CACHE = PREFIX + OFFLINE.version;
const KEPT = new Set([...OFFLINE.files, ...OFFLINE.later]);

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const isPage =
    request.mode === "navigate" && (pathname === PAGE || pathname.startsWith(`${PAGE}/`));
  if (isPage) event.respondWith(fromCache(PAGE));
  else if (KEPT.has(pathname)) event.respondWith(fromCache(pathname));
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(OFFLINE.files);
  const page = await fetch(PAGE, { cache: "reload" });
  const text = await page.clone().text();
  // While the node is exchanged for a newer one, page and files may be of two builds: the browser tries again later.
  const isOurs = OFFLINE.files
    .filter((name) => name.startsWith(ENTRY))
    .every((name) => text.includes(name));
  if (!page.ok || !isOurs) throw new Error("the page is of another build");
  await cache.put(PAGE, page);
}

async function dropOld(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** A file as it was kept; one that was not is asked for and kept. */
async function fromCache(path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept !== undefined) return kept;
  const response = await fetch(path);
  if (response.ok) await cache.put(path, response.clone());
  return response;
}

export {};
