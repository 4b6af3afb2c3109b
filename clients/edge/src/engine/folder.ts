/**
 * An engine's folder on a web server: its manifest, and its large files, each over the wire once.
 *
 * What was loaded is kept in the browser's cache under its checksum, so that the next visit needs no network and a new version
 * fetches only what changed. It does not know what the files hold.
 */

import { ModelError } from "../errors.js";
import { parseManifest, wantedFiles, type FileFacts, type Manifest } from "./manifest.js";
import { check, unpacked } from "./unpack.js";

const MANIFEST = "manifest.json";

/** Called as bytes come in, with how many more. */
export type OnBytes = (numBytes: number) => void;

export class Folder {
  /** Whether all files read so far are kept for the next visit. */
  isKept = true;
  readonly #cacheName: string;

  private constructor(
    private readonly base: string,
    readonly manifest: Manifest,
  ) {
    this.#cacheName = `foretype data ${base}`;
  }

  /** The folder at `base`, which ends in a slash. Rejects with a ModelError where there is none. */
  static async open(base: string): Promise<Folder> {
    const where = base + MANIFEST;
    const reply = await reach(where, where);
    const told: unknown = await reply.json().catch(() => null);
    return new Folder(base, parseManifest(told, where));
  }

  /** Bytes that reading all large files takes, of the wire or the cache. */
  get numBytes(): number {
    return wantedFiles(this.manifest).reduce((sum, name) => sum + this.#facts(name).num_bytes, 0);
  }

  has(name: string): boolean {
    return name in this.manifest.files;
  }

  /** The address of a file that the browser reads by itself. */
  address(name: string): string {
    return this.base + name;
  }

  /** A large file, checked and unpacked. Rejects with a ModelError. */
  async read(name: string, onBytes: OnBytes = () => undefined): Promise<ArrayBuffer> {
    const facts = this.#facts(name);
    const address = `${this.base}${name}?sha256=${facts.sha256}`;
    const cache = await this.#cache();
    const kept = await cache?.match(address).catch(() => undefined);
    const stored = await bytesOf(kept ?? (await reach(address, this.base + name)), onBytes);
    try {
      await check(stored, facts, this.base + name);
    } catch (error) {
      if (!kept) throw error;
      await cache?.delete(address);
      return this.read(name, onBytes);
    }
    if (!kept) await this.#keep(cache, address, stored);
    return unpacked(stored, this.base + name);
  }

  async text(name: string, onBytes?: OnBytes): Promise<string> {
    return new TextDecoder().decode(await this.read(name, onBytes));
  }

  /** Drop kept files that no longer belong to the folder. */
  async sweep(): Promise<void> {
    const cache = await this.#cache();
    const wanted = new Set(wantedFiles(this.manifest).map((name) => this.#facts(name).sha256));
    for (const { url } of (await cache?.keys()) ?? []) {
      if (!wanted.has(new URL(url).searchParams.get("sha256") ?? "")) await cache?.delete(url);
    }
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

  async #keep(cache: Cache | null, address: string, stored: Uint8Array<ArrayBuffer>): Promise<void> {
    const kept = cache?.put(address, new Response(stored, { headers: { "content-type": "application/octet-stream" } }));
    await kept?.catch(() => (this.isKept = false)); // no room: the next visit loads it again
  }
}

async function reach(address: string, where: string): Promise<Response> {
  const reply = await fetch(address).catch(() => null);
  if (!reply) throw new ModelError(`${where}: no answer; is the web server there, and the network up?`);
  if (reply.ok) return reply;
  throw new ModelError(`${where}: found status ${reply.status}, wanted the file; copy the whole folder to the web server`);
}

async function bytesOf(reply: Response, onBytes: OnBytes): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = reply.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    parts.push(part.value as Uint8Array<ArrayBuffer>);
    onBytes(part.value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
