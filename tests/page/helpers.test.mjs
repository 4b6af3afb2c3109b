// The small pure parts beside the reducer: words, rhythm, keys, edits, back-off, addresses, reasons, counts.
import assert from "node:assert/strict";
import { test } from "node:test";

const STATIC = new URL("../../src/foretype/serve/static/", import.meta.url);
const from = (name) => import(new URL(name, STATIC));
const { fitBefore, nextWord, pieces, wellFormed, wholeWords } = await from("words.js");
const { MAX_DELAY_MS, answered, calm, delayMs, rejected, struck } = await from("rhythm.js");
const { intentOf } = await from("keys.js");
const { clipped, difference, editMessage, LONGEST_TEXT } = await from("delta.js");
const { backoffMs, socketAddress } = await from("channel.js");
const { readSettings, readTotals, defaults } = await from("settings.js");
const { percent } = await from("tally.js");
const { EMPTY, find, keep } = await from("answers.js");
const { reasonFor } = await from("reasons.js");
const { initial } = await from("compose.js");

test("the next word takes its space along and leaves punctuation for its own key", () => {
  assert.equal(nextWord("nding the report. "), "nding ");
  assert.equal(nextWord("report. Best"), "report");
  assert.equal(nextWord(". Best"), ". ");
  assert.equal(nextWord(" don't know"), " don't ");
  assert.equal(nextWord("naïve 日本語"), "naïve ");
  assert.equal(nextWord(""), "");
});

test("words taken one after another are the whole text, whatever it holds", () => {
  for (const text of ["a b", " x, y! ", "…\n\nBest,\n", "don’t 3.5 % a-b", "😀 ok", "  "]) {
    let rest = text;
    for (let i = 0; rest && i < 50; i++) rest = rest.slice(nextWord(rest).length);
    assert.equal(rest, "", JSON.stringify(text));
  }
});

test("a suggestion fits what follows the caret", () => {
  assert.equal(fitBefore("report ", ""), "report ");
  assert.equal(fitBefore("report ", " now"), "report");
  assert.equal(fitBefore("ort", "ort now"), "");
});

test("pieces are as many as the probabilities where text allows it", () => {
  assert.deepEqual(pieces("the report. ", 2), ["the", "report."]);
  assert.deepEqual(pieces("the report. ", 3), ["the", "report", "."]);
});

test("what is read aloud is whole words", () => {
  assert.equal(wholeWords("Thanks for se", "nding it "), "sending it");
});

test("half a surrogate pair becomes a replacement character of the same length", () => {
  assert.equal(wellFormed("a\ud83d"), "a\ufffd");
  assert.equal(wellFormed("a😀"), "a😀");
});

test("the wait is nothing on a fast engine and never longer than a frame", () => {
  assert.equal(delayMs(answered(calm, 5)), 0);
  assert.equal(delayMs(answered(calm, 500)), MAX_DELAY_MS);
  const slow = answered(calm, 40);
  assert.ok(delayMs(rejected(slow)) > delayMs(slow));
  assert.ok(delayMs({ ...slow, gapMs: 40 }) > delayMs(slow));
  assert.equal(struck(struck(calm, 0), 90_000).gapMs, 0.7 * 200 + 0.3 * 1000);
});

const key = (name, more = {}) => ({ key: name, code: name, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...more });
const grey = { grey: "x", atEnd: true, mac: false, chat: false, sinceAcceptMs: Infinity };
const bare = { ...grey, grey: "" };

test("Tab means grey text only while there is some, and not when doubled just after an accept", () => {
  assert.equal(intentOf(key("Tab"), grey), "accept");
  assert.equal(intentOf(key("Tab"), bare), null);
  assert.equal(intentOf(key("Tab", { shiftKey: true }), grey), null);
  assert.equal(intentOf(key("Tab"), { ...bare, sinceAcceptMs: 60 }), "swallow");
});

test("Right takes all at the end only; with Ctrl, or Option on a Mac, one word", () => {
  assert.equal(intentOf(key("ArrowRight"), grey), "accept");
  assert.equal(intentOf(key("ArrowRight"), { ...grey, atEnd: false }), null);
  assert.equal(intentOf(key("ArrowRight", { ctrlKey: true }), grey), "word");
  assert.equal(intentOf(key("ArrowRight", { altKey: true }), grey), null);
  assert.equal(intentOf(key("ArrowRight", { altKey: true }), { ...grey, mac: true }), "word");
  assert.equal(intentOf(key("ArrowRight", { ctrlKey: true }), bare), null);
});

