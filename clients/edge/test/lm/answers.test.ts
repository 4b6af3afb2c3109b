/** What the network says in WebAssembly is what it says on the server, however a session came about. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { CancelledError } from "../../src/contracts.js";
import { InputError } from "../../src/errors.js";
import type { RemoteModel } from "../../src/lm/remote.js";
import { openPackaged, vectors } from "./opened.js";
import "./patience.js";

interface Asked {
  readonly tokens: readonly number[];
  readonly wanted: number;
  readonly top: readonly (readonly number[])[];
  readonly log_probs: readonly (readonly number[])[];
}

interface Session {
  readonly session: string;
  readonly asked: readonly Asked[];
}

// The server rounds activations to eight bits, WebAssembly does not: docs/why/edge-lm.md has the distribution.
const MEAN_WITHIN = 0.03; // nats, over the twenty likeliest tokens
const EACH_WITHIN = 0.2;

let model: RemoteModel;
beforeAll(async () => {
  model = await openPackaged();
});
afterAll(() => model.close());

async function ask(tokens: readonly number[], session: string, numWanted = 1): Promise<Float32Array[]> {
  return model.submit(tokens, { session, numWanted }).result;
}

test("every answer of the shared vectors is the server's, but for the server's rounding", async () => {
  const differences: number[] = [];
  let [numBest, numRows] = [0, 0];
  for (const { session, asked } of await vectors<Session>("lm_answers")) {
    for (const { tokens, wanted, top, log_probs } of asked) {
      const rows = await ask(tokens, session, wanted);
      expect(rows.length).toBe(wanted);
      rows.forEach((row, at) => {
        const tokens = top[at] ?? [];
        differences.push(...tokens.map((token, rank) => Math.abs((row[token] ?? 0) - (log_probs[at]?.[rank] ?? 0))));
        numBest += best(row) === tokens[0] ? 1 : 0;
        numRows += 1;
      });
    }
  }
  expect(differences.reduce((sum, each) => sum + each) / differences.length).toBeLessThan(MEAN_WITHIN);
  expect(Math.max(...differences)).toBeLessThan(EACH_WITHIN);
  expect(numBest / numRows).toBeGreaterThan(0.9); // where two are alike, rounding decides
});

const LONG = Array.from({ length: 70 }, (_, at) => (at === 0 ? 0 : 13 + ((at * 977) % 12_000)));

function expectClose(found: Float32Array | undefined, wanted: Float32Array | undefined): void {
  expect(Math.max(...(found ?? []).map((value, at) => Math.abs(value - (wanted?.[at] ?? NaN))))).toBeLessThan(2e-3);
}

test("probabilities add up to one", async () => {
  const [row] = await ask(LONG.slice(0, 9), "sum");
  expect((row ?? new Float32Array()).reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 3);
});

test("a rewound, continued, branched or shared session answers as one that reads everything anew", async () => {
  const [fresh] = await ask(LONG, "fresh");
  await ask(LONG.slice(0, 20), "walk");
  await ask([...LONG.slice(0, 12), 500, 600, 700], "walk");
  const together = [ask([...LONG.slice(0, 69), 77], "walk"), ask([...LONG.slice(0, 69), 78, 79], "walk"), ask(LONG, "walk")];
  expectClose((await together[2])?.[0], fresh);
  model.release("fresh");
  const [branch] = await ask([...LONG.slice(0, 69), 78, 79], "other");
  expectClose((await together[1])?.[0], branch);
});

test("several rows are those of the single prefixes", async () => {
  const rows = await ask(LONG.slice(0, 24), "rows", 3);
  for (const [at, row] of rows.entries()) expectClose(row, (await ask(LONG.slice(0, 22 + at), "single"))[0]);
});

test("a question that waits can be cancelled, and the one before it is answered", async () => {
  const [first, second] = [40, 50].map((end) => model.submit([...LONG.slice(0, end), end], { session: "c", numWanted: 1 }));
  second?.cancel();
  await expect(second?.result).rejects.toThrow(CancelledError);
  expect((await first?.result)?.length).toBe(1);
});

test.each([
  [[], 1, /found numWanted 1 for 0 tokens/],
  [[0, 1], 3, /found numWanted 3 for 2 tokens/],
  [[0, 12_288], 1, /outside 0\.\.12287/],
])("a question about %j is refused", (tokens, numWanted, message) => {
  expect(() => model.submit(tokens, { session: "x", numWanted })).toThrow(InputError);
  expect(() => model.submit(tokens, { session: "x", numWanted })).toThrow(message);
});

test("a closed model answers nothing", async () => {
  const other = await openPackaged();
  const waiting = other.submit(LONG, { session: "x", numWanted: 1 });
  other.close();
  await expect(waiting.result).rejects.toThrow(CancelledError);
  await expect(other.submit([0], { session: "x", numWanted: 1 }).result).rejects.toThrow(CancelledError);
});

function best(row: Float32Array): number {
  return row.reduce((top, value, at) => (value > (row[top] ?? -Infinity) ? at : top), 0);
}
