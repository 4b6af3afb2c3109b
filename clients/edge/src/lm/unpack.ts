/**
 * Matrices of 4 or 8 bits as floats, and the graph that multiplies those.
 *
 * WebAssembly has no kernel for onnxruntime's MatMulNBits: it unpacks every matrix at every call, 58 ms a token where
 * floats that were unpacked once take 5 (docs/why/edge-lm.md). So the file is small and the memory is not. A GPU multiplies the
 * packed ones. Values are those that the codes stand for, bit for bit. The state before the head becomes an output. It does not
 * know what runs the graph.
 */

import { Constants } from "./constants.js";
import { makeConstant, makeNode, readGraph, writeGraph, type Graph, type Node } from "./onnx.js";
import type { Processor } from "./runtime.js";

const PRODUCT = "MatMulNBits";
const LOOKUP = "GatherBlockQuantized";
export const STATE_OUTPUT = "asked.normed"; // of the asked tokens, what the head multiplies; foretype's exporter calls it so

/** A file that a constant of the graph names, in memory. */
export interface ExternalFile {
  readonly path: string;
  readonly data: Uint8Array;
}

export interface Unpacked {
  readonly graph: Uint8Array;
  readonly files: readonly ExternalFile[];
}

/** Operators that have no kernel, or none worth using, in onnxruntime-web's build where it runs on `on`. */
export function replacedFor(build: Processor, on: Processor): ReadonlySet<string> {
  if (on === "gpu") return new Set([LOOKUP]);
  return new Set(build === "gpu" ? [PRODUCT, LOOKUP] : [PRODUCT]);
}

/** The graph with the operators of `replaced` over floats, and the files it needs. Throws ModelError or RangeError for a graph that
 *  is damaged. */
export function unpacked(
  file: Uint8Array,
  weights: { readonly name: string; readonly data: ArrayBuffer },
  replaced: ReadonlySet<string>,
): Unpacked {
  const graph = readGraph(file);
  const constants = new Constants(graph, weights.data);
  const made: Matrix[] = [];
  const nodes = graph.nodes.map((node) => {
    if (!replaced.has(node.operator)) return node.operator === PRODUCT ? precise(node) : node;
    const [matrix, over] = node.operator === PRODUCT ? [matrixOf(node, constants), product] : [tableOf(node, constants), lookup];
    made.push(matrix);
    return over(node, matrix.name);
  });
  const known = [...graph.constants, ...made.map(({ name, dims }) => makeConstant(name, dims))];
  const needed = live({ nodes, constants: known, outputs: [...graph.outputs, STATE_OUTPUT] });
  const files = made.map(({ name, values }) => ({ path: name, data: new Uint8Array(values.buffer) }));
  return { graph: writeGraph(file, needed), files: [...files, { path: weights.name, data: new Uint8Array(weights.data) }] };
}

/** The same product of activations as they are: rounded to 8 bits, as the server's are, they would be neither the server's nor
 *  WebAssembly's. */
function precise({ inputs, outputs, integers }: Node): Node {
  const { accuracy_level: _, ...others } = integers;
  return makeNode({ operator: PRODUCT, domain: "com.microsoft", inputs, outputs, integers: others });
}

/** The same product with a float matrix, rows out by columns in. */
function product(node: Node, matrix: string): Node {
  return makeNode({
    operator: "FusedMatMul",
    domain: "com.microsoft",
    inputs: [node.inputs[0] ?? "", matrix],
    outputs: node.outputs,
    integers: { transB: 1 },
  });
}

/** The same rows out of a float table. */
function lookup(node: Node, table: string): Node {
  return makeNode({ operator: "Gather", domain: "", inputs: [table, node.inputs[1] ?? ""], outputs: node.outputs, integers: { axis: 0 } });
}

