/**
 * The pages without a network: the shell (pages, scripts, style, icons) is kept when a version is installed, and is
 * complete or not there. Pages come from the network first, so that an update is seen at once; files under assets/ have
 * their content's hash in their names. Never kept: anything that is asked of /api or /whep, stills, and an address with a
 * query, which may hold a token. A new version waits until the old one's pages are closed.
 *
 * No imports: a service worker that is a module is younger than some phones.
 */
interface WorkerEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

interface WorkerFetchEvent extends WorkerEvent {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(response: Promise<Response>): void;
}

interface Worker extends EventTarget {
  readonly registration: ServiceWorkerRegistration;
}

/** Both are written in by the build (`vite.config.ts`). */
declare const SHELL: readonly string[];
declare const SHELL_HASH: string;

const CACHE = `perch-shell-${SHELL_HASH}`;

/** A network that says nothing for this long is none, for the one who waits for a page. */
const PAGE_TIMEOUT_MS = 4_000;

const worker = globalThis as unknown as Worker;

worker.addEventListener('install', (event) => {
  (event as WorkerEvent).waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...SHELL])));
});

worker.addEventListener('activate', (event) => {
  (event as WorkerEvent).waitUntil(activate());
});

worker.addEventListener('fetch', (event) => {
  const { request, preloadResponse } = event as WorkerFetchEvent;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    const page = pageOf(url.pathname);
    if (page !== undefined)
      (event as WorkerFetchEvent).respondWith(networkFirst(request, preloadResponse, page));
  } else if (SHELL.includes(url.pathname) && url.search === '') {
    (event as WorkerFetchEvent).respondWith(fromShell(request, url.pathname));
  }
});

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('perch-shell-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  // The page's request leaves while this worker is still starting: it costs a page no time, then.
  await worker.registration.navigationPreload?.enable();
}

/** Which of the shell's pages stands for an address. */
function pageOf(path: string): string | undefined {
  if (path === '/' || path === '/index.html') return '/';
  const [, name] = /^\/(watch|check)(?:\.html|\/[^/]*\/?)?$/u.exec(path) ?? [];
  const page = `/${name}.html`;
  return SHELL.includes(page) ? page : undefined;
}

async function networkFirst(
  request: Request,
  preloaded: Promise<Response | undefined>,
  page: string,
): Promise<Response> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PAGE_TIMEOUT_MS));
  const asked = preloaded.then((response) => response ?? fetch(request));
  const response = await Promise.race([asked, late]).catch(() => undefined);
  // A proxy answers for a server that is away.
  if (response !== undefined && response.status < 500) return response;
  return (await fromCache(page)) ?? asked;
}

/** Assets never change; the other files are small, and may. */
async function fromShell(request: Request, path: string): Promise<Response> {
  if (path.startsWith('/assets/')) return (await fromCache(path)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await fromCache(path);
    if (kept === undefined) throw error;
    return kept;
  }
}

async function fromCache(path: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(path);
}
