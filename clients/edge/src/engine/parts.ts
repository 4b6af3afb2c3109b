/**
 * The parts of the composer out of a folder's files: counts first, for they answer alone, the language model later.
 *
 * It does not know what a page asks, nor where memories lie.
 */

import { openStrengths, type Strengths } from "../compose/strengths.js";
import type { Decider } from "../compose/decider.js";
import { Gate } from "../compose/gate.js";
import { openLanguageModel, type RemoteModel } from "../lm/index.js";
import { openBackground, type Automaton } from "../ngram/automaton.js";
import { openRanker } from "../rank/ranker.js";
import type { Folder, OnBytes } from "./folder.js";
import { FILES } from "./manifest.js";
import { usefulThreads } from "./threads.js";

const LM_WORKER = "lm-worker.js";
const GLUE = "ort-glue.js"; // onnxruntime-web's own script round its WASM

/** What suggests without a language model. */
export interface Counts {
  readonly background: Automaton;
  readonly strengths: Strengths;
  readonly decider: Decider;
}

/** Rejects with a ModelError for a file that is missing or damaged. */
export async function openCounts(folder: Folder, onBytes: OnBytes): Promise<Counts> {
  const [background, strengths, ranker] = await Promise.all([
    folder.read(FILES.background, onBytes),
    folder.text(FILES.strengths, onBytes),
    folder.has(FILES.ranker) ? folder.text(FILES.ranker, onBytes) : null,
  ]);
  return {
    background: openBackground(background),
    strengths: openStrengths(JSON.parse(strengths)),
    decider: ranker === null ? new Gate() : openRanker(JSON.parse(ranker)),
  };
}

/** The language model; its files come out of the browser's cache when it is opened again. Rejects with a ModelError. */
export async function openModel(folder: Folder, threads: number | null, onBytes: OnBytes): Promise<RemoteModel> {
  const [modelJson, graph, weights, tokenizerJson, wasm] = await Promise.all([
    folder.text(FILES.card, onBytes),
    folder.read(FILES.graph, onBytes),
    folder.read(FILES.weights, onBytes),
    folder.text(FILES.tokenizer, onBytes),
    folder.read(FILES.wasm, onBytes),
  ]);
  return openLanguageModel(
    { modelJson, graph, weights, tokenizerJson },
    {
      wasm: { mjs: folder.address(GLUE), wasm },
      workerUrl: folder.address(LM_WORKER),
      threads: threads ?? usefulThreads(), // one where the page may have no more
    },
  );
}
