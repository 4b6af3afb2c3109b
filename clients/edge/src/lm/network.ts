/**
 * The network in onnxruntime: one pass reads new tokens behind those that were read before.
 *
 * What was read is a value: a pass takes one and gives another, and none is ever changed, so sessions share beginnings and
 * rewind without copying. It does not know whose tokens they are.
 */

import type * as Ort from "onnxruntime-web/wasm";
import type { Shape } from "./card.js";
import type { Start } from "./messages.js";
import { Past } from "./past.js";
import type { Processor, Runtime } from "./runtime.js";
import { replacedFor, STATE_OUTPUT, unpacked } from "./unpack.js";

const WEIGHTS_FILE = "model.onnx.data";
const HIDDEN = -1e9; // added to an attention score, it leaves a weight of exactly zero
const FLOAT_BYTES = 4;
const SPARE_CELLS = 64; // of a rewound past that are carried on: a writer who deletes a sentence writes another
const PROVIDERS = { wasm: "wasm", gpu: "webgpu" } as const;

/** New tokens behind the first `numPast` cells of `past`: a chain, or a tree where `sees` is given. */
export interface Pass {
  readonly past: Past;
  readonly numPast: number;
  readonly tokens: readonly number[];
  readonly depths: readonly number[];
  readonly sees: readonly (readonly boolean[])[] | null; // [i][j]: token i looks at token j
  readonly wanted: readonly number[]; // of the new tokens
}

/** Of each wanted token: natural-log probabilities of what follows it, and the state that they come from. */
export interface Read {
  readonly past: Past;
  readonly rows: readonly Float32Array[]; // (vocab) each
  readonly hidden: readonly Float32Array[]; // (hidden size) each
}

export class Network {
  readonly nothing: Past;
  /** Whether a pass may be a tree: on a GPU, attention takes each token's place from its cell. */
  readonly readsTrees: boolean;
  readonly #names: readonly string[];

  private constructor(
    private readonly ort: Runtime,
    private readonly session: Ort.InferenceSession,
    shape: Shape,
    on: Processor,
  ) {
    this.readsTrees = on !== "gpu";
    this.#names = namesOf(shape);
    const empty = new ort.Tensor("float32", new Float32Array(), [1, shape.numKvHeads, 0, shape.headSize]);
    this.nothing = new Past(0, this.#names.map(() => empty));
  }

  /** Load the graph. What was read stays on a GPU that runs it. Rejects with whatever onnxruntime says when it cannot. */
  static async open(ort: Runtime, { graph, weights, shape, build }: Start, on: Processor): Promise<Network> {
    const ready = unpacked(new Uint8Array(graph), { name: WEIGHTS_FILE, data: weights }, replacedFor(build, on));
    const session = await ort.InferenceSession.create(ready.graph, {
      executionProviders: [PROVIDERS[on]],
      externalData: [...ready.files],
      graphOptimizationLevel: "all",
      extra: { session: { intra_op: { allow_spinning: "0" } } },
      ...(on === "gpu" && { preferredOutputLocation: onGpu(namesOf(shape)) }),
    });
    return new Network(ort, session, shape, on);
  }

  /** Memory that one read token takes. */
  static cellBytes({ numLayers, numKvHeads, headSize }: Shape): number {
    return 2 * numLayers * numKvHeads * headSize * FLOAT_BYTES;
  }

  async run(pass: Pass): Promise<Read> {
    const past = hasManySpare(pass) ? await this.#cut(pass) : pass.past;
    const found = await this.session.run({ ...inputs(this.ort, pass), ...this.#pastInputs(past) });
    const tensors = this.#names.map((name) => this.#tensor(found, `present.${name}`));
    return {
      past: new Past(tensors[0]?.dims[2] ?? 0, tensors),
      rows: rowsOf(this.#tensor(found, "log_probs")),
      hidden: rowsOf(this.#tensor(found, STATE_OUTPUT)),
    };
  }

  /** Give its memory back; nothing can be read any more. */
  close(): Promise<void> {
    return this.session.release();
  }

  /** The cells that the pass reads behind. A pass gives as many as it was given, so a long text's would never go. */
  async #cut({ past, numPast }: Pass): Promise<Past> {
    const data = await Promise.all(past.tensors.map((tensor) => tensor.getData() as Promise<Float32Array>));
    const tensors = past.tensors.map(({ dims: [batch = 1, heads = 0, cells = 0, size = 0] }, at) => {
      const kept = new Float32Array(heads * numPast * size);
      for (let head = 0; head < heads; head++) {
        const from = head * cells * size;
        kept.set(data[at]!.subarray(from, from + numPast * size), head * numPast * size);
      }
      return new this.ort.Tensor("float32", kept, [batch, heads, numPast, size]);
    });
    return new Past(numPast, tensors);
  }

  #pastInputs({ tensors }: Past): Record<string, Ort.Tensor> {
    return Object.fromEntries(tensors.map((each, at) => [`past.${this.#names[at]}`, each]));
  }

  #tensor(found: Ort.InferenceSession.ReturnType, name: string): Ort.Tensor {
    const value = found[name];
    if (!(value instanceof this.ort.Tensor)) throw new TypeError(`the graph gave no ${name}`);
    return value;
  }
}

/** What was read stays where it was made. */
function onGpu(names: readonly string[]): Record<string, "gpu-buffer"> {
  return Object.fromEntries(names.map((name) => [`present.${name}`, "gpu-buffer"]));
}

function hasManySpare({ past, numPast }: Pass): boolean {
  return past.numCells - numPast > Math.max(SPARE_CELLS, numPast);
}

function namesOf({ numLayers }: Shape): string[] {
  return Array.from({ length: numLayers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
}

function inputs(ort: Runtime, { numPast, tokens, depths, sees, wanted }: Pass): Record<string, Ort.Tensor> {
  const total = numPast + tokens.length;
  const shape = [1, tokens.length];
  return {
    input_ids: new ort.Tensor("int64", integers(tokens), shape),
    positions: new ort.Tensor("int64", integers(depths.map((depth) => numPast + depth)), shape),
    hidden_from: new ort.Tensor("float32", hidden(total, numPast, sees), [1, 1, tokens.length, total]),
    last_cells: new ort.Tensor("int32", Int32Array.of(total - 1), [1]),
    total_length: new ort.Tensor("int32", Int32Array.of(total), []),
    wanted: new ort.Tensor("int64", integers(wanted), [wanted.length]),
  };
}

/** Added to attention scores, (new, total): other branches are hidden. That later tokens are hidden the graph sees to. */
function hidden(total: number, numPast: number, sees: Pass["sees"]): Float32Array {
  const scores = new Float32Array((total - numPast) * total);
  sees?.forEach((row, i) => row.forEach((isSeen, j) => {
    if (!isSeen) scores[i * total + numPast + j] = HIDDEN;
  }));
  return scores;
}

function integers(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

/** A view of each row of a float matrix. */
function rowsOf({ data, dims: [length = 0, width = 0] }: Ort.Tensor): Float32Array[] {
  return Array.from({ length }, (_, row) => (data as Float32Array).subarray(row * width, (row + 1) * width));
}
