/**
 * The language model for whoever builds an engine: opened from the files of a model folder, asked from another thread.
 *
 * Everything else in this folder is its own business. It does not know where the files came from.
 */

export { openLanguageModel, type ModelFiles, type ModelOptions } from "./open.js";
export type { Runs } from "./faster.js";
export type { PersonalReport, PersonalState } from "./personal.js";
export { RemoteModel, type Learned } from "./remote.js";
export type { Processor } from "./runtime.js";
export { Tokenizer } from "./tokenizer.js";
