/**
 * What the extension uses of the engine in its folder, of which `foretype edge build` makes the whole.
 *
 * clients/edge/src/engine/engine.ts offers more. The folder is loaded when the document starts, so nothing of it is compiled in here.
 * It does not know how the engine works.
 */

import type { Context } from "../../js/src/core/types.js";
import type { Transport } from "../../js/src/transport/transport.js";

/** How far the engine is. */
export interface EngineState {
  readonly phase: "loading" | "counts" | "ready" | "failed";
  readonly loadedBytes: number;
  readonly totalBytes: number;
  readonly model: string | null;
  readonly lm: "none" | "loading" | "ready" | "failed";
  readonly problem: string | null;
}

export interface FolderEngine {
  readonly state: EngineState;
  transport(options: { learns: () => boolean }): Transport;
  learn(text: string, of: { user: string; context: Context }): Promise<unknown>;
  forget(user: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Open the engine in the folder at `address`, which ends in a slash, for nobody in particular: each call names its writer. */
export async function openFolder(address: string): Promise<FolderEngine> {
  const module = (await import(`${address}engine.js`)) as EngineModule;
  return module.openEngine(address, { user: null });
}

interface EngineModule {
  openEngine(folder: string, options: { user: string | null }): FolderEngine;
}
