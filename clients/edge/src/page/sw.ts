/**
 * The service worker of a built folder: page, scripts and styles come out of the browser's cache, so it works with no network.
 *
 * `foretype edge build` puts the version and the names of the files in front of it; another version is another cache, used once no
 * page of the old one is open. Large files are the engine's own business (engine/folder.ts). It adds the headers that let a page use
 * threads, and that let its workers reach nobody else, whatever web server the folder lies on.
 */

interface Folder {
  readonly version: string;
  readonly shell: readonly string[];
  readonly connect: string; // where the page may send to
}

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(reply: Promise<Response>): void;
}

/** What a service worker has of itself; the types of windows and workers do not go together. */
interface Scope {
  readonly FOLDER: Folder;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}

const scope = self as unknown as Scope;
const HOME = scope.registration.scope;
const CACHES = `foretype shell ${HOME} `;
const CACHE = CACHES + scope.FOLDER.version;
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${scope.FOLDER.connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; "),
};

scope.addEventListener("install", (event) => event.waitUntil(keepShell()));
scope.addEventListener("activate", (event) => event.waitUntil(takeOver()));
scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && isShell(new URL(url))) event.respondWith(reply(event.request));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(scope.FOLDER.shell.map((name) => new Request(new URL(name, HOME), { cache: "no-cache" })));
}

/** Drop what older versions kept, and serve the page that is open already. */
async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(CACHES) && name !== CACHE).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** Files of the folder, but for large ones, which are asked for by their checksum. */
function isShell({ href, searchParams }: URL): boolean {
  return href.startsWith(HOME) && !searchParams.has("sha256");
}

async function reply(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  const found = kept ?? (await fetch(request));
  if (!found.body || found.type === "opaque") return found;
  const headers = new Headers(found.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}
