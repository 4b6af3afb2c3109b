/** The engine in a page, in one line: `openEngine(folder)`. What other modules of a page may use. */

export { openEngine, type Engine } from "./engine.js";
export type { EngineOptions } from "./options.js";
export type * from "./house.js";
export type { PersonalReport } from "../lm/index.js";
export type { Facts } from "../private/facts.js";
export type { Answer, Context, Request, Suggestion } from "../contracts.js";
