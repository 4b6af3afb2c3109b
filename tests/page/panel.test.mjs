// The panel's figures without a browser: shares, gaps, days, and how they are written.
import assert from "node:assert/strict";
import { test } from "node:test";

const STATIC = new URL("../../src/foretype/serve/static/", import.meta.url);
const { aligned, byNumber, daysBetween, isoDay, share, sinceStart, summed, written } = await import(new URL("control/figures.js", STATIC));

const row = (changes) => ({ kind: "email", locale: "en-US", answers: 0, shown: 0, keys_saved: 0, outcomes: {}, ...changes });

test("a share of nothing is unknown, not zero", () => {
  assert.equal(share(0, 0), null);
  assert.equal(share(0, 4), 0);
  assert.equal(written.percent(null), "–");
  assert.equal(written.percent(0), "0 %");
});

test("small shares keep a digit, large ones do not", () => {
  assert.deepEqual([0.0123, 0.0994, 0.0996, 0.5, 1].map(written.percent), ["1.2 %", "9.9 %", "10 %", "50 %", "100 %"]);
});

test("times and counts are written short", () => {
  assert.deepEqual([0, 4.26, 31.4].map(written.ms), ["0 ms", "4.3 ms", "31 ms"]);
  assert.equal(written.count(12345), "12,345");
  assert.deepEqual([7, 120, 7260, 300_000].map(written.duration), ["7 s", "2 min", "2 h 1 min", "3 days"]);
});

test("what happened since the start is summed over kinds and locales", () => {
  const by_writing = [
    row({ answers: 60, shown: 30, keys_saved: 40, outcomes: { accepted: 6, typed: 3, ignored: 11 } }),
    row({ kind: "chat", answers: 40, shown: 30, keys_saved: 10, outcomes: { partly: 2, rejected: 2 } }),
  ];
  const now = sinceStart({ by_writing, lm_steps: 50, answers_without_lm_step: 75 });
  assert.deepEqual(now, { answers: 100, saved: 50, coverage: 0.6, taken: 8 / 24, right: 9 / 24, stepsPerKey: 0.5, withoutStep: 0.75 });
});

test("a new server knows no shares", () => {
  const now = sinceStart({ by_writing: [], lm_steps: 0, answers_without_lm_step: 0 });
  assert.deepEqual(now, { answers: 0, saved: 0, coverage: null, taken: null, right: null, stepsPerKey: null, withoutStep: null });
});

test("groups of the journal are summed; what stayed is a share of what is known", () => {
  const group = { shown: 10, accepted: 3, partly: 1, typed: 2, rejected: 1, ignored: 3, keys_saved: 20, persisted: 3, undone: 1 };
  const { saved, taken, right, rejected, stayed } = summed([group, group]);
  assert.deepEqual([saved, taken, right, rejected, stayed], [40, 0.4, 0.5, 0.1, 0.75]);
  assert.equal(summed([]).taken, null);
});

test("every day between two is there once, also over a change of the clocks", () => {
  const days = daysBetween("2026-03-27T00:00:00+01:00", new Date(2026, 3, 1, 12));
  assert.deepEqual(days, ["2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31", "2026-04-01"]);
  assert.equal(isoDay(new Date(2026, 0, 5)), "2026-01-05");
});

test("days without a suggestion are gaps", () => {
  assert.deepEqual(aligned(["a", "b", "c"], [{ day: "a" }, { day: "c" }], "day"), [{ day: "a" }, null, { day: "c" }]);
});

test("groups named by numbers are in their order", () => {
  assert.deepEqual(byNumber([{ name: "10" }, { name: "2" }]).map(({ name }) => name), ["2", "10"]);
});
