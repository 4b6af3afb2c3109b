/** Look-ups in the packaged counts and in a memory are the server's. It does not know what is made of them. */

import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { openBackground } from "../../src/ngram/automaton.js";
import { Memory } from "../../src/ngram/memory.js";
import { splitWords } from "../../src/text/words.js";
import type { CountVectors } from "../forms.js";
import { background, packaged, vectors } from "../vectors.js";

const { asked, prefixes, limits, contexts, learned, memory: wanted } = vectors<CountVectors>("counts.json.gz");
const { lexicon } = background;
const ranges = prefixes.map((prefix) => lexicon.prefixRange(prefix));

describe.each(contexts)("behind $words", ({ words, matches }) => {
  const found = background.match(lexicon.ids(words));

  test("the same contexts are known, with the same masses", () => {
    expect(found.map(({ order, places }) => [order, ...(order ? places : [0, lexicon.size])])).toEqual(matches.map(({ at }) => at));
    found.forEach((match, at) => {
      expect(match.gamma).toBeCloseTo(matches[at]!.gamma, 12);
      expect(match.evidence / matches[at]!.evidence).toBeCloseTo(1, 12);
    });
  });

  test("words have the same probability, and the same ones come first", () => {
    found.forEach((match, at) => {
      expect([...background.alphas(match, lexicon.ids(asked))]).toEqual(matches[at]!.alphas);
      const tops = ranges.flatMap((range) => limits.map((limit) => background.top(match, range, limit).sort((a, b) => a - b)));
      expect(tops).toEqual(matches[at]!.tops);
      ranges.forEach((range, column) => {
        expect(background.rangeAlpha(match, range)).toBeCloseTo(matches[at]!.masses[column]!, 12);
      });
    });
  });
});

test("a memory tells what followed, with the server's ids and counts", () => {
  const memory = new Memory(lexicon);
  for (const text of learned) memory.learnOne(splitWords(text));
  expect(memory.length).toBe(wanted.tokens);
  expect(memory.strange).toEqual(wanted.strange);
  expect(wanted.begins.map(([prefix]) => [prefix, memory.strangeWithPrefix(prefix)])).toEqual(wanted.begins);
  const follows = wanted.follows.map(([words]) => [
    words,
    memory.follows(lexicon.ids(words), 4).map(({ ids, counts, total }) => [[...ids], [...counts], total]),
  ]);
  expect(follows).toEqual(wanted.follows);
});

describe("a background file is refused", () => {
  const whole = packaged("background.ngram");

  test.each([
    ["that is truncated", whole.slice(0, whole.byteLength - 64), "truncated"],
    ["that is another file", new TextEncoder().encode("PK and so on and so on").buffer, "no file of foretype"],
    ["that is empty", new ArrayBuffer(0), "no file of foretype"],
    ["of another format", changed(whole, 8, 9), "format 9"],
    ["whose header is damaged", changed(whole, 20, 0), "header is damaged"],
  ])("%s", (_, buffer, why) => {
    expect(() => openBackground(buffer as ArrayBuffer)).toThrow(ModelError);
    expect(() => openBackground(buffer as ArrayBuffer)).toThrow(why);
  });

  test("whose checksum differs, for whoever asks to check", () => {
    expect(() => openBackground(changed(whole, whole.byteLength - 200, 7), { check: true })).toThrow("checksum differs");
  });
});

function changed(buffer: ArrayBuffer, at: number, value: number): ArrayBuffer {
  const copy = buffer.slice(0);
  new Uint8Array(copy)[at] = value;
  return copy;
}
