// The page's pure parts: words and their sources, reasons, settings, counts.
import assert from "node:assert/strict";
import { test } from "node:test";

const STATIC = new URL("../../src/foretype/serve/static/", import.meta.url);
const from = (name) => import(new URL(name, STATIC));
const { pieces, wordsOf } = await from("origin.js");
const { reasonFor } = await from("reasons.js");
const { readSettings } = await from("settings.js");
const { finished, percent, readTally, took } = await from("tally.js");

const there = { enabled: true, focused: true, composing: false, held: false, start: 2, end: 2, asking: null, latest: null };

function browserKeeps(text) {
  const kept = new Map(text === null ? [] : [["foretype.settings", text], ["foretype.keys-saved", text]]);
  globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("pieces are as many as the probabilities where text allows it", () => {
  assert.deepEqual(pieces("the report. ", 2), ["the", "report."]);
  assert.deepEqual(pieces("the report. ", 3), ["the", "report", "."]);
});

test("a word begun is shown whole, with what of it stands in the text", () => {
  const suggestion = { text: "nding it. ", confidence: 0.5, sources: { lm: 1 }, word_confidences: [0.8, 0.6] };
  const words = wordsOf({ base: "Thanks for se", suggestions: [suggestion], index: 0, done: 2 });
  assert.deepEqual(words.map(({ there, grey, sure }) => [there, grey, sure]), [["send", "ing", 0.8], ["", "it.", 0.6]]);
  assert.deepEqual(words.map(({ origin }) => origin), [{ lm: 1 }, { lm: 1 }]);
  const after = { text: ", Susan", confidence: 0.4, word_confidences: [0.5] };
  const named = wordsOf({ base: "Hi", suggestions: [after], index: 0, done: 0 });
  assert.deepEqual(named.map(({ grey, sure }) => [grey, sure]), [["Susan", 0.5]]);
});

test("every silence is told in words, an unknown one too", () => {
  assert.match(reasonFor({ ...there, latest: { answer: { silence: "unsure" }, ms: 3 } }), /sure/);
  assert.match(reasonFor({ ...there, latest: { answer: { silence: "odd" }, ms: 3 } }), /odd/);
  assert.equal(reasonFor(there, "Nobody is there."), "Nobody is there.");
  assert.match(reasonFor({ ...there, enabled: false }), /switched off/);
});

test("broken or foreign settings become the defaults", () => {
  const defaults = { user: "me", suggest: true };
  const kept = (text) => (browserKeeps(text), readSettings(defaults));
  assert.deepEqual([kept("{not json"), kept(null), kept("null")], [defaults, defaults, defaults]);
  assert.deepEqual(kept('{"suggest": "yes", "user": "ann"}'), { user: "ann", suggest: true });
});

test("where storage is refused the defaults hold", () => {
  globalThis.localStorage = { getItem: () => { throw new Error("refused"); } };
  assert.deepEqual(readSettings({ suggest: true }), { suggest: true });
});

test("keys saved move from the message into the totals, which are kept", () => {
  browserKeeps('{"saved": 1.5}');
  assert.deepEqual(readTally(), { saved: 0, total: { saved: 0, characters: 0, messages: 0 } });
  const done = finished(took(took(readTally(), 9), 3), 40);
  assert.deepEqual(done, { saved: 0, total: { saved: 10, characters: 40, messages: 1 } });
  assert.deepEqual(readTally(), done);
});

test("keys saved are a share of the characters", () => {
  assert.deepEqual([percent(8, 16), percent(0, 0), percent(-1, 5)], [50, 0, 0]);
});
