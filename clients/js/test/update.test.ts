/** What becomes of grey text, key by key. It does not know a browser. */

import { expect, test } from "vitest";
import { greyText } from "../src/core/grey.js";
import { update } from "../src/core/update.js";
import { answerOf, focused, hears, hearsAs, orders, press, typed, written } from "./world.js";

const shown = hears(typed(focused, "Thanks for se"), "nding the report. ");

test("whoever only passes through an empty field is shown nothing, so Tab leads on", () => {
  const passing = update(update(focused, { type: "focus", on: false }), { type: "focus", on: true });
  expect(passing.asking).toBeNull();
  for (const event of [{ type: "connected" }, { type: "context" }, { type: "enable", on: true }] as const) {
    expect(update(passing, event).asking).toBeNull();
  }
  expect(press(passing, "ask").asking?.sent).toBe(true);
  expect(typed(passing, "a").asking).not.toBeNull();
});

test("a draft is gone on with at the focus", () => {
  const left = update(written(focused, "Thanks "), { type: "focus", on: false });
  expect(update(left, { type: "focus", on: true }).asking).not.toBeNull();
});

test("a key asks at once while answers are fast", () => {
  const state = typed(focused, "Th");
  expect(orders(state, "send")).toEqual([{ do: "send", seq: state.seq, text: "Th", suffix: "" }]);
});

test("an answer is grey text and stays out of the text", () => {
  expect(greyText(shown)).toBe("nding the report. ");
  expect(shown.text).toBe("Thanks for se");
});

test("typing through a suggestion asks nobody and shows the rest at every key", () => {
  const rest = "nding the report. ";
  [...rest.slice(0, -1)].reduce((state, letter, i) => {
    const next = typed(state, letter);
    expect(greyText(next)).toBe(rest.slice(i + 1));
    expect(next.outbox).toEqual([]);
    return next;
  }, shown);
});

test("a suggestion typed to its end is reported as typed, once", () => {
  const done = typed(shown, "nding the report. ");
  expect(orders(done, "report")).toEqual([{ do: "report", id: shown.shown?.id, outcome: "typed", characters: 18 }]);
});

test("each answer is told of once, even when it comes back from the cache", () => {
  const other = typed(shown, "x");
  const again = update(written(other, "Thanks for se", { kind: "erase" }), { type: "due", seq: other.seq + 1 });
  expect(greyText(again)).toBe("nding the report. ");
  expect(orders(typed(again, "o"), "report")).toEqual([]);
});

test("a letter that fits a lower suggestion asks anew, for more letters rank better", () => {
  const state = typed(hears(typed(focused, "Th"), "anks ", "ey are "), "e");
  expect(greyText(state)).toBe("");
  expect(orders(state, "send")[0]?.text).toBe("The");
});

test("a text that was answered before is answered from the cache", () => {
  const back = written(typed(shown, "x"), "Thanks for se", { kind: "erase" });
  const [wait] = orders(back, "wait");
  const looked = update(back, { type: "due", seq: wait?.seq ?? -1 });
  expect(orders(looked, "send")).toEqual([]);
  expect(greyText(looked)).toBe("nding the report. ");
});

test("an answer for a shorter text serves a longer one that goes on as it says", () => {
  const asked = hears(typed(focused, "Thanks "), "for sending it. ");
  const elsewhere = update(asked, { type: "select", text: "Thanks ", start: 0, end: 0 });
  const back = written(elsewhere, "Thanks for", { kind: "type" });
  expect(orders(back, "send")).toEqual([]);
  expect(greyText(back)).toBe(" sending it. ");
});

test("erasing, pasting and undo ask after a pause only", () => {
  for (const kind of ["erase", "other"] as const) {
    const state = written(focused, "Than", { kind });
    expect(orders(state, "send")).toEqual([]);
    expect(orders(state, "wait")[0]?.ms).toBe(350);
  }
});

test("a pause that ends after the next key asks nothing", () => {
  const erased = written(typed(focused, "Thx"), "Th", { kind: "erase" });
  const [wait] = orders(erased, "wait");
  expect(update(typed(erased, "a"), { type: "due", seq: wait?.seq ?? -1 }).outbox).toEqual([]);
});

test("what another writer changes in other lines leaves grey text alone, and the next key goes on with it", () => {
  const mine = hears(written(focused, "Hi\nThanks for se"), "nding it. ");
  const theirs = written(mine, "Hi Susan,\nThanks for se", { after: "\nBest", kind: "other" });
  expect(greyText(theirs)).toBe("nding it. ");
  expect(theirs.outbox).toEqual([]);
  expect(greyText(typed(theirs, "n", "\nBest"))).toBe("ding it. ");
  expect(greyText(written(theirs, "Hi Susan,\nThanks for use", { after: "\nBest", kind: "other" }))).toBe("");
});

