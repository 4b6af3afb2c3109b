/** Texts have the tokens that the server gives them, whatever they are made of. */

import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { Tokenizer } from "../../src/lm/tokenizer.js";
import { modelFiles, vectors } from "./opened.js";

type Case = { readonly tokens: readonly number[] } & ({ readonly text: string } | { readonly units: readonly number[] });

const { tokenizerJson } = await modelFiles();
const tokenizer = new Tokenizer(tokenizerJson, { numTokens: 12_288 });

function textOf(found: Case): string {
  return "text" in found ? found.text : String.fromCharCode(...found.units);
}

test("every text of the shared vectors has the server's tokens", async () => {
  const cases = await vectors<Case>("lm_tokens");
  expect(cases.length).toBeGreaterThan(100);
  for (const found of cases) expect({ text: textOf(found), tokens: tokenizer.encode(textOf(found)) }).toEqual({ text: textOf(found), tokens: found.tokens });
});

test("the second time a text is encoded its tokens are the same", async () => {
  const text = "Hi Susan, hi Susan, it's 1998 again";
  const first = tokenizer.encode(text);
  first.push(0); // who asks may do with the answer what they like
  expect(tokenizer.encode(text)).toEqual(first.slice(0, -1));
});

test("tokens' bytes spell the text, and control tokens have none", () => {
  const text = "Grüße an 👍 everybody's 12 ½\n";
  const bytes = tokenizer.encode(text).flatMap((token) => [...(tokenizer.tokenBytes[token] ?? [])]);
  expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(text);
  expect(tokenizer.tokenBytes.slice(0, 13).every((each) => each.length === 0)).toBe(true);
  expect(tokenizer.tokenBytes.length).toBe(12_288);
});

test("names of control tokens in a mail are ordinary text", () => {
  expect(tokenizer.encode("<|text|>").every((token) => token > 12)).toBe(true);
});

test("a piece of ten thousand letters is encoded", () => {
  const bytes = tokenizer.encode("Ab3+".repeat(2500)).flatMap((token) => [...(tokenizer.tokenBytes[token] ?? [])]);
  expect(bytes.length).toBe(10_000);
});

test.each([
  ["a truncated file", tokenizerJson.slice(0, 1000), 12_288, /tokenizer\.json: found no JSON/],
  ["a vocabulary larger than the network's", tokenizerJson, 100, /wanted fewer than 100/],
  ["another kind of tokenizer", tokenizerJson.replace('"type":"BPE"', '"type":"Unigram"').replace('"type": "BPE"', '"type": "Unigram"'), 12_288, /Unigram/],
])("%s is refused", (_, json, numTokens, message) => {
  const open = (): Tokenizer => new Tokenizer(json, { numTokens });
  expect(open).toThrow(ModelError);
  expect(open).toThrow(message);
});
