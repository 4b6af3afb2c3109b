/** CRC-32 (IEEE 802.3) and UTF-8 as the server hashes words with them. It does not know what is hashed. */

import { withoutHalves } from "../text/letters.js";

const encoder = new TextEncoder();
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let found = byte;
  for (let bit = 0; bit < 8; bit++) found = (found >>> 1) ^ (found & 1 ? 0xedb88320 : 0);
  return found >>> 0;
});

/** Bytes of a text; half a surrogate pair, which UTF-8 cannot write, counts as "?". */
export const utf8 = (text: string): Uint8Array => encoder.encode(withoutHalves(text));

export function crc32(bytes: Uint8Array): number {
  let found = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) found = (found >>> 8) ^ table[(found ^ bytes[at]!) & 0xff]!;
  return (found ^ 0xffffffff) >>> 0;
}