test("an answer to an older key is dropped, and one to the newest is taken", () => {
  const older = typed(focused, "Th");
  const newer = typed(older, "x");
  const late = update(newer, { type: "answer", seq: older.seq, answer: answerOf("a", ["anks "]), ms: 5 });
  expect(greyText(late)).toBe("");
  expect(greyText(hears(newer, "yz "))).toBe("yz ");
});

test("an answer that comes after Esc is not shown", () => {
  const asked = typed(focused, "Th");
  const late = update(press(asked, "dismiss"), { type: "answer", seq: asked.seq, answer: answerOf("a", ["anks "]), ms: 5 });
  expect(greyText(late)).toBe("");
});

test("the newest answer is known with its time, shown or not, and as known already when it comes from the cache", () => {
  expect(shown.latest).toMatchObject({ answer: { id: shown.shown?.id }, ms: 3 });
  const other = hearsAs(typed(shown, "x"), answerOf("none", [], { silence: "unsure" }), 8);
  expect(other.latest).toMatchObject({ answer: { silence: "unsure" }, ms: 8 });
  const back = update(written(other, "Thanks for se", { kind: "erase" }), { type: "due", seq: other.seq + 1 });
  expect(back.latest).toMatchObject({ answer: { id: shown.shown?.id }, ms: null });
  expect(update(back, { type: "clear" }).latest).toBeNull();
});

test("moving the caret, leaving the field and Esc call the question off", () => {
  const asking = typed(focused, "Than");
  expect(orders(update(asking, { type: "select", text: "Than", start: 1, end: 1 }), "cancel")).toHaveLength(1);
  expect(orders(update(asking, { type: "focus", on: false }), "cancel")).toHaveLength(1);
  expect(orders(press(asking, "dismiss"), "cancel")).toHaveLength(1);
});

test("a newer question takes an older one's place without calling it off first", () => {
  const next = typed(typed(focused, "Th"), "a");
  expect(next.outbox.map((order) => order.do)).toEqual(["send"]);
});

test("the same question is not asked twice at a time", () => {
  const asking = typed(focused, "Than");
  expect(update(asking, { type: "connected" })).toEqual({ ...asking, outbox: [] });
});

test("streamed grey text only grows, and the last part is the answer", () => {
  const asking = typed(focused, "Thanks ");
  const part = (text: string, final: boolean) => answerOf("s1", [text], { final });
  const first = hearsAs(asking, part("for ", false));
  const second = hearsAs(first, part("for sending ", false));
  const shorter = hearsAs(second, part("for s", false));
  const other = hearsAs(shorter, part("again ", false));
  expect([first, second, shorter, other].map(greyText)).toEqual(["for ", "for sending ", "for sending ", "for sending "]);
  expect(greyText(hearsAs(other, part("for sending it. ", true)))).toBe("for sending it. ");
});

test("typing through a stream keeps the question and takes what still comes", () => {
  const asking = typed(focused, "Thanks ");
  const typedOn = typed(hearsAs(asking, answerOf("s1", ["for "], { final: false })), "fo");
  expect(typedOn.outbox).toEqual([]);
  expect(greyText(hearsAs(typedOn, answerOf("s1", ["for sending "], { final: true })))).toBe("r sending ");
});

test("an accept puts in all of it, a word one word, and the outcome is told", () => {
  const word = press(shown, "word");
  expect(orders(word, "insert")).toEqual([{ do: "insert", text: "nding " }]);
  expect(greyText(word)).toBe("the report. ");
  expect(orders(typed(word, "x"), "report")[0]).toMatchObject({ outcome: "partly", characters: 6 });
  const all = press(shown, "accept");
  expect(all.text).toBe("Thanks for sending the report. ");
  expect(orders(all, "insert")).toEqual([{ do: "insert", text: "nding the report. " }]);
  expect(orders(all, "send")[0]?.text).toBe("Thanks for sending the report. ");
  expect(orders(all, "report")[0]).toMatchObject({ outcome: "accepted", characters: 18 });
});

test("the field's echo of an accept changes nothing", () => {
  const taken = press(shown, "accept");
  expect(written(taken, taken.text)).toEqual({ ...taken, outbox: [] });
});

test("the space after an accept is remembered until the caret moves on", () => {
  const taken = press(shown, "accept");
  expect(taken.spaceAt).toBe(taken.text.length);
  expect(update(taken, { type: "select", text: taken.text, start: 2, end: 2 }).spaceAt).toBeNull();
});

test("half a minute later it is told whether what was taken stayed", () => {
  const taken = press(shown, "accept");
  const id = shown.shown?.id ?? "";
  expect(orders(taken, "look")).toEqual([{ do: "look", id, ms: 30_000 }]);
  const kept = update(taken, { type: "look", id });
  expect(orders(kept, "report")[0]).toMatchObject({ outcome: "accepted", persisted: true });
  const erased = update(written(taken, "Thanks", { kind: "erase" }), { type: "look", id });
  expect(orders(erased, "report")[0]).toMatchObject({ persisted: false });
});

