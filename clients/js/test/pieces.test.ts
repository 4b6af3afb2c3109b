/** The small pure parts: keys, edits, rhythm, words, subprotocols. */

import { expect, test } from "vitest";
import { EMPTY, find, keep } from "../src/core/answers.js";
import { clipped, difference, editMessage } from "../src/core/delta.js";
import { calm, delayMs, rejected, struck } from "../src/core/rhythm.js";
import { fitBefore, nextWord, wellFormed, wholeWords } from "../src/core/words.js";
import { Above } from "../src/field/above.js";
import { defaultKeys, intentOf, withKeys, type Surroundings } from "../src/field/keys.js";
import { partRound } from "../src/field/part.js";
import { runsAgainst } from "../src/field/room.js";
import { backoffMs, subprotocols } from "../src/transport/socket.js";
import { answerOf } from "./world.js";

const keys = defaultKeys(false);
const met: Surroundings = { grey: "nding ", atEnd: true, rtl: false, sinceAcceptMs: 9999 };

function key(name: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent {
  const none = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, isComposing: false, keyCode: 0, code: "" };
  return { ...none, key: name, ...more } as KeyboardEvent;
}

test("Tab is taken only while grey text is shown, and just after an accept", () => {
  expect(intentOf(key("Tab"), keys, met)).toBe("accept");
  expect(intentOf(key("Tab"), keys, { ...met, grey: "" })).toBeNull();
  expect(intentOf(key("Tab"), keys, { ...met, grey: "", sinceAcceptMs: 100 })).toBe("swallow");
  expect(intentOf(key("Tab", { shiftKey: true }), keys, met)).toBeNull();
});

test("the arrow in the direction of writing accepts at the end of the text only", () => {
  expect(intentOf(key("ArrowRight"), keys, met)).toBe("accept");
  expect(intentOf(key("ArrowRight"), keys, { ...met, atEnd: false })).toBeNull();
  expect(intentOf(key("ArrowLeft"), keys, { ...met, rtl: true })).toBe("accept");
  expect(intentOf(key("ArrowRight", { ctrlKey: true }), keys, met)).toBe("word");
});

test("no key is taken from an input method", () => {
  expect(intentOf(key("Tab", { isComposing: true }), keys, met)).toBeNull();
  expect(intentOf(key("Tab", { keyCode: 229 }), keys, met)).toBeNull();
});

test("keys can be changed, and one that does not exist is refused with what is wanted", () => {
  const mine = withKeys(keys, { accept: ["Ctrl+Enter"] });
  expect(intentOf(key("Enter", { ctrlKey: true }), mine, met)).toBe("accept");
  expect(intentOf(key("Tab"), mine, { ...met, sinceAcceptMs: 0 })).toBeNull();
  expect(() => withKeys(keys, { accept: ["Control+Enter"] })).toThrow(/found "Control\+Enter", wanted/);
  expect(() => withKeys(keys, { take: ["Tab"] } as object)).toThrow(/found take, wanted one of accept/);
});

test("brackets are known by their place on keyboards that type others with Alt", () => {
  expect(intentOf(key("‘", { altKey: true, code: "BracketRight" }), keys, met)).toBe("next");
});

test("an edit is the smallest change, and never cuts a character in two", () => {
  expect(difference("Hi Suan", "Hi Susan")).toEqual({ at: 5, delete: 0, insert: "s" });
  const held = { text: "a😀", suffix: "" };
  expect(editMessage(2, held, { text: "a😀b", suffix: "" })).toEqual({ type: "edit", seq: 2, at: 3, delete: 0, insert: "b" });
  expect(editMessage(2, held, { text: "a😁", suffix: "" })).toEqual({ type: "edit", seq: 2, text: "a😁", suffix: "" });
});

test("an edit applied to the old text gives the new one, for any two texts", () => {
  const texts = ["", "a", "aa", "abc", "xbc", "ab", "😀", "a😀b", "a😁b", "aaaa", "ab\nab"];
  for (const [old, fresh] of texts.flatMap((one) => texts.map((other) => [one, other] as const))) {
    const { at, delete: gone, insert } = difference(old, fresh);
    expect(old.slice(0, at) + insert + old.slice(at + gone), `${old} -> ${fresh}`).toBe(fresh);
  }
});

test("an edit is whole at first and after another suffix, and of a long text the end is sent", () => {
  const now = { text: "ab", suffix: "" };
  expect(editMessage(1, null, now)).toEqual({ type: "edit", seq: 1, ...now });
  expect(editMessage(3, { text: "a", suffix: "z" }, now)).toEqual({ type: "edit", seq: 3, ...now });
  expect(clipped(`${"x".repeat(20_005)}y`, "")).toMatchObject({ text: `${"x".repeat(19_999)}y` });
});

