/**
 * onnxruntime-web as it was built for this device: without a GPU, or with one, where WebAssembly can wait for it (JSPI).
 *
 * Either is loaded only where it is wanted; the latter runs on WebAssembly alone, too. It does not know what is run.
 */

import type * as Ort from "onnxruntime-web/wasm";
import type { Start } from "./messages.js";

export type Runtime = typeof Ort;

/** What runs a pass. */
export type Processor = "wasm" | "gpu";

const INIT_TIMEOUT_MS = 60_000; // a phone compiles for ten seconds; threads that a policy forbids never come, and say nothing

/** The build that `start` names, ready to open sessions. */
export async function openRuntime({ build, wasm, threads }: Start): Promise<Runtime> {
  const ort: Runtime = build === "gpu" ? await import("onnxruntime-web/jspi") : await import("onnxruntime-web/wasm");
  const { wasm: env } = ort.env;
  env.numThreads = threads;
  env.initTimeout = INIT_TIMEOUT_MS;
  env.wasmPaths = typeof wasm.wasm === "string" ? { mjs: wasm.mjs, wasm: wasm.wasm } : { mjs: wasm.mjs };
  if (typeof wasm.wasm !== "string") env.wasmBinary = wasm.wasm;
  return ort;
}
