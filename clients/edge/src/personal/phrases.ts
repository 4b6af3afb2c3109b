/**
 * What a person can read of their memory: phrases they repeat, and words only they use.
 *
 * Derived from the messages each time, nothing is kept for it. A phrase is two to five words in a row, unbroken by marks and
 * lines. Long phrases come first and hide their own parts: a part is listed only where it also stands by itself, at least
 * twice. It does not know where messages come from.
 */

import { folded } from "../text/folding.js";
import { comparePoints, hasAlpha, numPoints } from "../text/letters.js";
import { isWord, joinWords } from "../text/words.js";
import type { Message } from "./messages.js";
import { BOUNDARY } from "./secrets.js";

const MAX_WORDS = 5; // as long as the n-grams look back; a longer sequence shows as several
const MIN_COUNT = 2;
const LEAD_KEYS = 4; // three letters and Tab: what a suggestion costs

/** A sequence of words as it shows, how often it was written, and when last (unix seconds). */
export interface Phrase {
  readonly text: string;
  readonly count: number;
  readonly lastS: number;
  readonly words: number;
}

/** All messages end to end. `codes` is 0 for what is no word; `owner` is the message of each token. */
interface Text {
  readonly words: readonly string[];
  readonly codes: readonly number[];
  readonly owner: readonly number[];
}

/** Where a sequence of so many words stands. */
interface Sequence {
  readonly numWords: number;
  readonly places: readonly number[];
}

/** Repeated phrases, and every single word that `knows` does not; those that save most keys first. */
export function findPhrases(messages: readonly Message[], knows: (word: string) => boolean): Phrase[] {
  const text = flatten(messages);
  const phrases = [...repeated(text), ...strange(text, knows)].map((sequence) => phraseOf(text, messages, sequence));
  return phrases.sort((left, right) => savedKeys(right) - savedKeys(left) || comparePoints(left.text, right.text));
}

/**
 * Messages without `words` in a row (in any case of letters), and how often they stood there. A boundary takes their place.
 * Messages of which no word is left are dropped.
 */
export function cutPhrase(messages: readonly Message[], words: readonly string[]): { kept: Message[]; numCut: number } {
  const wanted = words.map(folded);
  const cuts = messages.map((message) => ({ message, ...cut(message.words, wanted) }));
  return {
    kept: cuts
      .filter(({ left }) => left.some(isWord))
      .map(({ message, left, count }) => (count ? { ...message, words: left } : message)),
    numCut: cuts.reduce((sum, { count }) => sum + count, 0),
  };
}

function cut(words: readonly string[], wanted: readonly string[]): { left: string[]; count: number } {
  const small = words.map(folded);
  const left: string[] = [];
  let count = 0;
  for (let at = 0; at < words.length; ) {
    const isHere = wanted.every((word, offset) => small[at + offset] === word);
    left.push(isHere ? BOUNDARY : words[at]!);
    count += isHere ? 1 : 0;
    at += isHere ? wanted.length : 1;
  }
  return { left, count };
}

function flatten(messages: readonly Message[]): Text {
  const words: string[] = [];
  const owner: number[] = [];
  messages.forEach((message, number) => {
    for (const word of [...message.words, "\n"]) { // the break keeps messages apart
      words.push(word);
      owner.push(number);
    }
  });
  const codeOf = new Map([...new Set(words.filter(isWord))].map((word, at) => [word, at + 1]));
  return { words, codes: words.map((word) => codeOf.get(word) ?? 0), owner };
}

function repeated(text: Text): Sequence[] {
  const covered = new Uint8Array(text.codes.length);
  return grams(text.codes)
    .reverse()
    .filter(({ numWords, places }) => {
      const numCovered = (place: number): number =>
        covered.subarray(place, place + numWords).reduce((sum, each) => sum + each, 0);
      const alone = places.filter((place) => numCovered(place) * 2 < numWords);
      if (alone.length < MIN_COUNT) return false;
      for (const place of places) covered.fill(1, place, place + numWords);
      return true;
    });
}

/** Places of every repeated n-gram, shorter ones first, and among equals rarer ones first. */
function grams(codes: readonly number[]): Sequence[] {
  const found: Sequence[] = [];
  let groups = codes; // of the n-gram that starts at each place, 0 for none
  for (let numWords = 2; numWords <= MAX_WORDS; numWords++) {
    const often = repeatedPairs(groups);
    const next = new Array<number>(codes.length).fill(0);
    often.forEach((places, at) => places.forEach((place) => (next[place] = at + 1)));
    groups = next;
    const ordered = [...often].sort((left, right) => left.length - right.length || right[0]! - left[0]!);
    found.push(...ordered.map((places) => ({ numWords, places })));
  }
  return found;
}

/** Places of every pair of neighbouring groups that stands at least twice. */
function repeatedPairs(groups: readonly number[]): number[][] {
  const pairs = new Map<number, number[]>();
  const size = groups.reduce((most, group) => Math.max(most, group), 0) + 1;
  for (let at = 0; at + 1 < groups.length; at++) {
    if (!groups[at] || !groups[at + 1]) continue;
    addTo(pairs, groups[at]! * size + groups[at + 1]!, at);
  }
  return [...pairs.values()].filter((places) => places.length >= MIN_COUNT);
}

function addTo<Key>(places: Map<Key, number[]>, key: Key, at: number): void {
  const found = places.get(key);
  if (found) found.push(at);
  else places.set(key, [at]);
}

function strange(text: Text, knows: (word: string) => boolean): Sequence[] {
  const places = new Map<string, number[]>();
  text.words.forEach((word, at) => {
    if (text.codes[at] && !knows(word) && hasAlpha(word)) addTo(places, word, at);
  });
  return [...places.values()].map((found) => ({ numWords: 1, places: found }));
}

const savedKeys = ({ text, count }: Phrase): number => count * (numPoints(text) - LEAD_KEYS);

function phraseOf(text: Text, messages: readonly Message[], { numWords, places }: Sequence): Phrase {
  const [first] = places as readonly [number, ...number[]];
  const lastS = places.reduce((last, place) => Math.max(last, messages[text.owner[place]!]!.sentS), -Infinity);
  return { text: joinWords(text.words.slice(first, first + numWords)), count: places.length, lastS, words: numWords };
}
