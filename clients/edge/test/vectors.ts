/** The vectors that both languages are held to, and the packaged files they were made with. It knows no test. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { openStrengths } from "../src/compose/strengths.js";
import { openBackground } from "../src/ngram/automaton.js";
import { openRanker } from "../src/rank/ranker.js";

const DATA = new URL("../../../src/foretype/data/", import.meta.url);
const VECTORS = new URL("../vectors/", import.meta.url);

export function packaged(name: string): ArrayBuffer {
  const bytes = readFileSync(new URL(name, DATA));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

export const vectors = <Form>(name: string): Form =>
  JSON.parse(gunzipSync(readFileSync(new URL(name, VECTORS))).toString("utf8")) as Form;

export const plainVectors = <Form>(name: string): Form => JSON.parse(readFileSync(new URL(name, VECTORS), "utf8")) as Form;

export const background = openBackground(packaged("background.ngram"), { check: true });
export const strengths = openStrengths(JSON.parse(new TextDecoder().decode(packaged("strengths.json"))));
export const ranker = openRanker(vectors("ranker.json.gz"));

/** A text's first `count` code points. */
export const beginning = (text: string, count: number): string => [...text].slice(0, count).join("");
