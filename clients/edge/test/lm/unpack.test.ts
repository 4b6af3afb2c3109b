/** Unpacked matrices hold what their codes stand for, and the rewritten graph nothing that it does not need. */

import { expect, test } from "vitest";
import { readGraph, writeGraph } from "../../src/lm/onnx.js";
import { fieldsOf, message } from "../../src/lm/protobuf.js";
import { replacedFor, unpackBytes, unpacked, unpackNibbles, type Packed, type PackedShape } from "../../src/lm/unpack.js";
import { modelFiles } from "./opened.js";

const { graph, weights } = await modelFiles();
const file = new Uint8Array(graph);
const stored = { name: "model.onnx.data", data: weights };

/** Numbers that look like chance and are the same every time. */
function numbers(length: number, below: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => ((at + 1) * 2_654_435_761) % below);
}

/** The slow twin: every value by its own formula. */
function slowly({ codes, scales, zeros }: Packed, { rows, columns, blockSize }: PackedShape, bits: 4 | 8): Float32Array {
  const numBlocks = Math.ceil(columns / blockSize);
  const codeAt = (list: Uint8Array, at: number): number => (bits === 8 ? list[at] : (list[at >> 1] ?? 0) >> (at % 2 ? 4 : 0)) ?? 0;
  const mask = bits === 8 ? 255 : 15;
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const block = Math.floor(column / blockSize);
    const zeroRow = row * (bits === 8 ? numBlocks : 2 * Math.ceil(numBlocks / 2));
    const zero = zeros ? codeAt(zeros, zeroRow + block) & mask : bits === 8 ? 128 : 8;
    const code = codeAt(codes, (row * numBlocks + block) * blockSize + (column % blockSize)) & mask;
    return (code - zero) * (scales[row * numBlocks + block] ?? 0);
  });
}

test.each([
  [3, 64, 32, true],
  [2, 96, 32, true],
  [2, 40, 16, true],
  [5, 32, 32, false],
])("%i rows of %i columns in blocks of %i are unpacked as their slow twin does", (rows, columns, blockSize, hasZeros) => {
  const shape = { rows, columns, blockSize };
  const numBlocks = rows * Math.ceil(columns / blockSize);
  const scales = Float32Array.from(numbers(numBlocks, 251), (value) => value / 100 - 1);
  const nibbles = { codes: numbers((numBlocks * blockSize) / 2, 256), scales, zeros: hasZeros ? numbers(numBlocks + rows, 256) : null };
  const bytes = { codes: numbers(numBlocks * blockSize, 256), scales, zeros: hasZeros ? numbers(numBlocks, 256) : null };
  expect(unpackNibbles(nibbles, shape)).toEqual(slowly(nibbles, shape, 4));
  expect(unpackBytes(bytes, shape)).toEqual(slowly(bytes, shape, 8));
});

test("the packaged graph loses its packed products and what only they needed", () => {
  const made = unpacked(file, stored, replacedFor("wasm", "wasm"));
  const [before, after] = [readGraph(file), readGraph(made.graph)];
  const count = (nodes: typeof before.nodes, operator: string): number => nodes.filter((node) => node.operator === operator).length;
  expect(count(after.nodes, "FusedMatMul")).toBe(count(before.nodes, "MatMulNBits"));
  expect(count(after.nodes, "MatMulNBits")).toBe(0);
  expect(count(after.nodes, "Cast")).toBe(1); // the embedding's scales, which a lookup reads
  expect(after.outputs).toEqual([...before.outputs, "asked.normed"]);
  expect(after.constants.some(({ name }) => name.endsWith(".zeros"))).toBe(false);
  const head = made.files.find(({ path }) => path === "logits.float");
  expect(head?.data.byteLength).toBe(12_288 * 576 * 4);
});

test("for a GPU the products stay packed, and the table of tokens is floats", () => {
  const made = unpacked(file, stored, replacedFor("gpu", "gpu"));
  const operators = readGraph(made.graph).nodes.map(({ operator }) => operator);
  expect(operators.filter((operator) => operator === "MatMulNBits").length).toBe(37);
  expect(operators).not.toContain("GatherBlockQuantized");
  const [table] = made.files;
  expect(table?.path).toBe("embedded.blocks.float");
  const head = unpacked(file, stored, replacedFor("wasm", "wasm")).files.find(({ path }) => path === "logits.float");
  expect(Buffer.compare(table!.data, head!.data)).toBe(0); // the head multiplies the same table
});

test("the build for GPUs has no kernel that looks packed rows up, on WebAssembly neither", () => {
  const operators = readGraph(unpacked(file, stored, replacedFor("gpu", "wasm")).graph).nodes.map(({ operator }) => operator);
  expect(operators).not.toContain("GatherBlockQuantized");
  expect(operators).not.toContain("MatMulNBits");
});

test("a file that is written as it was read is the same graph", () => {
  const graph = readGraph(file);
  expect(readGraph(writeGraph(file, graph))).toEqual(graph);
  expect(message(fieldsOf(file))).toEqual(file);
});

test.each([10, 1000, 45_000])("a graph cut off after %i bytes is no graph", (length) => {
  expect(() => unpacked(file.slice(0, length), stored, replacedFor("wasm", "wasm"))).toThrow();
});
