/**
 * A mail's headers as their writer sees them: folded lines joined, encoded words decoded, addresses picked out.
 *
 * It does not know which headers matter, nor what a body is.
 */

const ENCODED = /=\?([\w-]+)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=/gi;
const BETWEEN = /(\?=)\s+(?==\?)/g; // RFC 2047: white space between two encoded words is not there
const ADDRESS = /[^\s<>,;:"()]+@[^\s<>,;:"()]+/g;

/** Values by name in lower case, in their order. */
export function headersOf(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of lines.join("\n").replace(/\n(?=[ \t])/g, "").split("\n")) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$/.exec(line) ?? [];
    if (name && value) found.set(name.toLowerCase(), [...(found.get(name.toLowerCase()) ?? []), value]);
  }
  return found;
}

/** A header's value as text, in one line; one that is half typed stays as it is. */
export function decoded(value: string): string {
  const words = value.replace(BETWEEN, "$1").replace(ENCODED, (whole, charset: string, how: string, text: string) =>
    decodedWord(charset, how.toLowerCase() === "b" ? fromBase64(text) : fromQuoted(text)) ?? whole);
  return words.split(/\s+/).filter(Boolean).join(" ");
}

/** The addresses in some headers, without the names beside them. */
export function recipients(values: readonly string[]): string[] {
  return values.flatMap((value) => value.replace(/"(?:[^"\\]|\\.)*"/g, "").match(ADDRESS) ?? []);
}

function decodedWord(charset: string, octets: Uint8Array | null): string | null {
  try {
    return octets && new TextDecoder(charset, { fatal: true }).decode(octets);
  } catch {
    return null; // a charset nobody knows, or octets that are none of it
  }
}

function fromBase64(text: string): Uint8Array | null {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) : null;
}

function fromQuoted(text: string): Uint8Array {
  const plain = text.replaceAll("_", " ").replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
