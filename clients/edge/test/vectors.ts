/** The vectors that both languages are held to, and the packaged files they were made with. It knows no test. */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { openStrengths } from "../src/compose/strengths.js";
import { openBackground } from "../src/ngram/automaton.js";
import { openRanker } from "../src/rank/ranker.js";
import type { Answers, Scenario } from "./forms.js";

const DATA = new URL("../../../src/foretype/data/", import.meta.url);
const VECTORS = new URL("../vectors/", import.meta.url);
// where scenarios and their answers lie: with the other vectors, or where vectors/make.py --out wrote drawn ones
const DRAWN = process.env["VECTORS"] ? pathToFileURL(`${process.env["VECTORS"]}/`) : VECTORS;

export function packaged(name: string): ArrayBuffer {
  const bytes = readFileSync(new URL(name, DATA));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

export const vectors = <Form>(name: string): Form => unpacked<Form>(new URL(name, VECTORS));

export const scenarios = JSON.parse(readFileSync(new URL("scenarios.json", DRAWN), "utf8")) as readonly Scenario[];
export const answers = unpacked<readonly Answers[]>(new URL("answers.json.gz", DRAWN));

export const background = openBackground(packaged("background.ngram"), { check: true });
export const strengths = openStrengths(JSON.parse(new TextDecoder().decode(packaged("strengths.json"))));
export const ranker = openRanker(vectors("ranker.json.gz"));

/** A text's first `count` code points. */
export const beginning = (text: string, count: number): string => [...text].slice(0, count).join("");

function unpacked<Form>(file: URL): Form {
  return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as Form;
}
