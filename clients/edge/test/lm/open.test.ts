/** A model that cannot be opened says what was found, what was wanted and what to do. */

import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { openBehind, type ModelFiles } from "../../src/lm/open.js";
import { line, modelFiles, wasmFiles } from "./opened.js";
import "./patience.js";

const wasm = await wasmFiles();
const whole = await modelFiles();

const changed = (change: Partial<ModelFiles>): ModelFiles => ({ ...whole, ...change });

function flipped(bytes: ArrayBuffer): ArrayBuffer {
  const copy = new Uint8Array(bytes.slice());
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy.buffer;
}

test.each<[string, ModelFiles, RegExp]>([
  ["a truncated weights file", changed({ weights: whole.weights.slice(0, 5_000_000) }), /model\.onnx\.data: found 5000000 bytes, wanted 14916864/],
  ["weights with one wrong bit", changed({ weights: flipped(whole.weights) }), /model\.onnx\.data: found checksum [0-9a-f]{12}, wanted 790132d11568/],
  ["a graph of another model", changed({ graph: flipped(whole.graph) }), /model\.onnx: found checksum/],
  ["a page in place of the card", changed({ modelJson: "<!doctype html>" }), /model\.json: found no JSON/],
  ["a card of a later format", changed({ modelJson: whole.modelJson.replace('"format_version": 1', '"format_version": 9') }), /found foretype-model 9, wanted foretype-model 1/],
  ["a network with a sliding window", changed({ modelJson: whole.modelJson.replace('"sliding_window": null', '"sliding_window": 256') }), /found a sliding window of 256/],
  ["another model's tokenizer", changed({ tokenizerJson: whole.tokenizerJson.replace("!", "?") }), /tokenizer\.json: found checksum/],
])("%s is refused", async (_, files, message) => {
  const opening = openBehind(line, files, { wasm });
  await expect(opening).rejects.toThrow(ModelError);
  await expect(opening).rejects.toThrow(message);
});

test("a worker that cannot start is told from one that is slow", async () => {
  const broken = new Uint8Array([0, 97, 115, 109, 9, 9]).buffer;
  const opening = openBehind(line, await modelFiles(), { wasm: { ...wasm, wasm: broken } });
  await expect(opening).rejects.toThrow(/found a worker that does not start .*; load the page again/);
});
