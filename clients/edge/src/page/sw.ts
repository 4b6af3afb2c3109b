/**
 * The service worker of a built folder: page, scripts and styles come out of the browser's cache, so it works with no network.
 *
 * `foretype edge build` puts the version and the names of the files in front of it; another version is another cache, used once no
 * page of the old one is open. It adds the headers that let a page use threads, and that let its workers reach nobody else, whatever
 * web server the folder lies on. All else under its address is left to the network: large files, which the engine keeps
 * (engine/folder.ts), and pages that somebody put beside the folder's own.
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
const SHELL = scope.FOLDER.shell.map((name) => new URL(name, HOME).href);
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
  const address = url.replace(/[?#].*$/, "");
  if (method === "GET" && SHELL.includes(address)) event.respondWith(reply(address));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(SHELL.map(async (address) => cache.put(address, await fetched(address))));
}

/** A file as the page gets it: a new response, so that no header of the web server's makes it unfit to be kept. */
async function fetched(address: string): Promise<Response> {
  const found = await fetch(address, { cache: "no-cache" });
  if (!found.ok) throw new Error(`${address}: found status ${found.status}, wanted the file`);
  const type = found.headers.get("content-type") ?? "application/octet-stream";
  return new Response(found.body, { headers: { ...HEADERS, "content-type": type } });
}

/** Drop what older versions kept, and serve the page that is open already. */
async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(CACHES) && name !== CACHE).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** A cache that is gone stays gone: a person cleared it, or the next version did while this one had a file to bring yet. */
async function reply(address: string): Promise<Response> {
  return (await caches.match(address, { cacheName: CACHE })) ?? fetched(address);
}
