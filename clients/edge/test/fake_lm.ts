/** The twin of vectors/fake_lm.py: answers are hashes of the last four tokens, in exact fractions. It knows no meaning. */

import type { LanguageModel, Markers, Pending } from "../src/contracts.js";
import { crc32, utf8 } from "../src/ngram/crc32.js";

const NUM_CONTROL = 8;
const WORDS = `
  the a to you your I will have has any questions question please Please
  let me know thanks thank Thanks Thank for sending draft of contract and
  think that we are there could look at second out office on Friday so
  it would be great if talk before then Best regards Hi Susan Peter Anna
  find attached figures send them over Hamburg when off Cheers see th re
  pl at meeting go a again is in this not can with as been was Café`;
const vocabulary: readonly Uint8Array[] = [
  ...Array.from({ length: NUM_CONTROL }, () => new Uint8Array(0)),
  ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ...[...new Set(WORDS.trim().split(/\s+/))].map((word) => utf8(` ${word}`)),
  ...["th", "st", "Tha", "ing", "es", "caf"].map(utf8),
  Uint8Array.of(...utf8(" caf"), 0xc3), // ends inside a letter
];
const nameOf = (bytes: Uint8Array): string => bytes.join(" ");
const longest = Math.max(...vocabulary.map((token) => token.length));
const ids = new Map([...vocabulary.entries()].reverse().map(([id, token]) => [nameOf(token), id]));
const markers: Markers = { start: 0, email: 1, chat: 2, note: 3, previous: 4, subject: 5, text: 6, end: 7 };

/** Answers at once, unless a test holds its answers back. */
export class FakeLm implements LanguageModel {
  readonly name = "fake";
  readonly tokenBytes = vocabulary;
  readonly prelude = [0];
  readonly markers: Markers | null;
  speaker = "";
  readonly asked: (readonly number[])[] = [];
  readonly released: string[] = [];
  isClosed = false;

  constructor(hasMarkers: boolean) {
    this.markers = hasMarkers ? markers : null;
  }

  encode(text: string): number[] {
    const tokens: number[] = [];
    for (let rest = utf8(text); rest.length; ) {
      let length = Math.min(longest, rest.length);
      while (!ids.has(nameOf(rest.subarray(0, length)))) length--;
      tokens.push(ids.get(nameOf(rest.subarray(0, length)))!);
      rest = rest.subarray(length);
    }
    return tokens;
  }

  submit(tokens: readonly number[], { numWanted }: { session: string; numWanted: number }): Pending<Float32Array[]> {
    this.asked.push(tokens);
    return { result: this.result(this.answer(tokens, numWanted)), cancel: () => undefined };
  }

  release(session: string): void {
    this.released.push(session);
  }

  close(): void {
    this.isClosed = true;
  }

  protected result(answer: Float32Array[]): Promise<Float32Array[]> {
    return Promise.resolve(answer);
  }

  private answer(tokens: readonly number[], numWanted: number): Float32Array[] {
    return Array.from({ length: numWanted }, (_, at) => logProbsAfter(tokens.slice(0, tokens.length - numWanted + 1 + at)));
  }
}

/** What follows some tokens: control tokens hardly, bytes seldom, words often. */
function logProbsAfter(tokens: readonly number[]): Float32Array {
  const seed = crc32(new Uint8Array(Uint16Array.from(tokens.slice(-4)).buffer));
  return Float32Array.from(vocabulary, (_, id) => {
    let mixed = (seed + Math.imul(id, 0x9e3779b1)) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
    const base = id < NUM_CONTROL ? -20 : id < NUM_CONTROL + 256 ? -7 : -2;
    return base - (mixed % 256) / 16;
  });
}
