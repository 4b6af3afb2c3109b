/**
 * Keys and values of tokens that some pass read: a value that nobody ever changes, so sessions share it.
 *
 * In a page's own memory it goes when nobody knows it any more. On a GPU it lies in buffers that nobody collects: whoever keeps
 * it says so, and when the last one lets go they are freed. It does not know which tokens were read.
 */

import type { Tensor } from "onnxruntime-web/wasm";

export class Past {
  #numHolders = 0;

  /** `tensors`: key.0, value.0, key.1, ...: (1, kv heads, cells, head size). */
  constructor(
    readonly numCells: number,
    readonly tensors: readonly Tensor[],
  ) {}

  hold(): this {
    this.#numHolders += 1;
    return this;
  }

  letGo(): void {
    this.#numHolders -= 1;
    if (this.#numHolders > 0) return;
    for (const tensor of this.tensors) if (tensor.location === "gpu-buffer") tensor.dispose();
  }
}
