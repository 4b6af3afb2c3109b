/**
 * The network on the GPU or on WebAssembly, whichever takes less for the step that a key waits for, measured on the spot.
 *
 * A GPU is no promise: a small one, or one behind a slow driver, loses against two cores. It does not know what device this is, nor
 * what was measured before.
 */

import type { Start } from "./messages.js";
import { Network, type Read } from "./network.js";
import { openRuntime, type Processor } from "./runtime.js";

const BEFORE_TOKENS = 57; // a short mail's beginning
const STEPS = 5; // the quickest counts: what disturbs only ever adds
const MOST_MS = 1000; // of measuring: who takes so long has lost
const AHEAD_TOKENS = 16; // a chunk of a long text (window.ts)

/** On what the network runs, and how long a step took; null where nobody measured. */
export interface Runs {
  readonly on: Processor;
  readonly stepMs: Readonly<Record<Processor, number>> | null;
}

/** The network as `start` wants it. Rejects with whatever onnxruntime says when it cannot. */
export async function openNetwork(start: Start): Promise<{ readonly network: Network; readonly runs: Runs }> {
  const ort = await openRuntime(start);
  if (start.on !== "faster") {
    const network = await Network.open(ort, start, start.on);
    if (start.on === "gpu") await warmed(network);
    return { network, runs: { on: start.on, stepMs: null } };
  }
  const [wasm, gpu] = [await Network.open(ort, start, "wasm"), await Network.open(ort, start, "gpu")];
  await warmed(gpu);
  const stepMs = { wasm: await stepOf(wasm), gpu: await stepOf(gpu) };
  const [network, other, on]: [Network, Network, Processor] = stepMs.gpu < stepMs.wasm ? [gpu, wasm, "gpu"] : [wasm, gpu, "wasm"];
  await other.close();
  return { network, runs: { on, stepMs } };
}

/** The network after one pass of each shape that questions have: its programs are compiled by then. */
async function warmed(network: Network): Promise<void> {
  for (const numTokens of [1, AHEAD_TOKENS]) (await pass(network, numTokens)).past.hold().letGo();
}

/** Milliseconds of the quickest of some steps of one token. */
async function stepOf(network: Network): Promise<number> {
  const { past } = await pass(network, BEFORE_TOKENS);
  past.hold();
  const times: number[] = [];
  const begun = performance.now();
  for (let step = 0; step < STEPS && performance.now() - begun < MOST_MS; step++) {
    const began = performance.now();
    const read = await network.run({ past, numPast: BEFORE_TOKENS, tokens: [step], depths: [0], sees: null, wanted: [0] });
    times.push(performance.now() - began);
    read.past.hold().letGo();
  }
  past.letGo();
  return Math.min(...times);
}

/** So many tokens, read behind nothing; which ones makes no difference to the time. */
function pass(network: Network, numTokens: number): Promise<Read> {
  const tokens = Array.from({ length: numTokens }, (_, at) => at);
  return network.run({ past: network.nothing, numPast: 0, tokens, depths: tokens, sees: null, wanted: [numTokens - 1] });
}
