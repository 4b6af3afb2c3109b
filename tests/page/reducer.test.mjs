// The reducer key by key, without a browser. `write` types; `hears` answers what was asked last.
import assert from "node:assert/strict";
import { test } from "node:test";

const STATIC = new URL("../../src/foretype/serve/static/", import.meta.url);
const { initial, update } = await import(new URL("compose.js", STATIC));
const { greyText } = await import(new URL("grey.js", STATIC));

const focused = update({ ...initial }, { type: "focus", on: true });

function typed(state, letters, { after = "", kind = "type" } = {}) {
  return [...letters].reduce((now, letter) => written(now, now.text.slice(0, now.start) + letter, { after, kind }), state);
}

function written(state, before, { after = "", kind = "type", end = before.length } = {}) {
  const event = { type: "input", text: before + after, start: before.length, end, kind, at: (state.rhythm.lastKeyAt ?? 0) + 150 };
  return update(state, event);
}

function suggestion(text) {
  return { text, confidence: 0.5, words: text.trim().split(/\s+/).length, sources: { lm: 1 } };
}

function hears(state, ...texts) {
  const answer = { id: `a${state.asking.seq}`, suggestions: texts.map(suggestion), silence: texts.length ? null : "unsure", elapsed_ms: 2 };
  return update(state, { type: "answer", seq: state.asking.seq, answer, ms: 3 });
}

const orders = (state, kind) => state.outbox.filter((order) => order.do === kind);

test("a key asks at once while answers are fast", () => {
  const state = typed(focused, "Th");
  assert.deepEqual(orders(state, "send"), [{ do: "send", seq: state.seq, text: "Th", suffix: "" }]);
});

test("an answer is drawn after the caret and stays out of the text", () => {
  const state = hears(typed(focused, "Th"), "anks for ");
  assert.equal(greyText(state), "anks for ");
  assert.equal(state.text, "Th");
});

test("typing through a suggestion asks nobody and keeps the rest", () => {
  const state = typed(hears(typed(focused, "Th"), "anks for "), "anks");
  assert.equal(greyText(state), " for ");
  assert.equal(state.asking, null);
  assert.deepEqual(state.outbox, []);
});

test("typing all of a suggestion reports it as typed and asks for what follows", () => {
  const state = typed(hears(typed(focused, "Th"), "anks "), "anks ");
  assert.deepEqual(orders(state, "report").map(({ outcome, characters }) => [outcome, characters]), [["typed", 5]]);
  assert.equal(orders(state, "send").length, 1);
});

test("another letter drops the suggestion as ignored", () => {
  const state = typed(hears(typed(focused, "Th"), "anks "), "e");
  assert.equal(greyText(state), "");
  assert.deepEqual(orders(state, "report").map(({ outcome }) => outcome), ["ignored"]);
});

test("a letter that fits a lower suggestion asks anew, for more letters rank better", () => {
  const state = typed(hears(typed(focused, "Th"), "anks ", "ey are "), "e");
  assert.equal(greyText(state), "");
  assert.equal(orders(state, "send")[0].text, "The");
});

test("accepting inserts the rest once, counts keys and asks at once", () => {
  const state = update(hears(typed(focused, "Th"), "anks for "), { type: "accept" });
  assert.equal(state.text, "Thanks for ");
  assert.deepEqual(orders(state, "insert"), [{ do: "insert", text: "anks for " }]);
  assert.deepEqual(orders(state, "report").map(({ outcome, characters }) => [outcome, characters]), [["accepted", 9]]);
  assert.equal(state.tally.saved, 8);
  assert.equal(orders(state, "send")[0].text, "Thanks for ");
});

test("the browser's echo of an insertion changes nothing", () => {
  const state = update(hears(typed(focused, "Th"), "anks for "), { type: "accept" });
  const echoed = written(state, "Thanks for ");
  assert.deepEqual({ ...echoed, outbox: [] }, { ...state, outbox: [] });
});

test("accepting a word leaves the rest grey and asks nobody", () => {
  const state = update(hears(typed(focused, "Th"), "anks for it "), { type: "word" });
  assert.equal(state.text, "Thanks ");
  assert.equal(greyText(state), "for it ");
  assert.deepEqual(orders(state, "send"), []);
});

test("a word taken and then left is reported as partly", () => {
  const state = typed(update(hears(typed(focused, "Th"), "anks for it "), { type: "word" }), "a");
  assert.deepEqual(orders(state, "report").map(({ outcome, characters }) => [outcome, characters]), [["partly", 5]]);
});

