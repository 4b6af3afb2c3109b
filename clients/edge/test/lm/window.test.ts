/** What is left out of a document that one question cannot span. */

import { expect, test } from "vitest";
import { InputError } from "../../src/errors.js";
import { fitted } from "../../src/lm/window.js";

const tokens = (length: number): number[] => Array.from({ length }, (_, at) => at);
const limits = { numWanted: 1, window: 16, numHead: 3 };

test("a document that fits is left alone", () => {
  expect(fitted(tokens(16), limits)).toEqual(tokens(16));
});

test("a longer one keeps its head and its last part, and the next key shares its beginning", () => {
  expect(fitted(tokens(17), limits)).toEqual([0, 1, 2, ...tokens(17).slice(7)]);
  expect(fitted(tokens(18), limits).slice(0, 13)).toEqual(fitted(tokens(17), limits));
  expect(fitted(tokens(21), limits).length).toBe(13);
});

test("more rows than are left cannot be asked for", () => {
  expect(() => fitted(tokens(17), { ...limits, numWanted: 12 })).toThrow(InputError);
});