test("Alt with a bracket cycles and Alt with a backslash asks, also where Option types another letter", () => {
  assert.equal(intentOf(key("‘", { altKey: true, code: "BracketRight" }), grey), "next");
  assert.equal(intentOf(key("[", { altKey: true }), grey), "previous");
  assert.equal(intentOf(key("\\", { altKey: true }), bare), "ask");
  assert.equal(intentOf(key("]", { altKey: true, ctrlKey: true }), grey), null, "AltGr types brackets");
});

test("an input method keeps all its keys", () => {
  for (const name of ["Tab", "Escape", "ArrowRight", "Enter"]) {
    assert.equal(intentOf(key(name, { isComposing: true }), grey), null);
    assert.equal(intentOf(key(name, { keyCode: 229 }), grey), null);
  }
});

test("Enter sends a chat message; mail needs Ctrl or Command", () => {
  assert.equal(intentOf(key("Enter"), { ...bare, chat: true }), "send");
  assert.equal(intentOf(key("Enter", { shiftKey: true }), { ...bare, chat: true }), null);
  assert.equal(intentOf(key("Enter"), bare), null);
  assert.equal(intentOf(key("Enter", { metaKey: true }), bare), "send");
});

test("an edit applied to the old text gives the new text, for any two texts", () => {
  const texts = ["", "a", "aa", "abc", "xbc", "ab", "😀", "a😀b", "a😁b", "aaaa", "ab\nab"];
  for (const old of texts) {
    for (const fresh of texts) {
      const change = difference(old, fresh);
      assert.equal(old.slice(0, change.at) + change.insert + old.slice(change.at + change.delete), fresh, `${old} -> ${fresh}`);
      assert.ok(change.insert.length <= fresh.length && change.delete <= old.length);
    }
  }
});

test("an edit is whole at first, after another suffix, and where a character would be cut in half", () => {
  const now = { text: "ab", suffix: "" };
  assert.deepEqual(editMessage(1, null, now), { type: "edit", seq: 1, ...now });
  assert.deepEqual(editMessage(2, { text: "a", suffix: "" }, now), { type: "edit", seq: 2, at: 1, delete: 0, insert: "b" });
  assert.equal(editMessage(3, { text: "a", suffix: "z" }, now).text, "ab");
  assert.equal(editMessage(4, { text: "😀", suffix: "" }, { text: "😁", suffix: "" }).text, "😁");
  assert.equal(clipped("x".repeat(LONGEST_TEXT + 5), "").text.length, LONGEST_TEXT);
});

test("the back-off doubles, is bounded, and spreads", () => {
  assert.equal(backoffMs(0, 0.5), 250);
  assert.equal(backoffMs(3, 0.5), 2000);
  assert.equal(backoffMs(30, 0.5), 8000);
  assert.ok(backoffMs(2, 0.99) > backoffMs(2, 0.01));
});

test("the socket listens where the page came from", () => {
  assert.equal(socketAddress({ protocol: "https:", host: "h:1" }, null), "wss://h:1/v1/compose");
  assert.equal(socketAddress({ protocol: "http:", host: "h:1" }, "a b"), "ws://h:1/v1/compose?token=a%20b");
});

test("broken or foreign settings become the defaults", () => {
  const storage = (text) => ({ getItem: () => text });
  assert.deepEqual(readSettings(storage("{not json")), defaults);
  assert.deepEqual(readSettings(storage(null)), defaults);
  assert.equal(readSettings(storage('{"suggest": "yes", "user": "ann"}')).suggest, true);
  assert.equal(readSettings(storage('{"user": "ann"}')).user, "ann");
  assert.deepEqual(readTotals(storage('{"saved": 1.5}')), { saved: 0, characters: 0, messages: 0 });
});

test("keys saved are a share of the characters", () => {
  assert.equal(percent(8, 16), 50);
  assert.equal(percent(0, 0), 0);
  assert.equal(percent(-1, 5), 0);
});

test("the cache finds an answer for a shorter text when it goes on as typed, and forgets the oldest", () => {
  const answer = { id: "a", suggestions: [{ text: "anks " }] };
  let cache = keep(EMPTY, "Th", "", answer);
  assert.equal(find(cache, "Than", "").base, "Th");
  assert.equal(find(cache, "Thx", ""), null);
  assert.equal(find(cache, "Than", "x"), null);
  for (let i = 0; i < 120; i++) cache = keep(cache, `text ${i}`, "", answer);
  assert.equal(find(cache, "Th", ""), null);
  assert.equal(EMPTY.size, 0);
});

test("every silence is told in words, an unknown one too", () => {
  const there = { ...initial, focused: true };
  assert.match(reasonFor({ ...there, answer: { silence: "unsure" } }, "live"), /sure/);
  assert.match(reasonFor({ ...there, answer: { silence: "odd" } }, "live"), /odd/);
  assert.match(reasonFor(there, "off"), /cannot be reached/);
  assert.match(reasonFor({ ...there, enabled: false }, "live"), /switched off/);
});