test("the cache finds an answer for a shorter text when it goes on as typed, and forgets the oldest", () => {
  const answer = answerOf("a", ["anks "]);
  const cache = keep(EMPTY, "Th", "", answer);
  expect(find(cache, "Than", "")?.base).toBe("Th");
  expect([find(cache, "Thx", ""), find(cache, "Than", "x")]).toEqual([null, null]);
  const full = Array.from({ length: 120 }, (_, i) => `text ${i}`).reduce((old, text) => keep(old, text, "", answer), cache);
  expect([find(full, "Th", ""), EMPTY.size]).toEqual([null, 0]);
});

test("fast answers are asked for at once, slow ones after at most a frame, rejected ones later", () => {
  expect(delayMs(calm)).toBe(0);
  expect(delayMs({ ...calm, latencyMs: 5000 })).toBe(20);
  expect(delayMs([1, 2].reduce(rejected, calm))).toBe(0);
  expect(delayMs(Array.from({ length: 3 }).reduce<typeof calm>(rejected, calm))).toBe(150);
  expect(delayMs({ ...calm, rejections: 99 })).toBe(3000);
});

test("a pause is not a rhythm", () => {
  expect(struck(struck(calm, 0), 60_000).gapMs).toBeLessThan(500);
});

test("a word is taken with its space, punctuation by itself", () => {
  expect(nextWord("nding the report. ")).toBe("nding ");
  expect(nextWord(". Best")).toBe(". ");
  expect(nextWord("don't go")).toBe("don't ");
  expect(nextWord("naïve 日本語")).toBe("naïve ");
});

test("words taken one after another are the whole text, whatever it holds", () => {
  for (const text of ["a b", " x, y! ", "…\n\nBest,\n", "don’t 3.5 % a-b", "😀 ok", "  "]) {
    const rests = Array.from({ length: 50 }).reduce<string>((rest) => rest.slice(nextWord(rest).length), text);
    expect(rests, text).toBe("");
  }
});

test("a suggestion fits what follows the caret", () => {
  expect(fitBefore("report ", "")).toBe("report ");
  expect(fitBefore("report ", " now")).toBe("report");
  expect(fitBefore("ort", "ort now")).toBe("");
});

test("what is read aloud is whole words", () => {
  expect(wholeWords("Thanks for se", "nding it ")).toBe("sending it");
});

test("half a surrogate pair becomes a replacement character of the same length", () => {
  expect(wellFormed("a\ud83d")).toBe("a\ufffd");
  expect(wellFormed("a😀")).toBe("a😀");
});

test("retries are ever more patient and spread", () => {
  expect([0, 1, 9].map((attempt) => backoffMs(attempt, 0.5))).toEqual([250, 500, 8000]);
  expect(backoffMs(0, 0)).toBeLessThan(backoffMs(0, 0.99));
});

test("a token travels as a subprotocol, not in the address", () => {
  expect(subprotocols(undefined)).toEqual([]);
  expect(subprotocols("a?b>c")).toEqual(["foretype", "foretype.bearer.YT9iPmM"]);
});

test("the part that is read of a long text holds the caret, is bounded, and stays where it begins while it is typed in", () => {
  let moves = 0;
  for (let end = 0, last = 0; end <= 100_000; end += 7, last = partRound(end - 7, 100_000 + end).from) {
    const { from, to } = partRound(end, 100_000 + end); // 100,000 characters follow the caret
    expect(from <= end && end <= to && end - from < 20_000 && to - end < 12_000).toBe(true);
    expect(to - end).toBe(partRound(0, 100_000).to);
    if (from !== last) moves++;
  }
  expect(moves).toBeLessThan(15);
  expect(partRound(50, 60)).toEqual({ from: 0, to: 60 });
});

test("lines above the caret are measured once, and then what comes and goes; the sum is as if all were measured", () => {
  const above = new Above();
  const measured: string[] = [];
  const measure = (lines: string, isFirst: boolean): number => (measured.push(lines), lines.length + (isFirst ? 1000 : 0));
  const heights = ["a\n", "a\nbb\n", "a\n", "", "a\nbb\n", "x\n"].map((lines) => above.heightOf(lines, "look", measure));
  expect(heights).toEqual([1002, 1005, 1002, 0, 1005, 1002]);
  expect(measured).toEqual(["a\n", "bb\n", "bb\n", "a\nbb\n", "x\n"]);
  above.heightOf("x\n", "another look", measure);
  expect(measured.at(-1)).toBe("x\n");
});

test("words run against a line by their letters, not by digits or signs", () => {
  expect(["again ", "12 %", "תודה"].map((words) => runsAgainst(words, true))).toEqual([true, false, false]);
  expect(["again ", "12 %", "תודה", "شكرا"].map((words) => runsAgainst(words, false))).toEqual([false, false, true, true]);
});
