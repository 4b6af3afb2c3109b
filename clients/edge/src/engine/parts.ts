/**
 * The parts of the composer out of a folder's files: counts first, for they answer alone, the language model later.
 *
 * It does not know what a page asks, nor where memories lie.
 */

import { openStrengths, type Strengths } from "../compose/strengths.js";
import type { Decider } from "../compose/decider.js";
import { Gate } from "../compose/gate.js";
import { openLanguageModel, type ModelFiles, type RemoteModel } from "../lm/index.js";
import { openBackground, type Automaton } from "../ngram/automaton.js";
import { openRanker } from "../rank/ranker.js";
import type { Folder, OnBytes } from "./folder.js";
import type { Graphics } from "./graphics.js";
import { FILES } from "./manifest.js";
import { readRuntime } from "./runtimes.js";
import { usefulThreads } from "./threads.js";

const LM_WORKER = "lm-worker.js";

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

/** What a language model may take of the device. */
export interface Means {
  readonly threads: number | null; // null: as many as help
  readonly graphics: Graphics;
}

/** The language model; its files come out of the browser's cache when it is opened again. Where a GPU does not do, it is opened
 *  without. Rejects with a ModelError. */
export async function openModel(folder: Folder, means: Means, onBytes: OnBytes): Promise<RemoteModel> {
  const { threads, graphics } = means;
  const [files, { build, wasm }] = await Promise.all([modelFiles(folder, onBytes), readRuntime(folder, graphics.isThere, onBytes)]);
  const on = build === "gpu" ? await graphics.where() : "wasm";
  const opening = openLanguageModel(files, {
    wasm,
    build,
    on,
    workerUrl: folder.address(LM_WORKER),
    threads: threads ?? usefulThreads(), // one where the page may have no more
  });
  try {
    const lm = await opening;
    await graphics.measured(lm.runs);
    return lm;
  } catch (error) {
    if (on === "wasm") throw error;
    await graphics.refused();
    return openModel(folder, means, () => undefined);
  }
}

async function modelFiles(folder: Folder, onBytes: OnBytes): Promise<ModelFiles> {
  const [modelJson, graph, weights, tokenizerJson] = await Promise.all([
    folder.text(FILES.card, onBytes),
    folder.read(FILES.graph, onBytes),
    folder.read(FILES.weights, onBytes),
    folder.text(FILES.tokenizer, onBytes),
  ]);
  return { modelJson, graph, weights, tokenizerJson };
}
