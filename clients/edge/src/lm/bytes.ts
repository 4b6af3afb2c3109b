/** GPT-2's alphabet: every byte as a visible character, as byte-level vocabularies spell their tokens. It knows no tokens. */

const VISIBLE: readonly (readonly [number, number])[] = [[0x21, 0x7e], [0xa1, 0xac], [0xae, 0xff]];

/** Character of each byte: visible ones stand for themselves, U+0100 and those after it for the rest. */
export const CHARACTERS: readonly string[] = characters();

const BYTES: ReadonlyMap<string, number> = new Map(CHARACTERS.map((character, byte) => [character, byte]));
const ENCODER = new TextEncoder();

/** The bytes that `token` spells; one with other characters, which was added by hand, is spelled as it is. */
export function bytesOf(token: string): Uint8Array {
  const bytes = Array.from(token, (character) => BYTES.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : ENCODER.encode(token);
}

function characters(): string[] {
  let hidden = 0;
  const isVisible = (byte: number): boolean => VISIBLE.some(([first, last]) => byte >= first && byte <= last);
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : 256 + hidden++));
}
