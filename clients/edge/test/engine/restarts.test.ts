/** A model that fails is opened again ever later, and not for ever. */

import { expect, test } from "vitest";
import { Restarts } from "../../src/engine/restarts.js";

test("after three restarts in a row counts go on alone", () => {
  const restarts = new Restarts(() => 0);
  expect([1, 2, 3, 4, 5].map(() => restarts.next())).toEqual([500, 4_000, 30_000, null, null]);
});

test("a model that answered for ten minutes has all its restarts again", () => {
  let now = 0;
  const restarts = new Restarts(() => now);
  restarts.next();
  restarts.next();
  restarts.joined();
  now = 600_001;
  expect(restarts.next()).toBe(500);
  restarts.joined();
  now += 1000;
  expect(restarts.next()).toBe(4_000);
});

test("files that did not arrive are asked for ever more patiently, and never given up", () => {
  const restarts = new Restarts(() => 0);
  expect(Array.from({ length: 8 }, () => restarts.unreached() / 1000)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
});
