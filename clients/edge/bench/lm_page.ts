/**
 * What runs in the browser for bench/lm.mjs: opens the model as an engine does, asks, and sends the times to the server.
 *
 * Times are those of the thread that asks: messages to the worker and back are part of them.
 */

import { openLanguageModel, type RemoteModel } from "../src/lm/index.js";
import { MAX_ROWS, PersonalHead } from "../src/lm/personal.js";

const ROUNDS = 60;
const asked = new URLSearchParams(location.search);
const threads = Number(asked.get("threads") ?? 1);

async function bytes(path: string): Promise<ArrayBuffer> {
  return (await fetch(path)).arrayBuffer();
}

async function text(path: string): Promise<string> {
  return (await fetch(path)).text();
}

/** Tokens that look like chance. */
const token = (at: number): number => (at === 0 ? 0 : 13 + ((at * 977) % 12_000));
const document = (length: number): number[] => Array.from({ length }, (_, at) => token(at));

let sessions = 0;

async function time(model: RemoteModel, before: readonly number[], ends: readonly (readonly number[])[]): Promise<number> {
  const session = `s${sessions++}`;
  if (before.length) await model.submit(before, { session, numWanted: 1 }).result;
  const start = performance.now();
  await Promise.all(ends.map((end) => model.submit([...before, ...end], { session, numWanted: 1 }).result));
  const ms = performance.now() - start;
  model.release(session);
  return ms;
}

async function percentiles(measure: (round: number) => Promise<number>, rounds = ROUNDS): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure(round));
  times.sort((a, b) => a - b);
  return [0.1, 0.5, 0.9].map((share) => Number((times[Math.floor(share * (rounds - 1))] ?? NaN).toFixed(2)));
}

/** A personal head that is full, as after some hundred mails. */
function fullHead(): PersonalHead {
  const head = new PersonalHead("bench");
  const tokens = Int32Array.from({ length: MAX_ROWS }, (_, at) => 13 + at * 11);
  const lesson = head.begin(tokens);
  tokens.slice(0, 50).forEach((each, at) => head.read(lesson, each, evenRow(), evenState(at)));
  head.end(lesson);
  return head;
}

const evenRow = (): Float32Array => new Float32Array(12_288).fill(-Math.log(12_288));
const evenState = (round: number): Float32Array => Float32Array.from({ length: 576 }, (_, at) => Math.sin(at + round));

async function correcting(head: PersonalHead, round: number): Promise<number> {
  const [row, hidden] = [evenRow(), evenState(round)];
  const begun = performance.now();
  head.apply(row, hidden);
  return performance.now() - begun;
}

async function measured(): Promise<object> {
  const [modelJson, tokenizerJson] = await Promise.all([text("/model/model.json"), text("/model/tokenizer.json")]);
  const [graph, weights, wasm] = await Promise.all(
    ["/model/model.onnx", "/model/model.onnx.data", "/ort/ort-wasm-simd-threaded.wasm"].map(bytes),
  ) as [ArrayBuffer, ArrayBuffer, ArrayBuffer];
  const start = performance.now();
  const model = await openLanguageModel(
    { modelJson, graph, weights, tokenizerJson },
    { wasm: { mjs: new URL("/ort/ort-wasm-simd-threaded.mjs", location.href).href, wasm }, threads, workerUrl: "/lm-worker.js" },
  );
  const openMs = Math.round(performance.now() - start);
  const fresh = (round: number): number[] => [0, 13 + round, ...document(56).slice(1)];
  const head = fullHead();
  const results = {
    personal_correction: await percentiles((round) => correcting(head, round)),
    one_token_after_57: await percentiles((round) => time(model, document(57), [[14 + round]])),
    one_token_after_200: await percentiles((round) => time(model, document(200), [[14 + round]]), 20),
    one_token_after_800: await percentiles((round) => time(model, document(800), [[14 + round]]), 10),
    eight_branches: await percentiles((round) => time(model, document(57), Array.from({ length: 8 }, (_, at) => [14 + round, 30 + at]))),
    reading_57: await percentiles((round) => time(model, [], [fresh(round)]), 15),
    encode_1500_characters: await percentiles(async (round) => {
      const mail = `${round} Thanks for sending the report, I will look at it. `.repeat(30);
      const begun = performance.now();
      model.encode(mail);
      return performance.now() - begun;
    }),
  };
  return { agent: navigator.userAgent, isolated: crossOriginIsolated, threads, open_ms: openMs, ms_p10_p50_p90: results };
}

const result = await measured().catch((error: unknown) => ({ error: String(error) }));
await fetch("/result", { method: "POST", body: JSON.stringify(result) });
