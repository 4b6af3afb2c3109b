/** What a page may say when it opens an engine. It does not know what comes of it. */

import type { Answer } from "../contracts.js";
import { InputError } from "../errors.js";
import type { Learned, State } from "./house.js";

export interface EngineOptions {
  /** Whose memory is used and kept; null: nobody's. "me" when left out. */
  readonly user?: string | null;
  /** Threads of the language model; as many as help when left out. */
  readonly threads?: number;
  /** Whether the language model runs on the GPU, in a folder built with --webgpu: where that was measured to be faster when left out;
   *  true: without measuring; false: never. */
  readonly gpu?: boolean;
  /** Whether the language model's last layer learns from what is sent, besides counts; it speaks once that is sure to make it less
   *  surprised. False when left out: measured, it saves no keys (docs/why/edge-lm.md). */
  readonly lmLearns?: boolean;
  /** An answer waits no longer than this for the language model, in milliseconds. */
  readonly deadlineMs?: number;
  /** Share of keys at which something may be shown, above 0 and up to 1; the ranker's own when left out. */
  readonly coverage?: number;
  /** Words and phrases that are never shown. */
  readonly blocked?: readonly string[];
  readonly onState?: (state: State) => void;
  /** Each answer that reached a field, and how long it took. */
  readonly onAnswer?: (answer: Answer, ms: number) => void;
  /** Each message that was kept. */
  readonly onLearned?: (learned: Learned) => void;
}

const KNOWN = new Set(["user", "threads", "gpu", "lmLearns", "deadlineMs", "coverage", "blocked", "onState", "onAnswer", "onLearned"]);

/** The options; throws an InputError for one that does not exist, or a coverage that is no share. */
export function checkedOptions(options: EngineOptions): EngineOptions {
  const unknown = Object.keys(options).find((name) => !KNOWN.has(name));
  if (unknown) throw new InputError(`openEngine: found the option "${unknown}", wanted one of ${[...KNOWN].join(", ")}`);
  checkCoverage("openEngine", options.coverage);
  return options;
}

/** Throws an InputError for a coverage that is no share. */
export function checkCoverage(where: string, coverage: number | null | undefined): void {
  if (coverage === undefined || coverage === null || (coverage > 0 && coverage <= 1)) return;
  throw new InputError(`${where}: found the coverage ${coverage}, wanted a share of keys above 0 and up to 1`);
}
