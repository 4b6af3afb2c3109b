/**
 * An engine's folder on a web server: its manifest, and its large files, each over the wire once.
 *
 * What was loaded is kept in the browser's cache under its checksum, unpacked, so that the next visit needs no network and little
 * time, and a new version fetches only what changed. It does not know what the files hold.
 */

import { ModelError, UnreachableError } from "../errors.js";
import { FILES, parseManifest, wantedFiles, type FileFacts, type Manifest } from "./manifest.js";
import { check, isWhole, unpacked } from "./unpack.js";

type Bytes = Uint8Array<ArrayBuffer>;

const MANIFEST = "manifest.json";
const SERVER_ERROR = 500; // and above: the web server's trouble, which may pass

/** Called as bytes come in, with how many more. */
export type OnBytes = (numBytes: number) => void;

export class Folder {
  /** Whether all files read so far are kept for the next visit; known for sure after `sweep`. */
  isKept = true;
  readonly #keeping: Promise<unknown>[] = [];
  readonly #cacheName: string;
  #unwanted: string = FILES.gpuWasm;

  private constructor(
    private readonly base: string,
    readonly manifest: Manifest,
  ) {
    this.#cacheName = `foretype data ${base}`;
  }

  /** The folder at `base`, which ends in a slash. Rejects with a ModelError where there is none. */
  static async open(base: string): Promise<Folder> {
    const where = base + MANIFEST;
    const reply = await reach(where, where, "no-cache"); // an old one beside new files would find them damaged
    const told: unknown = await reply.json().catch(() => null);
    return new Folder(base, parseManifest(told, where));
  }

  /** Bytes that reading all large files takes, of the wire or the cache. */
  get numBytes(): number {
    return this.#wanted().reduce((sum, name) => sum + this.#facts(name).num_bytes, 0);
  }

  /** The runtime for GPUs is read in place of the other. */
  useGpu(): void {
    this.#unwanted = FILES.wasm;
  }

  has(name: string): boolean {
    return name in this.manifest.files;
  }

  /** Whether a large file is kept: then it needs no network. */
  async holds(name: string): Promise<boolean> {
    const cache = this.has(name) ? await this.#cache() : null;
    return Boolean(await cache?.match(this.#addressOf(name)).catch(() => undefined));
  }

  /** The address of a file that the browser reads by itself. */
  address(name: string): string {
    return this.base + name;
  }

  /** A large file, checked and unpacked. Rejects with a ModelError; an UnreachableError when trying again may help. */
  async read(name: string, onBytes: OnBytes = () => undefined): Promise<ArrayBuffer> {
    const facts = this.#facts(name);
    const [where, address] = [this.base + name, this.#addressOf(name)];
    const cache = await this.#cache();
    const kept = await keptIn(cache, address, facts, onBytes);
    const data = await unpacked(kept ?? (await fetched(address, where, facts, onBytes)), where);
    if (!kept && cache) this.#keeping.push(this.#keep(cache, address, data)); // nobody waits for the disk
    return data;
  }

  async text(name: string, onBytes?: OnBytes): Promise<string> {
    return new TextDecoder().decode(await this.read(name, onBytes));
  }

  /** Drop kept files that no longer belong to the folder, once all that was read is kept. */
  async sweep(): Promise<void> {
    await Promise.all(this.#keeping);
    const cache = await this.#cache();
    const wanted = new Set(wantedFiles(this.manifest).map((name) => this.#facts(name).sha256));
    for (const { url } of (await cache?.keys()) ?? []) {
      if (!wanted.has(new URL(url).searchParams.get("sha256") ?? "")) await cache?.delete(url);
    }
  }

  #addressOf(name: string): string {
    return `${this.base}${name}?sha256=${this.#facts(name).sha256}`;
  }

  #wanted(): string[] {
    return wantedFiles(this.manifest).filter((name) => name !== this.#unwanted);
  }

  #facts(name: string): FileFacts {
    const facts = this.manifest.files[name];
    if (facts) return facts;
    throw new ModelError(`${this.base}${MANIFEST}: found no ${name} in it; build the folder again with "foretype edge build"`);
  }

  /** The cache, or null where the browser has none for this page. */
  async #cache(): Promise<Cache | null> {
    const isWeb = this.base.startsWith("http") && "caches" in globalThis;
    const cache = isWeb ? await caches.open(this.#cacheName).catch(() => null) : null;
    this.isKept &&= cache !== null;
    return cache;
  }

  async #keep(cache: Cache, address: string, data: ArrayBuffer): Promise<void> {
    const reply = new Response(data, { headers: { "content-type": "application/octet-stream" } }); // a copy
    await cache.put(address, reply).catch(() => (this.isKept = false)); // no room: the next visit loads it again
  }
}

/** What is kept of a file; null for nothing, or for a copy that the browser damaged, which the new one then replaces. */
async function keptIn(cache: Cache | null, address: string, facts: FileFacts, onBytes: OnBytes): Promise<Bytes | null> {
  const found = await cache?.match(address).catch(() => undefined);
  if (!found) return null;
  const data = await found.arrayBuffer().catch(() => null); // at once: three times as fast as part by part
  if (!data || !(await isWhole(new Uint8Array(data), facts))) return null;
  onBytes(facts.num_bytes); // as over the wire, though it lies there unpacked
  return new Uint8Array(data);
}

/** The file over the wire; asked for once more where some cache on the way holds a damaged one. */
async function fetched(address: string, where: string, facts: FileFacts, onBytes: OnBytes): Promise<Bytes> {
  const stored = await bytesOf(await reach(address, where), where, onBytes);
  if (await isWhole(stored, facts)) return stored;
  const again = await bytesOf(await reach(address, where, "reload"), where, () => undefined);
  await check(again, facts, where);
  return again;
}

async function reach(address: string, where: string, cache: RequestCache = "default"): Promise<Response> {
  const reply = await fetch(address, { cache }).catch(() => null);
  if (!reply) throw new UnreachableError(`${where}: no answer; is the web server there, and the network up?`);
  if (reply.ok) return reply;
  const Kind = reply.status < SERVER_ERROR ? ModelError : UnreachableError;
  throw new Kind(`${where}: found status ${reply.status}, wanted the file; copy the whole folder to the web server`);
}

async function bytesOf(reply: Response, where: string, onBytes: OnBytes): Promise<Bytes> {
  const parts: Bytes[] = [];
  const reader = reply.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value as Bytes);
      onBytes(part.value.length);
    }
  } catch {
    throw new UnreachableError(`${where}: the connection broke half way; is the network up?`);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