test("Escape hides, holds until the next word, and is a rejection", () => {
  const hidden = update(hears(typed(focused, "Th"), "anks "), { type: "hide" });
  assert.deepEqual(orders(hidden, "report").map(({ outcome }) => outcome), ["rejected"]);
  const inside = typed(hidden, "an");
  assert.deepEqual(inside.outbox, []);
  assert.ok(typed(inside, " ").asking);
});

test("an answer that comes after Escape is not shown", () => {
  const asked = typed(focused, "Th");
  const answer = { id: "late", suggestions: [suggestion("anks ")], silence: null };
  const state = update(update(asked, { type: "hide" }), { type: "answer", seq: asked.seq, answer, ms: 3 });
  assert.equal(greyText(state), "");
});

test("an answer to an older key is dropped", () => {
  const old = typed(focused, "T");
  const state = update(typed(old, "h"), { type: "answer", seq: old.seq, answer: { id: "old", suggestions: [suggestion("hanks")] }, ms: 3 });
  assert.equal(state.shown, null);
});

test("cycling walks both ways through suggestions that agree with the text", () => {
  const state = typed(hears(typed(focused, "T"), "hanks ", "uesday ", "hey are "), "h");
  const second = update(state, { type: "next" });
  assert.equal(greyText(second), "ey are ");
  assert.equal(greyText(update(second, { type: "next" })), "anks ");
  assert.equal(greyText(update(state, { type: "previous" })), "ey are ");
});

test("backspace waits for a pause, and an answer known already comes back then without asking", () => {
  const state = written(typed(hears(typed(focused, "Th"), "anks "), "x"), "Th", { kind: "erase" });
  assert.deepEqual(orders(state, "send"), []);
  const [wait] = orders(state, "wait");
  const later = update(state, { type: "due", seq: wait.seq });
  assert.equal(greyText(later), "anks ");
  assert.deepEqual(later.outbox, []);
});

test("a pause that ends after the next key asks nothing", () => {
  const erased = written(typed(focused, "Thx"), "Th", { kind: "erase" });
  const [wait] = orders(erased, "wait");
  const state = update(typed(erased, "a"), { type: "due", seq: wait.seq });
  assert.deepEqual(state.outbox, []);
});

test("a selection, a composition and a lost focus show nothing", () => {
  const shown = hears(typed(focused, "Th"), "anks ");
  for (const event of [{ type: "select", start: 0, end: 2 }, { type: "compose", on: true }, { type: "focus", on: false }]) {
    assert.equal(greyText(update(shown, event)), "", event.type);
  }
});

test("an input method that composes asks nothing until it is done", () => {
  const composing = written(update(focused, { type: "compose", on: true }), "に");
  assert.deepEqual(orders(composing, "send"), []);
  assert.equal(orders(update(composing, { type: "compose", on: false }), "send").length, 1);
});

test("each answer is reported once, even when it comes back from the cache", () => {
  const first = typed(hears(typed(focused, "Th"), "anks "), "e");
  const again = update(written(first, "Th", { kind: "erase" }), { type: "due", seq: first.seq + 1 });
  assert.equal(greyText(again), "anks ");
  assert.deepEqual(orders(typed(again, "o"), "report"), []);
});

test("text that follows already is not suggested, and no second space", () => {
  const asked = written(focused, "Thanks for the rep", { after: "ort today" });
  assert.equal(greyText(hears(asked, "ort today")), "");
  const spaced = written(focused, "Thanks f", { after: " me" });
  assert.equal(greyText(hears(spaced, "or ")), "or");
});

test("sending clears the text, the cache and the count, and keeps the totals", () => {
  const accepted = update(hears(typed(focused, "Th"), "anks for "), { type: "accept" });
  const state = update(accepted, { type: "clear" });
  assert.equal(state.text, "");
  assert.equal(state.cache.size, 0);
  assert.deepEqual(state.tally, { saved: 0, accepts: 0, total: { saved: 8, characters: 11, messages: 1 } });
});

test("switched off, nothing is asked; switched on, it asks", () => {
  const off = update(typed(focused, "Th"), { type: "enable", on: false });
  assert.deepEqual(orders(typed(off, "a"), "send"), []);
  assert.equal(orders(update(off, { type: "enable", on: true }), "send").length, 1);
});

