/**
 * onnxruntime-web's two builds in a folder, and which one a device loads: the one for GPUs where there is a GPU.
 *
 * A device whose GPU comes or goes while there is no network takes the one that it has: either runs without. It does not know
 * GPUs (graphics.ts).
 */

import { UnreachableError } from "../errors.js";
import type { Processor } from "../lm/index.js";
import type { Folder, OnBytes } from "./folder.js";
import { FILES } from "./manifest.js";

// A build's WASM, and its own script round it.
const BUILDS = {
  wasm: { file: FILES.wasm, glue: "ort-glue.js" },
  gpu: { file: FILES.gpuWasm, glue: "ort-gpu-glue.js" },
} as const;

export interface LoadedRuntime {
  readonly build: Processor;
  readonly wasm: { readonly mjs: string; readonly wasm: ArrayBuffer };
}

/** Rejects with a ModelError, an UnreachableError where neither can be had. */
export async function readRuntime(
  folder: Pick<Folder, "read" | "holds" | "address">,
  hasGpu: boolean,
  onBytes: OnBytes,
): Promise<LoadedRuntime> {
  const [first, other]: Processor[] = hasGpu ? ["gpu", "wasm"] : ["wasm", "gpu"];
  const load = async (build: Processor): Promise<LoadedRuntime> => {
    const { file, glue } = BUILDS[build];
    return { build, wasm: { mjs: folder.address(glue), wasm: await folder.read(file, onBytes) } };
  };
  try {
    return await load(first!);
  } catch (error) {
    if (!(error instanceof UnreachableError) || !(await folder.holds(BUILDS[other!].file))) throw error;
    return load(other!);
  }
}
