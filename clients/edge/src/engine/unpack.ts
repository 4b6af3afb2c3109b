/**
 * Bytes as they were before they were packed, and whether they are the right ones.
 *
 * Whether bytes are gzip is seen by their first two, for a web server may have unpacked them on the way. It does not know where
 * they come from.
 */

import { ModelError } from "../errors.js";
import type { FileFacts } from "./manifest.js";

/** The bytes unpacked, if they are packed; they are moved, not copied. Rejects with a ModelError for damaged ones. */
export async function unpacked(stored: Uint8Array<ArrayBuffer>, where: string): Promise<ArrayBuffer> {
  if (stored[0] !== 0x1f || stored[1] !== 0x8b) return whole(stored);
  try {
    const stream = new Blob([stored]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(stream).arrayBuffer();
  } catch {
    throw new ModelError(`${where}: damaged on the way (it cannot be unpacked); load the page again`);
  }
}

/** Rejects with a ModelError unless the bytes are those of the manifest. Where the browser computes no checksums (a page that
 *  came over plain http from another machine) sizes and gzip's own checksum have to do. */
export async function check(stored: Uint8Array<ArrayBuffer>, facts: FileFacts, where: string): Promise<void> {
  if (stored.length !== facts.num_bytes) {
    const sizes = `found ${stored.length} bytes, wanted ${facts.num_bytes}`;
    throw new ModelError(`${where}: ${sizes}; the folder is incomplete or changed on the way, copy it to the web server again`);
  }
  const digest = await globalThis.crypto.subtle?.digest("SHA-256", stored);
  const found = digest && hex(new Uint8Array(digest));
  if (found && found !== facts.sha256) {
    const sums = `found checksum ${found.slice(0, 12)}, wanted ${facts.sha256.slice(0, 12)}`;
    throw new ModelError(`${where}: ${sums}; the file is damaged, copy the folder to the web server again`);
  }
}

function whole(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return isWhole ? bytes.buffer : bytes.slice().buffer;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
