/** Secrets, phrases, cuts and exports are the server's. It does not know where messages are kept. */

import { expect, test } from "vitest";
import * as cues from "../../src/personal/cues.js";
import { exported, messageOf, rowOf } from "../../src/personal/messages.js";
import { cutPhrase, findPhrases } from "../../src/personal/phrases.js";
import { dropSecrets } from "../../src/personal/secrets.js";
import { splitWords } from "../../src/text/words.js";
import type { TextVectors } from "../forms.js";
import { background, vectors } from "../vectors.js";

const { cues: listed, secrets, phrases, said, exported: asJson, cuts } = vectors<TextVectors>("text.json.gz");
const messages = said.map(([sentS, words]) => ({ sentS, words }));

test("the lists of words that announce secrets are the same", () => {
  expect(Object.keys(cues).sort()).toEqual(Object.keys(listed).sort());
  for (const [name, words] of Object.entries(cues)) expect([...words].sort(), name).toEqual([...listed[name]!].sort());
});

test.each(secrets)("the same is refused of: %s", (text, kept, numRefused) => {
  expect(dropSecrets(splitWords(text))).toEqual({ kept, numRefused });
});

test("the same phrases are found, in the same order", () => {
  const found = findPhrases(messages, (word) => background.lexicon.knows(word));
  expect(found.map(({ text, count, lastS, words }) => [text, count, lastS, words])).toEqual(phrases);
});

test.each(cuts)("the same is left without: %s", (phrase, numCut, kept) => {
  const found = cutPhrase(messages, splitWords(phrase));
  expect([found.numCut, found.kept.map(({ sentS, words }) => [sentS, words])]).toEqual([numCut, kept]);
});

test("an export reads the same, and a row gives its message back", () => {
  expect(exported("u1", messages)).toEqual(asJson);
  expect(messages.map(rowOf).map(messageOf)).toEqual(messages);
});
