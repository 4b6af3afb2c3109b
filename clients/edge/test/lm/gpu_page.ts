/**
 * What a page of tests/page/edge/test_gpu.py runs: the network on a GPU and on WebAssembly, asked the same.
 *
 * It is no test by itself: node has no GPU.
 */

import { readCard } from "../../src/lm/card.js";
import { openNetwork } from "../../src/lm/faster.js";
import { Held } from "../../src/lm/held.js";
import { Network } from "../../src/lm/network.js";
import type { Question, Start } from "../../src/lm/messages.js";
import { Reader } from "../../src/lm/reader.js";
import type { Processor } from "../../src/lm/runtime.js";

interface Asked {
  readonly tokens: readonly number[];
  readonly wanted: number;
  readonly top: readonly (readonly number[])[];
  readonly log_probs: readonly (readonly number[])[];
}

const bytes = async (address: string): Promise<ArrayBuffer> => (await fetch(address)).arrayBuffer();

/** What a worker would be told. */
async function startOn(on: Start["on"]): Promise<Start> {
  const [card, graph, weights, wasm] = await Promise.all([
    fetch("/model/model.json").then((reply) => reply.text()),
    bytes("/model/model.onnx"),
    bytes("/model/model.onnx.data"),
    bytes("/ort/ort-wasm-simd-threaded.jspi.wasm"),
  ]);
  const mjs = new URL("/ort/ort-wasm-simd-threaded.jspi.mjs", location.href).href;
  const { shape } = readCard(card);
  return { do: "start", graph, weights, shape, build: "gpu", on, wasm: { mjs, wasm }, threads: 1, cacheBytes: 48e6, digest: "" };
}

interface Opened {
  readonly ask: (questions: readonly Omit<Question, "id">[]) => Promise<Float32Array[]>;
  readonly held: Held;
}

async function opened(on: Processor): Promise<Opened> {
  const start = await startOn(on);
  const { network } = await openNetwork(start);
  const held = new Held(network.nothing, { cellBytes: Network.cellBytes(start.shape), budgetBytes: start.cacheBytes });
  const reader = new Reader(network, held, () => undefined);
  const ask = async (questions: readonly Omit<Question, "id">[]): Promise<Float32Array[]> => {
    const asked = questions.map((question, id) => ({ id, ...question }));
    while (await reader.readAhead(asked[0]!));
    if (asked.length < 2 || reader.fits([asked[0]!], asked[1]!)) return reader.answer(asked);
    return [...(await reader.answer([asked[0]!])), ...(await reader.answer([asked[1]!]))];
  };
  return { ask, held };
}

const question = (session: string, tokens: readonly number[], numWanted = 1): Omit<Question, "id"> => {
  return { session, tokens: Int32Array.from(tokens), numWanted };
};

/** Greatest and mean difference. */
function difference(pairs: readonly (readonly [number, number])[]): { most: number; mean: number } {
  const all = pairs.map(([left, right]) => Math.abs(left - right));
  return { most: Math.max(...all), mean: all.reduce((sum, each) => sum + each, 0) / all.length };
}

/** Answers of both to the first questions of a session of the shared vectors, then rewound, then two branches at once. */
export async function compared(): Promise<object> {
  const [{ asked }] = (await (await fetch("/vectors/lm_answers.json")).json()) as [{ asked: readonly Asked[] }];
  const ways = [await opened("wasm"), await opened("gpu")] as const;
  const both = async (...questions: readonly Omit<Question, "id">[]): Promise<(readonly [Float32Array, Float32Array])[]> => {
    const [wasm, gpu] = [await ways[0].ask(questions), await ways[1].ask(questions)];
    return wasm.map((row, at) => [row, gpu[at]!] as const);
  };
  const [told, each]: [(readonly [number, number])[], (readonly [number, number])[]] = [[], []];
  for (const { tokens, wanted, top, log_probs } of asked.slice(0, 2)) {
    for (const [wasm, gpu] of await both(question("a", tokens, wanted))) {
      const last = gpu.subarray(-wasm.length / wanted);
      top.at(-1)!.forEach((token, rank) => told.push([last[token]!, log_probs.at(-1)![rank]!]));
      top.at(-1)!.forEach((token) => each.push([last[token]!, wasm.subarray(-wasm.length / wanted)[token]!]));
    }
  }
  const begun = asked[0]!.tokens;
  const likely = asked[0]!.top.at(-1)!;
  const likeliest = (pairs: readonly (readonly [Float32Array, Float32Array])[]): (readonly [number, number])[] =>
    pairs.flatMap(([wasm, gpu]) => likely.map((token) => [gpu[token]!, wasm[token]!] as const));
  const rewound = likeliest(await both(question("a", [...begun.slice(0, 6), 500, 600])));
  const branched = likeliest(await both(question("a", [...begun, 77]), question("a", [...begun, 78, 79])));
  for (const { held } of ways) held.drop("a");
  return {
    vectors: difference(told),
    wasm: difference(each),
    rewound: difference(rewound),
    branched: difference(branched),
    heldBytes: ways[1].held.numBytes,
  };
}

/** What a first visit measures. */
export async function measured(): Promise<object> {
  return (await openNetwork(await startOn("faster"))).runs;
}

Object.assign(globalThis, { compared, measured });
