/** What a pass leaves behind: no more memory than the text that it belongs to. */

import { beforeAll, expect, test } from "vitest";
import { readCard } from "../../src/lm/card.js";
import { openNetwork } from "../../src/lm/faster.js";
import type { Network, Pass } from "../../src/lm/network.js";
import type { Past } from "../../src/lm/past.js";
import { modelFiles, wasmFiles } from "./opened.js";
import "./patience.js";

let network: Network;
beforeAll(async () => {
  const { modelJson, graph, weights } = await modelFiles();
  const { shape } = readCard(modelJson);
  const given = { graph, weights, shape, wasm: await wasmFiles() };
  ({ network } = await openNetwork({ do: "start", build: "wasm", on: "wasm", threads: 1, cacheBytes: 0, digest: "", ...given }));
});

function chain(past: Past, numPast: number, tokens: readonly number[]): Pass {
  return { past, numPast, tokens, depths: tokens.map((_, at) => at), sees: null, wanted: [tokens.length - 1] };
}

const LONG = Array.from({ length: 100 }, (_, at) => (at === 0 ? 0 : 13 + ((at * 977) % 12_000)));

test("a text that begins like a long one does not carry all of it on", async () => {
  const long = await network.run(chain(network.nothing, 0, LONG));
  expect(long.past.numCells).toBe(100);
  const [other, fresh] = [await network.run(chain(long.past, 3, [500, 600])), await network.run(chain(network.nothing, 0, [...LONG.slice(0, 3), 500, 600]))];
  expect(other.past.numCells).toBe(5);
  const [row, wanted] = [other.rows[0]!, fresh.rows[0]!];
  expect(Math.max(...row.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThan(2e-3);
  expect(long.past.numCells).toBe(100); // who wrote the long one goes on
});

test("a writer who deletes a sentence rewinds without copying", async () => {
  const long = await network.run(chain(network.nothing, 0, LONG));
  expect((await network.run(chain(long.past, 60, [500]))).past.numCells).toBe(100);
});
