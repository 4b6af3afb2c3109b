/**
 * The same network with its matrices in other forms, one pass at a time in node: how long each takes, how much memory.
 *
 *     for way in packed float int8; do node bench/lm_node.mjs lm_kernels $way; done
 *
 * "packed" is model.onnx as it is, "float" what the page runs, "int8" rows of 8 bits with one scale for all activations of a pass. It
 * misleads where other programs run: floats wait for memory first. It does not know what an answer is worth.
 */

import * as ort from "onnxruntime-web/wasm";
import { Constants } from "../src/lm/constants.js";
import { makeConstant, makeNode, readGraph, writeGraph, type Constant, type Node } from "../src/lm/onnx.js";
import { unpacked, unpackNibbles, type Unpacked } from "../src/lm/unpack.js";
import { modelFiles, wasmFiles } from "../test/lm/opened.js";

const WEIGHTS = "model.onnx.data";
const LAYERS = 9;
const ROUNDS = 40;
const INT8 = 3;
const FLOAT = 1;

const { graph, weights } = await modelFiles();
const way = process.argv[3] ?? "float";

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
  const rewritten = writeGraph(file, { nodes, constants: [...read.constants, ...made], outputs: read.outputs });
  return { graph: rewritten, files: [...files, { path: WEIGHTS, data: new Uint8Array(weights) }] };
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

function rewritten(): Unpacked {
  const file = new Uint8Array(graph);
  if (way === "packed") return { graph: file, files: [{ path: WEIGHTS, data: new Uint8Array(weights) }] };
  return way === "int8" ? asInt8(file) : unpacked(file, weights, WEIGHTS);
}

const names = Array.from({ length: LAYERS }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();

function past(cells: number): Record<string, ort.Tensor> {
  const empty = (): ort.Tensor => new ort.Tensor("float32", new Float32Array(3 * cells * 64), [1, 3, cells, 64]);
  return Object.fromEntries(names.map((name) => [`past.${name}`, empty()]));
}

/** Milliseconds of reading `length` tokens behind `cells`: tenth percentile and median. */
async function timed(session: ort.InferenceSession, length: number, cells: number, rounds = ROUNDS): Promise<string> {
  const total = cells + length;
  const whole = (of: (at: number) => number): BigInt64Array => BigInt64Array.from({ length }, (_, at) => BigInt(of(at)));
  const feeds = {
    input_ids: new ort.Tensor("int64", whole((at) => 100 + at), [1, length]),
    positions: new ort.Tensor("int64", whole((at) => cells + at), [1, length]),
    hidden_from: new ort.Tensor("float32", new Float32Array(length * total), [1, 1, length, total]),
    last_cells: new ort.Tensor("int32", Int32Array.of(total - 1), [1]),
    total_length: new ort.Tensor("int32", Int32Array.of(total), []),
    wanted: new ort.Tensor("int64", BigInt64Array.of(BigInt(length - 1)), [1]),
    ...past(cells),
  };
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await session.run(feeds);
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  return [0.1, 0.5].map((share) => (times[Math.floor(share * rounds)] ?? NaN).toFixed(1)).join(" / ");
}

const { wasm } = await wasmFiles();
ort.env.logLevel = "error"; // it tells of every packed matrix that is left over
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = wasm as ArrayBuffer;
const { graph: model, files } = rewritten();
const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData: [...files] });
const found = { "one token": await timed(session, 1, 57), "eight tokens": await timed(session, 8, 57), "reading 57": await timed(session, 57, 1, 12) };
console.log(JSON.stringify({ way, weights_mb: Math.round(files.reduce((sum, { data }) => sum + data.byteLength, 0) / 1e6), ...found }));
process.exit(0);