test("a first answer that grows is replaced by the final one, unless a word of it was taken", () => {
  const asked = typed(focused, "Th");
  const part = { id: "a", suggestions: [suggestion("anks ")], final: false };
  const whole = { id: "a", suggestions: [suggestion("anks for it ")], final: true };
  const early = update(asked, { type: "answer", seq: asked.seq, answer: part, ms: 2 });
  assert.equal(greyText(early), "anks ");
  assert.equal(greyText(update(early, { type: "answer", seq: asked.seq, answer: whole, ms: 5 })), "anks for it ");
});

test("the space after an accepted word is remembered until the caret moves on", () => {
  const state = update(hears(typed(focused, "Th"), "anks "), { type: "accept" });
  assert.equal(state.spaceAt, 7);
  assert.equal(update(state, { type: "select", start: 2, end: 2 }).spaceAt, null);
});

const looks = (state) => orders(state, "look");
const told = (state) => orders(state, "report").map(({ outcome, persisted }) => [outcome, persisted]);

test("what was taken is looked at half a minute later, and told whether it stayed", () => {
  const taken = update(hears(typed(focused, "Th"), "anks for "), { type: "accept" });
  const [{ id, ms }] = looks(taken);
  assert.equal(ms, 30_000);
  const later = update(typed(taken, "the report"), { type: "look", id });
  assert.deepEqual(told(later), [["accepted", true]]);
  assert.deepEqual(update(later, { type: "look", id }).outbox, []);
});

test("what was taken and then taken back is told as undone", () => {
  const taken = update(hears(typed(focused, "Th"), "anks for "), { type: "accept" });
  const undone = written(taken, "Th", { kind: "erase" });
  const later = update(undone, { type: "look", id: looks(taken)[0].id });
  assert.deepEqual(told(later), [["accepted", false]]);
});

test("a message that is sent sooner is looked at then", () => {
  const taken = update(hears(typed(focused, "Th"), "anks for "), { type: "accept" });
  const sent = update(taken, { type: "clear" });
  assert.deepEqual(told(sent), [["accepted", true]]);
  assert.deepEqual(update(sent, { type: "look", id: looks(taken)[0].id }).outbox, []);
});

test("what was typed, ignored or hidden is not looked at again", () => {
  const seen = hears(typed(focused, "Th"), "anks ");
  for (const state of [typed(seen, "anks "), typed(seen, "e"), update(seen, { type: "hide" })]) {
    assert.deepEqual(looks(state), []);
  }
});

const heldAnswer = (state, delay, ...texts) => {
  const answer = { id: `a${state.asking.seq}`, suggestions: texts.map(suggestion), silence: null, elapsed_ms: 2, delay_ms: delay };
  return update(state, { type: "answer", seq: state.asking.seq, answer, ms: 30 });
};

test("with a delay grey text appears when no key was struck so long, counted from the question", () => {
  const waiting = heldAnswer(typed(focused, "Th"), 400, "anks for ");
  assert.equal(greyText(waiting), "");
  assert.deepEqual(orders(waiting, "wait"), [{ do: "wait", seq: waiting.seq, ms: 370 }]);
  const over = update(waiting, { type: "due", seq: waiting.seq });
  assert.equal(greyText(over), "anks for ");
  assert.deepEqual(orders(over, "send"), []);
});

test("a key within the delay begins it anew, without asking for what is known", () => {
  const waiting = heldAnswer(typed(focused, "Th"), 400, "anks for ");
  const struck = typed(waiting, "a");
  assert.equal(greyText(struck), "");
  assert.deepEqual(orders(struck, "send"), []);
  assert.deepEqual(orders(struck, "wait").map(({ ms }) => ms), [400]);
  assert.equal(greyText(update(struck, { type: "due", seq: waiting.seq })), "", "the first wait is void");
  assert.equal(greyText(update(struck, { type: "due", seq: struck.seq })), "nks for ");
});

test("what stands there already is typed through without a delay", () => {
  const waiting = heldAnswer(typed(focused, "Th"), 400, "anks for ");
  const over = update(waiting, { type: "due", seq: waiting.seq });
  assert.equal(greyText(typed(over, "an")), "ks for ");
});

test("asking by hand shows at once, whatever the delay", () => {
  const waiting = heldAnswer(typed(focused, "Th"), 400, "anks for ");
  const asked = update(waiting, { type: "ask" });
  assert.equal(greyText(heldAnswer(asked, 400, "anks for ")), "anks for ");
});
