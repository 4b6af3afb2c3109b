/**
 * Opening the packaged model in a page: files are checked, the network starts in a worker of its own.
 *
 * Size and checksum of every file are compared with model.json, so a truncated or mixed-up download is refused before it
 * answers nonsense. It does not know how the files were fetched, nor how the network runs.
 */

import { ModelError } from "../errors.js";
import { checkFile, readCard } from "./card.js";
import type { Started, Start } from "./messages.js";
import type { Port } from "./port.js";
import { RemoteModel } from "./remote.js";
import type { Runs } from "./faster.js";
import type { Processor } from "./runtime.js";
import { Tokenizer } from "./tokenizer.js";
import { Watch } from "./watch.js";

/** The files of a model folder. `graph` and `weights` are handed to the worker: they are empty here afterwards. */
export interface ModelFiles {
  readonly modelJson: string;
  readonly graph: ArrayBuffer; // model.onnx
  readonly weights: ArrayBuffer; // model.onnx.data
  readonly tokenizerJson: string;
}

export interface ModelOptions {
  /** onnxruntime-web's two files: where ort-wasm-simd-threaded.mjs lies, and the same of .wasm, or its bytes. */
  readonly wasm: { readonly mjs: string; readonly wasm: string | ArrayBuffer };
  /** Which build they are: "gpu" for the ones called .jspi. */
  readonly build?: Processor;
  /** Where the network runs; "faster": on whichever takes less for a step, which takes some seconds to find out. */
  readonly on?: Processor | "faster";
  /** Threads of the network; more than one only where the page is cross-origin isolated. */
  readonly threads?: number;
  /** Where the built src/lm/worker.ts lies, as a module. */
  readonly workerUrl: string | URL;
  /** Memory for what sessions have read, in bytes. */
  readonly cacheBytes?: number;
}

const CACHE_BYTES = 48_000_000; // foretype-27m takes 13.8 kB a token: some 3,400 tokens, three long messages
const START_PATIENCE = 90; // seconds; onnxruntime itself gives up after 60
export const LOAD_AGAIN = "load the page again, and if that does not help build the folder anew";

/** The model, once it can answer. Rejects with ModelError when a file is not what model.json says, or nothing runs here. */
export async function openLanguageModel(files: ModelFiles, options: ModelOptions): Promise<RemoteModel> {
  return openBehind(() => startWorker(options.workerUrl), files, options);
}

/** The same with the worker's end of the line handed in. */
export async function openBehind(
  connect: () => Port,
  files: ModelFiles,
  options: Omit<ModelOptions, "workerUrl">,
): Promise<RemoteModel> {
  const card = readCard(files.modelJson);
  const tokenizerBytes = new TextEncoder().encode(files.tokenizerJson);
  await Promise.all([
    checkFile(card, "model.onnx", new Uint8Array(files.graph)),
    checkFile(card, "model.onnx.data", new Uint8Array(files.weights)),
    checkFile(card, "tokenizer.json", tokenizerBytes),
  ]);
  const tokenizer = new Tokenizer(files.tokenizerJson, { numTokens: card.shape.vocabSize });
  if (typeof WebAssembly === "undefined") {
    throw new ModelError("language model: found no WebAssembly, wanted a browser that runs it; use another browser");
  }
  const port = connect();
  const runs = await started(port, {
    do: "start",
    graph: files.graph,
    weights: files.weights,
    shape: card.shape,
    build: options.build ?? "wasm",
    on: options.on ?? "wasm",
    wasm: options.wasm,
    threads: isIsolated() ? (options.threads ?? 1) : 1,
    cacheBytes: options.cacheBytes ?? CACHE_BYTES,
    digest: card.files["model.onnx.data"]?.sha256 ?? "",
  });
  return new RemoteModel(port, { card, tokenizer, runs });
}

function startWorker(url: string | URL): Port {
  return new Worker(url, { type: "module", name: "foretype language model" });
}

function isIsolated(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? false;
}

/** Waits until the worker can answer; one that cannot is ended. */
async function started(port: Port, start: Start): Promise<Runs> {
  const first = firstWord(port);
  port.postMessage(start, [start.graph, start.weights]);
  const found = await first;
  if (found.is === "ready") return found.runs;
  port.terminate();
  throw new ModelError(
    `language model: found a worker that does not start (${found.why}), wanted one with WebAssembly SIMD and some 300 MB; ${LOAD_AGAIN}`,
  );
}

function firstWord(port: Port): Promise<Started> {
  return new Promise((resolve) => {
    const watch = new Watch({ ask: () => undefined, hung: () => tell({ is: "failed", why: "it says nothing" }) }, START_PATIENCE);
    const tell = (found: Started): void => {
      watch.end();
      resolve(found);
    };
    port.onmessage = ({ data }) => tell(data as Started);
    port.onerror = (event) => {
      event.preventDefault();
      tell({ is: "failed", why: event.message || "its script cannot be loaded" });
    };
    watch.begin();
  });
}