interface Matrix {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

function matrixOf(node: Node, constants: Constants): Matrix {
  const { N: rows = 0, K: columns = 0, bits = 4, block_size: blockSize = 32 } = node.integers;
  const [, codes = "", scales = "", zeros = ""] = node.inputs;
  const packed = { codes: constants.codes(codes), scales: constants.floats(scales), zeros: zeros ? constants.codes(zeros) : null };
  const shape = { rows, columns, bits, blockSize };
  const unpack = bits === 4 ? unpackNibbles : unpackBytes;
  return { name: `${node.outputs[0]}.float`, dims: [rows, columns], values: unpack(packed, shape) };
}

/** A table that is looked up by rows, its blocks along the last axis. */
function tableOf(node: Node, constants: Constants): Matrix {
  const { bits = 4, block_size: blockSize = 32 } = node.integers;
  const [table = "", , scaleName = "", zeros = ""] = node.inputs;
  const packed = { codes: constants.codes(table), scales: constants.floats(scaleName), zeros: zeros ? constants.codes(zeros) : null };
  const dims = constants.dims(table).map((dim, axis, { length }) => (axis === length - 1 ? (dim * 8) / bits : dim));
  const columns = dims.at(-1) ?? 0;
  const shape = { rows: dims.reduce((count, dim) => count * dim, 1) / columns, columns, blockSize };
  const unpack = bits === 4 ? unpackNibbles : unpackBytes;
  return { name: `${node.outputs[0]}.float`, dims, values: unpack(packed, shape) };
}

export interface Packed {
  readonly codes: Uint8Array; // (rows, blocks, blockSize * bits / 8), low nibble first
  readonly scales: Float32Array; // (rows, blocks)
  readonly zeros: Uint8Array | null; // packed like the codes along blocks; null: the middle of all levels
}

export interface PackedShape {
  readonly rows: number;
  readonly columns: number;
  readonly blockSize: number;
}

/** value = (code - zero) * scale, 4 bits a code; (rows, columns). */
export function unpackNibbles({ codes, scales, zeros }: Packed, { rows, columns, blockSize }: PackedShape): Float32Array {
  const values = new Float32Array(rows * columns);
  const numBlocks = Math.ceil(columns / blockSize);
  const zeroWidth = (numBlocks + 1) >> 1;
  for (let row = 0, block = 0; row < rows; row++) {
    for (let at = 0; at < columns; at += blockSize, block++) {
      const scale = scales[block] ?? 0;
      const within = block - row * numBlocks;
      const zero = zeros ? ((zeros[row * zeroWidth + (within >> 1)] ?? 0) >> (4 * (within & 1))) & 15 : 8;
      const end = row * columns + Math.min(columns, at + blockSize);
      for (let to = row * columns + at, from = (block * blockSize) >> 1; to < end; to += 2, from++) {
        const pair = codes[from] ?? 0;
        values[to] = ((pair & 15) - zero) * scale;
        if (to + 1 < end) values[to + 1] = ((pair >> 4) - zero) * scale;
      }
    }
  }
  return values;
}

/** The same, 8 bits a code. */
export function unpackBytes({ codes, scales, zeros }: Packed, { rows, columns, blockSize }: PackedShape): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let row = 0, block = 0; row < rows; row++) {
    for (let at = 0; at < columns; at += blockSize, block++) {
      const [scale, zero] = [scales[block] ?? 0, zeros?.[block] ?? 128];
      const width = Math.min(blockSize, columns - at);
      for (let i = 0; i < width; i++) values[row * columns + at + i] = ((codes[block * blockSize + i] ?? 0) - zero) * scale;
    }
  }
  return values;
}

/** Nodes and constants that an output depends on. */
export function live({ nodes, constants, outputs }: Graph): Graph {
  const wanted = new Set(outputs);
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    node.inputs.forEach((name) => wanted.add(name));
    kept.unshift(node);
  }
  return { nodes: kept, constants: constants.filter(({ name }) => wanted.has(name)), outputs };
}
