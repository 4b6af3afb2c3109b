/**
 * The engine inside the extension: in a document of its own where the worker is none (Chromium), else in the worker's (Firefox).
 *
 * It does not know how the engine works.
 */

import { api } from "../platform.js";
import { closeDocument, DocumentEngine } from "./document.js";
import type { Engine } from "./engine.js";
import { HomeEngine } from "./home.js";

let home: HomeEngine | null = null;

export function insideEngine(): Engine {
  return api.offscreen ? new DocumentEngine() : (home ??= new HomeEngine());
}

/** Whether the engine is in this very document. */
export function isHome(): boolean {
  return home !== null;
}

/** Let the engine go, with its memory, once another one is asked. */
export async function closeInside(): Promise<void> {
  const gone = home;
  home = null;
  if (api.offscreen) await closeDocument();
  else await gone?.close();
}
