/**
 * Times of the network's forms (lm_ways.ts), one pass at a time in node.
 *
 *     for way in packed float int8; do node bench/lm_node.mjs lm_kernels $way; done
 *
 * It misleads where other programs run: floats wait for memory first. It does not know what an answer is worth: lm_quality does.
 */

import type { InferenceSession } from "onnxruntime-web/wasm";
import { openWay, past, read } from "./lm_ways.js";

const ROUNDS = 40;

/** Milliseconds of reading `length` tokens behind `cells`: tenth percentile and median. */
async function timed(session: InferenceSession, length: number, cells: number, rounds = ROUNDS): Promise<string> {
  const before = past(cells);
  const tokens = Array.from({ length }, (_, at) => 100 + at);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await read(session, before, { cells, tokens, wanted: 1 });
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  return [0.1, 0.5].map((share) => (times[Math.floor(share * rounds)] ?? NaN).toFixed(1)).join(" / ");
}

const way = process.argv[3] ?? "float";
const { session, megabytes } = await openWay(way);
const [one, eight, many] = [await timed(session, 1, 57), await timed(session, 8, 57), await timed(session, 57, 1, 12)];
console.log(JSON.stringify({ way, megabytes, "one token": one, "eight tokens": eight, "reading 57": many }));
process.exit(0);
