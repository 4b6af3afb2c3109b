/** Words, carets, capitals and prompts are the server's, for strings of any kind. It knows no model but the lexicon. */

import { describe, expect, test } from "vitest";
import { foldWords, lowerFirst, upperFirst } from "../../src/text/casing.js";
import { folded } from "../../src/text/folding.js";
import { crc32, utf8 } from "../../src/ngram/crc32.js";
import { comparePoints, isAlnum, isAlpha, isBlank, isDigits, isUpper } from "../../src/text/letters.js";
import { contextWords, previousEnd, recent, subjectStart } from "../../src/text/prompt.js";
import { joinWords, readCaret, splitWords } from "../../src/text/words.js";
import { background, vectors } from "../vectors.js";
import type { TextVectors } from "../forms.js";

const { splits, cases, ids, ranges, lower, prompts, letters } = vectors<TextVectors>("text.json.gz");
const isLower = (word: string): boolean => background.isLower(word);

/** The beginnings of a text as the server cuts them: between code points, and between halves of a pair that it has as two. */
function beginnings(text: string): string[] {
  return ["", ...[...text].map((_, at, letters) => letters.slice(0, at + 1).join(""))];
}

describe.each(splits)("$text", ({ text, words, joined, folded: small, carets }) => {
  test("is cut into the same words, which join to the same text", () => {
    expect(splitWords(text)).toEqual(words);
    expect(joinWords(words)).toBe(joined);
    expect(foldWords(words, isLower)).toEqual(small);
  });

  test("has the same word under the caret at every place", () => {
    const found = beginnings(text).map((before) => {
      const caret = readCaret(before);
      return [caret.typed, caret.spaceDue, caret.afterSpace, caret.words.length, ...caret.words.slice(-1)];
    });
    expect(found).toEqual(carets);
  });
});

test("capitals come and go, and words fold, as on the server", () => {
  expect(cases.map(([word]) => [word, lowerFirst(word), upperFirst(word), folded(word)])).toEqual(cases);
});

test("words have the server's ids, known or strange", () => {
  expect(ids.map(([word]) => [word, background.lexicon.id(word)])).toEqual(ids);
  expect(ranges.map(([prefix]) => [prefix, ...background.lexicon.prefixRange(prefix)])).toEqual(ranges);
  expect(lower.map(([word]) => [word, isLower(word)])).toEqual(lower);
});

test("a language model reads the same parts of what stands around", () => {
  const found = prompts.map(({ text }) => ({
    text,
    recent: recent(text),
    previous: previousEnd(text),
    subject: subjectStart(text),
    context: contextWords({ kind: "email", previous: [...text].slice(0, 90).join(""), subject: [...text].slice(-90).join("") }),
  }));
  expect(found).toEqual(prompts);
});

test("words sort by code point, where UTF-16 would sort otherwise", () => {
  const words = ["\u{10000}", "\uffff", "\ue000", "\ud7ff", "a\u{1f600}", "a", "ab"];
  expect(words.sort(comparePoints)).toEqual(["a", "ab", "a\u{1f600}", "\ud7ff", "\ue000", "\uffff", "\u{10000}"]);
});

test("a line may have more words than a call takes arguments", () => {
  expect(splitWords("a ".repeat(300_000))).toHaveLength(300_000);
});

test("every letter of Unicode 14 is of the server's kind, and folds as there", () => {
  const there = letters.ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)),
  );
  const sum = (texts: readonly string[]): number => crc32(utf8(texts.join("\n")));
  const kinds = { alpha: isAlpha, alnum: isAlnum, blank: isBlank, digit: isDigits, upper: isUpper };
  const found = Object.entries(kinds).map(([name, holds]) => [name, sum(there.filter(holds))]);
  expect(Object.fromEntries(found)).toEqual(letters.classes);
  expect(sum(there.map(folded))).toBe(letters.folds);
});
