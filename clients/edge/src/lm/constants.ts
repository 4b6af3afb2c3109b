/**
 * Values of a graph's constants, those included that are computed from others while a runtime loads it.
 *
 * It does not know what the values are for.
 */

import { ModelError } from "../errors.js";
import { FLOAT, type Constant, type Graph, type Node } from "./onnx.js";

const UINT8 = 2;
const INT8 = 3;

export type Values = Float32Array | Uint8Array | Int8Array;

export class Constants {
  readonly #stored: ReadonlyMap<string, Constant>;
  readonly #makers: ReadonlyMap<string, Node>;

  /** `weights`: the external file, all of it. */
  constructor(graph: Graph, private readonly weights: ArrayBuffer) {
    this.#stored = new Map(graph.constants.map((constant) => [constant.name, constant]));
    this.#makers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? "", node]));
  }

  /** The shape of a stored constant. */
  dims(name: string): readonly number[] {
    return this.#stored.get(name)?.dims ?? [];
  }

  /** The 8-bit values of a stored constant. Throws ModelError for any other. */
  codes(name: string): Uint8Array {
    const found = this.#values(name);
    if (found instanceof Uint8Array) return found;
    throw new ModelError(`model.onnx: found ${name} as no bytes, wanted bytes; build the folder anew`);
  }

  /** Float values: stored ones, or codes times one factor a row, as scales are kept. */
  floats(name: string): Float32Array {
    const maker = this.#makers.get(name);
    if (maker?.operator === "Mul") {
      const [left = "", right = ""] = maker.inputs;
      return scaled(this.floats(left), this.floats(right));
    }
    const stored = this.#values(maker?.operator === "Cast" ? (maker.inputs[0] ?? "") : name);
    return stored instanceof Float32Array ? stored : Float32Array.from(stored);
  }

  #values(name: string): Values {
    const found = this.#stored.get(name);
    if (!found) throw new ModelError(`model.onnx: found no constant ${name}, wanted one; build the folder anew`);
    const bytes = found.raw ?? new Uint8Array(this.weights, found.external?.offset, found.external?.length);
    if (found.type === UINT8) return bytes;
    if (found.type === INT8) return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (found.type === FLOAT) return new Float32Array(bytes.slice().buffer); // a copy: it may lie anywhere in the file
    throw new ModelError(`model.onnx: found constant ${name} of type ${found.type}, wanted floats or bytes; build the folder anew`);
  }
}

/** Each of `rows` times its row of `codes`. */
function scaled(codes: Float32Array, rows: Float32Array): Float32Array {
  const width = codes.length / rows.length;
  return codes.map((code, at) => code * (rows[Math.floor(at / width)] ?? 0));
}
