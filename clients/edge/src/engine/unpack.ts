/**
 * Bytes as they were before they were packed, and whether they are the right ones.
 *
 * Whether bytes are gzip is seen by their first two, for a web server may have unpacked them on the way. It does not know where
 * they come from.
 */

import { ModelError } from "../errors.js";
import type { FileFacts } from "./manifest.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes unpacked, if they are packed; they are moved, not copied. Rejects with a ModelError for damaged ones. */
export async function unpacked(stored: Bytes, where: string): Promise<ArrayBuffer> {
  if (!isPacked(stored)) return whole(stored);
  const { readable, writable } = new DecompressionStream("gzip");
  const writing = written(writable.getWriter(), stored);
  writing.catch(() => undefined); // the other end tells
  try {
    return await new Response(readable).arrayBuffer();
  } catch {
    throw new ModelError(`${where}: damaged on the way (it cannot be unpacked); load the page again`);
  }
}

/** Rejects with a ModelError unless the bytes are those of the manifest, as they lie there or unpacked on the way. Where the
 *  browser computes no checksums (a page that came over plain http from another machine) sizes and gzip's own checksum have to do. */
export async function check(stored: Bytes, facts: FileFacts, where: string): Promise<void> {
  const fault = await faultOf(stored, facts);
  if (fault) throw new ModelError(`${where}: ${fault}, copy the folder to the web server again`);
}

export const isWhole = async (stored: Bytes, facts: FileFacts): Promise<boolean> => !(await faultOf(stored, facts));

async function faultOf(stored: Bytes, facts: FileFacts): Promise<string | null> {
  const isUnpacked = stored.length === facts.num_unpacked && !isPacked(stored);
  if (!isUnpacked && stored.length !== facts.num_bytes) {
    return `found ${stored.length} bytes, wanted ${facts.num_bytes}; the folder is incomplete or changed on the way`;
  }
  const wanted = isUnpacked ? facts.sha256_unpacked : facts.sha256;
  const digest = await globalThis.crypto.subtle?.digest("SHA-256", stored);
  const found = digest ? hex(new Uint8Array(digest)) : wanted;
  return found === wanted ? null : `found checksum ${found.slice(0, 12)}, wanted ${wanted.slice(0, 12)}; the file is damaged`;
}

/** All in one piece, which takes two thirds of the time that a stream of pieces takes. */
async function written(writer: WritableStreamDefaultWriter<Bytes>, stored: Bytes): Promise<void> {
  await writer.write(stored);
  await writer.close();
}

const isPacked = (stored: Bytes): boolean => stored[0] === 0x1f && stored[1] === 0x8b;

function whole(bytes: Bytes): ArrayBuffer {
  const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return isWhole ? bytes.buffer : bytes.slice().buffer;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
