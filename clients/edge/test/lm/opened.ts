/** The packaged model opened in one thread of node, its two ends joined by a MessageChannel. It knows no test. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { openBehind, type ModelFiles, type ModelOptions } from "../../src/lm/open.js";
import type { Port } from "../../src/lm/port.js";
import type { RemoteModel } from "../../src/lm/remote.js";
import { serve } from "../../src/lm/serve.js";

const FOLDER = new URL("../../../../src/foretype/data/model/", import.meta.url);
const RUNTIME = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");

export async function modelFiles(): Promise<ModelFiles> {
  const [modelJson, tokenizerJson] = await Promise.all(
    ["model.json", "tokenizer.json"].map((name) => readFile(new URL(name, FOLDER), "utf8")),
  );
  const [graph, weights] = await Promise.all(["model.onnx", "model.onnx.data"].map((name) => buffer(new URL(name, FOLDER))));
  if (!modelJson || !tokenizerJson || !graph || !weights) throw new Error("the packaged model is not whole");
  return { modelJson, tokenizerJson, graph, weights };
}

export async function wasmFiles(): Promise<ModelOptions["wasm"]> {
  return { mjs: pathToFileURL(RUNTIME.replace(/\.wasm$/, ".mjs")).href, wasm: await buffer(pathToFileURL(RUNTIME)) };
}

/** A line to a worker's end that lives in this thread. */
export function line(): Port {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  return {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    terminate: () => port1.close(),
    onerror: null,
    get onmessage() {
      return port1.onmessage;
    },
    set onmessage(listener) {
      port1.onmessage = listener;
    },
  };
}

export async function openPackaged(): Promise<RemoteModel> {
  return openBehind(line, await modelFiles(), { wasm: await wasmFiles() });
}

async function buffer(url: URL): Promise<ArrayBuffer> {
  const bytes = await readFile(url);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** Shared test vectors, which tests/edge/lm_vectors.py wrote. */
export async function vectors<T>(name: string): Promise<T[]> {
  return JSON.parse(await readFile(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8")) as T[];
}
