/**
 * The packaged network with its matrices in other forms, for benchmarks: "packed" is model.onnx as it is, "float" what the page
 * runs, "int8" rows of 8 bits with one scale for all activations of a pass. It does not know what is measured.
 */

import * as ort from "onnxruntime-web/wasm";
import { Constants } from "../src/lm/constants.js";
import { makeConstant, makeNode, readGraph, writeGraph, type Constant, type Node } from "../src/lm/onnx.js";
import { live, replacedFor, unpacked, unpackNibbles, type Unpacked } from "../src/lm/unpack.js";
import { modelFiles, wasmFiles } from "../test/lm/opened.js";

const WEIGHTS = "model.onnx.data";
const LAYERS = 9;
const INT8 = 3;
const FLOAT = 1;

export type Past = Readonly<Record<string, ort.Tensor>>;

const { graph, weights } = await modelFiles();
const names = Array.from({ length: LAYERS }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();

/** The network in the form `way`, and the megabytes of its matrices. */
export async function openWay(way: string): Promise<{ session: ort.InferenceSession; megabytes: number }> {
  const { wasm } = await wasmFiles();
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = wasm as ArrayBuffer;
  const { graph: model, files } = rewritten(way);
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData: [...files] });
  return { session, megabytes: Math.round(files.reduce((sum, { data }) => sum + data.byteLength, 0) / 1e6) };
}

/** Nothing, in so many cells. */
export function past(cells: number): Past {
  const empty = (): ort.Tensor => new ort.Tensor("float32", new Float32Array(3 * cells * 64), [1, 3, cells, 64]);
  return Object.fromEntries(names.map((name) => [`past.${name}`, empty()]));
}

/** Read `tokens` behind the first `cells` of `before`: what follows the last `wanted` of them, and the past after it. */
export async function read(session: ort.InferenceSession, before: Past, { cells, tokens, wanted }: {
  readonly cells: number;
  readonly tokens: readonly number[];
  readonly wanted: number;
}): Promise<{ rows: Float32Array; after: Past }> {
  const total = cells + tokens.length;
  const whole = (values: readonly number[]): BigInt64Array => BigInt64Array.from(values, BigInt);
  const places = tokens.map((_, at) => at);
  const found = await session.run({
    input_ids: new ort.Tensor("int64", whole(tokens), [1, tokens.length]),
    positions: new ort.Tensor("int64", whole(places.map((at) => cells + at)), [1, tokens.length]),
    hidden_from: new ort.Tensor("float32", new Float32Array(tokens.length * total), [1, 1, tokens.length, total]),
    last_cells: new ort.Tensor("int32", Int32Array.of(total - 1), [1]),
    total_length: new ort.Tensor("int32", Int32Array.of(total), []),
    wanted: new ort.Tensor("int64", whole(places.slice(tokens.length - wanted)), [wanted]),
    ...before,
  });
  const after = Object.fromEntries(names.map((name) => [`past.${name}`, found[`present.${name}`] as ort.Tensor]));
  return { rows: found["log_probs"]?.data as Float32Array, after };
}

function asInt8(file: Uint8Array): Unpacked {
  const read = readGraph(file);
  const constants = new Constants(read, weights);
  const [files, made]: [{ path: string; data: Uint8Array }[], Constant[]] = [[], []];
  const keep = (name: string, type: number, dims: number[], data: Int8Array | Float32Array): string => {
    files.push({ path: name, data: new Uint8Array(data.buffer) });
    made.push(makeConstant(name, dims, type));
    return name;
  };
  const nodes = read.nodes.map((node): Node => {
    if (node.operator !== "MatMulNBits") return node;
    const { N: rows = 0, K: columns = 0, block_size: blockSize = 32 } = node.integers;
    const [hidden = "", codes = "", scales = "", zeros = ""] = node.inputs;
    const packed = { codes: constants.codes(codes), scales: constants.floats(scales), zeros: zeros ? constants.codes(zeros) : null };
    const { codes: small, steps } = rounded(unpackNibbles(packed, { rows, columns, blockSize }), rows, columns);
    const name = node.outputs[0] ?? "";
    const inputs = [
      hidden,
      keep(`${name}.int8`, INT8, [columns, rows], small),
      keep(`${name}.steps`, FLOAT, [rows], steps),
      keep(`${name}.middle`, INT8, [rows], new Int8Array(rows)),
    ];
    return makeNode({ operator: "DynamicQuantizeMatMul", domain: "com.microsoft", inputs, outputs: node.outputs, integers: {} });
  });
  const needed = live({ nodes, constants: [...read.constants, ...made], outputs: read.outputs });
  return { graph: writeGraph(file, needed), files: [...files, { path: WEIGHTS, data: new Uint8Array(weights) }] };
}

/** Rows of 8 bits, turned round: (columns, rows). */
function rounded(values: Float32Array, rows: number, columns: number): { codes: Int8Array; steps: Float32Array } {
  const codes = new Int8Array(values.length);
  const steps = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const line = values.subarray(row * columns, (row + 1) * columns);
    const step = line.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9) / 127;
    steps[row] = step;
    line.forEach((value, column) => (codes[column * rows + row] = Math.round(value / step)));
  }
  return { codes, steps };
}

function rewritten(way: string): Unpacked {
  const file = new Uint8Array(graph);
  if (way === "packed") return { graph: file, files: [{ path: WEIGHTS, data: new Uint8Array(weights) }] };
  return way === "int8" ? asInt8(file) : unpacked(file, { name: WEIGHTS, data: weights }, replacedFor("wasm", "wasm"));
}
