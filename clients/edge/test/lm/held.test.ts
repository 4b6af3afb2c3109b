/** What sessions have read stays within its budget, and buffers of a GPU are freed when the last session lets go. */

import type { Tensor } from "onnxruntime-web/wasm";
import { expect, test } from "vitest";
import { Held } from "../../src/lm/held.js";
import { Past } from "../../src/lm/past.js";

const CELL_BYTES = 10;
const freed: string[] = [];

/** What was read, in a buffer of a GPU that says when it is freed. */
function onGpu(name: string, numCells: number): Past {
  return new Past(numCells, [{ location: "gpu-buffer", dispose: () => freed.push(name) } as unknown as Tensor]);
}

function held(): Held {
  freed.length = 0;
  return new Held(new Past(0, []), { cellBytes: CELL_BYTES, budgetBytes: 10 * CELL_BYTES });
}

const tokens = (...all: number[]): Int32Array => Int32Array.from(all);

test("what a session read is freed when it has read something else", () => {
  const all = held();
  all.keep("a", { tokens: tokens(1, 2), past: onGpu("first", 2) });
  all.keep("a", { tokens: tokens(1, 2, 3), past: onGpu("second", 3) });
  expect(freed).toEqual(["first"]);
  all.drop("a");
  all.drop("a");
  expect(freed).toEqual(["first", "second"]);
});

test("what two sessions share is freed with the second one", () => {
  const all = held();
  const past = onGpu("shared", 2);
  all.keep("a", { tokens: tokens(1, 2), past });
  all.keep("b", { tokens: tokens(1), past: all.rewound("b", tokens(1, 9)).past });
  all.drop("a");
  expect(freed).toEqual([]);
  all.drop("b");
  expect(freed).toEqual(["shared"]);
});

test("a session that keeps the same again loses nothing", () => {
  const all = held();
  const past = onGpu("same", 2);
  all.keep("a", { tokens: tokens(1, 2), past });
  all.keep("a", { tokens: tokens(1), past });
  expect(freed).toEqual([]);
});

test("beyond the budget the least recently used goes, and is freed", () => {
  const all = held();
  for (const name of ["a", "b", "c"]) all.keep(name, { tokens: tokens(1), past: onGpu(name, 4) });
  expect(freed).toEqual(["a"]);
  expect(all.numBytes).toBe(80);
});

test("ten thousand keys of a hundred messages hold no more than the budget", () => {
  const all = held();
  let made = 0;
  for (let key = 0; key < 10_000; key++) {
    all.keep(`message ${key % 100}`, { tokens: tokens(key), past: onGpu(`${made++}`, 1 + (key % 7)) });
    expect(all.numBytes).toBeLessThanOrEqual(100);
  }
  expect(made - freed.length).toBeLessThanOrEqual(10);
});