test("a message that is sent sooner is looked at then, and forgotten with its answers", () => {
  const taken = press(shown, "accept");
  const sent = update(taken, { type: "clear" });
  expect(orders(sent, "report")).toMatchObject([{ outcome: "accepted", persisted: true }]);
  expect(update(sent, { type: "look", id: shown.shown?.id ?? "" }).outbox).toEqual([]);
  expect([sent.text, sent.cache.size]).toEqual(["", 0]);
});

test("what was typed, ignored or hidden is not looked at again", () => {
  for (const state of [typed(shown, "nding the report. "), typed(shown, "x"), press(shown, "dismiss")]) {
    expect(orders(state, "look")).toEqual([]);
  }
});

test("Esc is a rejection and holds until the next word", () => {
  const gone = press(shown, "dismiss");
  expect(orders(gone, "report")[0]).toMatchObject({ outcome: "rejected", characters: 0 });
  expect(orders(typed(gone, "nding"), "send")).toEqual([]);
  expect(greyText(typed(gone, "nding "))).toBe("the report. ");
});

test("grey text that the writer overtakes with other words is ignored", () => {
  expect(orders(typed(shown, "x"), "report")[0]).toMatchObject({ outcome: "ignored", characters: 0 });
});

test("a partly typed suggestion whose place another answer takes is told before it goes", () => {
  const asked = update(shown, { type: "context" });
  expect(orders(asked, "report")).toHaveLength(1);
});

test("rejections in a row make questions rarer, an accept makes up for them", () => {
  const tired = [1, 2, 3, 4].reduce((state, i) => press(hears(typed(state, " "), `word${i} `), "dismiss"), focused);
  expect(orders(typed(tired, " "), "wait")[0]?.ms).toBe(300);
  const asked = hears(press(tired, "ask"), "yes ");
  expect(orders(typed(press(asked, "accept"), "x"), "wait")).toEqual([]);
});

test("a key for asking is not held back", () => {
  expect(orders(press(press(shown, "dismiss"), "ask"), "send")).toHaveLength(1);
});

test("while an input method composes, text is selected or the field is off, nothing is shown or asked", () => {
  const composing = update(shown, { type: "compose", on: true });
  expect(greyText(composing)).toBe("");
  expect(orders(typed(composing, "あ"), "send")).toEqual([]);
  const selected = update(shown, { type: "select", text: shown.text, start: 0, end: 4 });
  expect(greyText(selected)).toBe("");
  expect(orders(typed(update(shown, { type: "enable", on: false }), "n"), "send")).toEqual([]);
});

test("a suggestion fits the text after the caret: no second space, nothing that stands there anyway", () => {
  const inside = written(focused, "Thanks for", { after: " the report" });
  expect(greyText(hears(inside, " sending "))).toBe(" sending");
  expect(greyText(hears(inside, " the"))).toBe("");
});

test("the next and the previous suggestion agree with what was typed", () => {
  const three = typed(hears(typed(focused, "Thanks "), "for it ", "again ", "for you "), "f");
  expect(greyText(press(three, "next"))).toBe("or you ");
  expect(greyText(press(press(three, "next"), "previous"))).toBe("or it ");
});

test("a server's delay holds an answer back until the pause is long enough", () => {
  const held = hearsAs(typed(focused, "Than"), answerOf("d", ["ks "], { delay_ms: 200 }), 50);
  expect(greyText(held)).toBe("");
  expect(orders(held, "wait")).toEqual([{ do: "wait", seq: held.asking?.seq, ms: 150 }]);
  expect(greyText(update(held, { type: "due", seq: held.asking?.seq ?? -1 }))).toBe("ks ");
});

test("a key within the delay begins it anew, without asking for what is known", () => {
  const held = hearsAs(typed(focused, "Than"), answerOf("d", ["ks again "], { delay_ms: 200 }), 50);
  const struck = typed(held, "k");
  expect([greyText(struck), orders(struck, "send")]).toEqual(["", []]);
  expect(orders(struck, "wait").map(({ ms }) => ms)).toEqual([200]);
  expect(greyText(update(struck, { type: "due", seq: held.seq }))).toBe(""); // the first wait is void
  const over = update(struck, { type: "due", seq: struck.seq });
  expect(greyText(over)).toBe("s again ");
  expect(greyText(typed(over, "s"))).toBe(" again "); // what stands there is typed through at once
});

test("asking by hand shows at once, whatever the delay", () => {
  const answer = answerOf("d", ["ks "], { delay_ms: 200 });
  const asked = press(hearsAs(typed(focused, "Than"), answer, 50), "ask");
  expect(greyText(hearsAs(asked, answer, 50))).toBe("ks ");
});

test("a failed question leaves the field as if nothing were there, and a line that is back asks anew", () => {
  const asking = typed(focused, "Than");
  const failed = update(asking, { type: "failed", seq: asking.seq });
  expect(failed.asking).toBeNull();
  expect(orders(update(failed, { type: "connected" }), "send")).toHaveLength(1);
});
