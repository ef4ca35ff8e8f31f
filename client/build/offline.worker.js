// Keeps the page itself in the browser, so that it opens while the server is away: the files of one build, nothing else.
// What the server says (`/api`, `/transcribe`, metrics) never passes through here.

const VERSION = '%VERSION%';
const FILES = new Set('%FILES%'.split(' '));
const NAME = `alfavoice.page.${VERSION}`;
/** A server that says nothing for so long counts as away. */
const PATIENCE_MS = 3000;

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(
    caches.open(NAME).then((cache) => cache.addAll([...FILES].map((path) => new Request(path, { cache: 'no-cache' })))),
  );
});

addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('alfavoice.page.') && name !== NAME).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin || !FILES.has(pathname)) return;
  // Names of assets change with their content. Everything else is asked for first, so that no old page is shown while the
  // server has a newer one.
  event.respondWith(pathname.startsWith('/assets/') ? kept(pathname).then((known) => known ?? fetch(request)) : newest(request, pathname));
});

function kept(path) {
  return caches.open(NAME).then((cache) => cache.match(path));
}

async function newest(request, path) {
  const known = await kept(path);
  try {
    const answer = await fetch(request, known ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    // A proxy that answers for a server that is away.
    return answer.status >= 502 && known ? known : answer;
  } catch (error) {
    if (known) return known;
    throw error;
  }
}
