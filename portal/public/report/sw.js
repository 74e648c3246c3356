// Lets /report/ open without a network: its page and the files that the page names. What is asked of the node is never kept.
const CACHE = "cityid-report-1";
const PAGE = "/report/";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(PAGE)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(event.data)));
});
addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") {
    event.respondWith(
      fetch(event.request)
        .then(async (answer) => {
          if (answer.ok) await caches.open(CACHE).then((cache) => cache.put(PAGE, answer.clone()));
          return answer;
        })
        .catch(() => caches.match(PAGE)),
    );
  } else if (pathname.startsWith("/assets/")) {
    // Their names hold a hash of what is in them.
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
