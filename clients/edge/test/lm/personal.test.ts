/** What a person's messages teach: it lowers the loss on text like theirs, speaks only once that is sure, and can be forgotten. */

import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { entered, helps, meanGain, NOTHING, standardError, type Sums } from "../../src/lm/ledger.js";
import { MAX_ROWS, PersonalHead } from "../../src/lm/personal.js";

const VOCAB = 64;
const HIDDEN = 8;

/** A network that knows nothing: every token alike, whatever its state. */
const flat = new Float32Array(VOCAB).fill(-Math.log(VOCAB));
const stateAt = (place: number): Float32Array => Float32Array.from({ length: HIDDEN }, (_, at) => (at === place % HIDDEN ? 1 : 0));

/** Teach `tokens`, each at the state of its place. */
function teach(head: PersonalHead, tokens: readonly number[]): void {
  const lesson = head.begin(Int32Array.from(tokens));
  tokens.forEach((token, place) => head.read(lesson, token, flat, stateAt(place)));
  head.end(lesson);
}

function applied(head: PersonalHead, place: number): Float32Array {
  const row = flat.slice();
  head.apply(row, stateAt(place));
  return row;
}

const total = (row: Float32Array): number => row.reduce((sum, value) => sum + Math.exp(value), 0);

test("tokens a person uses become likelier, most where they were used, and all still add up to one", () => {
  const head = new PersonalHead("w");
  for (let times = 0; times < 6; times++) teach(head, [3, 9, 3, 20]);
  const [there, elsewhere] = [applied(head, 0), applied(head, 1)];
  expect(total(there)).toBeCloseTo(1, 4);
  expect(there[3]!).toBeGreaterThan(flat[3]! + 0.5);
  expect(there[3]!).toBeGreaterThan(elsewhere[3]!);
  expect(elsewhere[9]!).toBeGreaterThan(there[9]!);
  expect(there[40]!).toBeLessThan(flat[40]!);
});

test("its gain is measured before it learns, and it speaks only once that is sure", () => {
  const head = new PersonalHead("w");
  teach(head, [3, 9, 3, 20]);
  expect(head.report).toMatchObject({ isOn: false, messages: 1, tokens: 4 });
  expect(head.report.natsBefore).toBeCloseTo(Math.log(VOCAB), 4);
  expect(head.report.natsAfter).toBeCloseTo(head.report.natsBefore, 4);
  for (let times = 0; times < 8; times++) teach(head, [3, 9, 3, 20]);
  expect(head.report.natsAfter).toBeLessThan(head.report.natsBefore);
  expect(head.isOn).toBe(true);
});

test("a person who never repeats a word gets no correction", () => {
  const head = new PersonalHead("w");
  for (let message = 0; message < 12; message++) teach(head, [5 * message, 5 * message + 1, 5 * message + 2].map((token) => token % VOCAB));
  expect(head.isOn).toBe(false);
});

test("a loss computed by hand is the one that is entered", () => {
  const head = new PersonalHead("w");
  teach(head, [3, 3]);
  const before = -applied(head, 0)[3]!;
  teach(head, [3]);
  const { natsBefore, natsAfter, tokens } = head.report;
  expect((natsBefore - natsAfter) * tokens).toBeCloseTo(Math.log(VOCAB) - before, 4);
});

test("a state that was kept continues where it was", () => {
  const [head, twin] = [new PersonalHead("w"), new PersonalHead("w")];
  teach(head, [3, 9, 3, 20]);
  const restored = new PersonalHead("w", structuredClone(head.state));
  for (const each of [head, restored]) teach(each, [9, 9, 1]);
  expect(restored.state).toEqual(head.state);
  expect(applied(restored, 2)).toEqual(applied(head, 2));
  expect(applied(twin, 2)).toEqual(flat);
});

test("a state of another network is refused", () => {
  const head = new PersonalHead("w");
  teach(head, [3]);
  expect(() => new PersonalHead("other", head.state)).toThrow(ModelError);
});

test("it never grows beyond its rows, and what is used often stays", () => {
  const head = new PersonalHead("w");
  const wide = new Float32Array(4 * MAX_ROWS).fill(-Math.log(4 * MAX_ROWS));
  for (let message = 0; message < 16; message++) {
    const tokens = [7, 8, 9, ...Array.from({ length: 250 }, (_, at) => 10 + 250 * message + at)];
    const lesson = head.begin(Int32Array.from(tokens));
    tokens.slice(0, 8).forEach((token, place) => head.read(lesson, token, wide, stateAt(place)));
    head.end(lesson);
  }
  expect(head.state.tokens.length).toBe(MAX_ROWS);
  expect(new Set(head.state.tokens).size).toBe(MAX_ROWS);
  expect([...head.state.tokens]).toEqual(expect.arrayContaining([7, 8, 9, 10 + 250 * 15]));
});

test("the standard error of a gain is that of its messages", () => {
  const messages = [[10, 2], [20, 1], [30, 9], [40, 4], [50, 6]] as const;
  const sums = messages.reduce<Sums>((all, [tokens, gain]) => entered(all, tokens, 3 * tokens, gain), NOTHING);
  const mean = 22 / 150;
  const squares = messages.reduce((sum, [tokens, gain]) => sum + (gain - mean * tokens) ** 2, 0);
  expect(meanGain(sums)).toBeCloseTo(mean, 10);
  expect(standardError(sums)).toBeCloseTo(Math.sqrt((squares * 5) / 4) / 150, 10);
  expect(helps(sums)).toBe(true);
  expect(helps(entered(NOTHING, 10, 30, 9))).toBe(false);
});
