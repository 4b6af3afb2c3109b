/**
 * The engine's state in plain words, for the line at the top and the facts beside the message.
 *
 * Pure. It does not know what the words are drawn on.
 */

import type { State } from "../engine/index.js";

/** How the dot looks, and what stands beside it. */
export interface Line {
  readonly link: "off" | "counts" | "live" | "lost";
  readonly words: string;
}

/** One honest line: what is loaded, what answers, and what went wrong. */
export function lineOf(state: State, isOnline: boolean): Line {
  switch (state.phase) {
    case "failed": return { link: "lost", words: state.problem ?? "The engine does not run here" };
    case "loading": return state.problem ? { link: "lost", words: "Starting again" } : { link: "off", words: `Loading ${loaded(state)}` };
    case "counts": return { link: "counts", words: `Counts only, the model is ${modelIs(state)}` };
    case "ready": return { link: "live", words: readyWords(state, isOnline) };
  }
}

function readyWords(state: State, isOnline: boolean): string {
  if (state.lm === "failed") return "Counts only: the model did not load";
  const what = state.lm === "none" ? "Ready, counts only" : "Ready";
  return isOnline ? what : `${what}, offline`;
}

function modelIs(state: State): string {
  return state.loadedBytes < state.totalBytes ? `loading: ${loaded(state)}` : "opening";
}

function loaded({ loadedBytes, totalBytes }: State): string {
  return totalBytes ? `${Math.floor(loadedBytes / 1e6)} of ${megabytes(totalBytes)}` : "";
}

/** The model's name and what it does now. */
export function modelWords({ model, lm, phase, runsOn }: State): string {
  if (phase === "loading") return "–";
  switch (lm) {
    case "none": return "none, counts alone";
    case "loading": return `${model}, loading`;
    case "failed": return "did not load";
    case "ready": return runsOn === "gpu" ? `${model}, on the GPU` : (model ?? "–");
  }
}

/** What stands below the facts: what went wrong, if anything did. */
export function noteWords({ problem, storeProblem }: State): string {
  return problem ?? storeProblem ?? "Nothing that you write leaves this page: there is no server behind it.";
}

export function keptWords({ memory, phase }: State): string {
  if (phase === "loading") return "–";
  return memory === "kept" ? "is kept in this browser" : "is gone with this page";
}

export function nextVisitWords({ filesKept, phase }: State, hasServiceWorker: boolean): string {
  if (phase !== "ready") return "–";
  if (filesKept && hasServiceWorker) return "needs no network";
  return filesKept ? "loads little" : "loads all again";
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
