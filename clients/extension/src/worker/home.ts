/**
 * The engine from the extension's folder, held by the document that this runs in: opened once, it lives as long as that does.
 *
 * The folder is made by `foretype edge build` and copied here by the build. It does not know pages or settings.
 */

import type { Problem, Transport } from "../../../js/src/transport/transport.js";
import { openFolder, type EngineState, type FolderEngine } from "../folder.js";
import type { Letter, Standing } from "../messages.js";
import { api } from "../platform.js";
import type { Engine } from "./engine.js";

const MEGABYTE = 1e6;

export class HomeEngine implements Engine {
  readonly #engine: Promise<FolderEngine> = openFolder(api.runtime.getURL("engine/"));

  async transport(): Promise<Transport> {
    return (await this.#engine).transport({ learns: () => false }); // letters come with their writer's name, another way
  }

  learn({ text, context }: Letter, user: string): Promise<Problem | null> {
    return this.#try((engine) => engine.learn(text, { user, context }));
  }

  forget(user: string): Promise<Problem | null> {
    return this.#try((engine) => engine.forget(user));
  }

  async standing(): Promise<Standing> {
    return standing((await this.#engine).state);
  }

  async close(): Promise<void> {
    await (await this.#engine).close();
  }

  async #try(call: (engine: FolderEngine) => Promise<unknown>): Promise<Problem | null> {
    try {
      await call(await this.#engine);
      return null;
    } catch (error) {
      return { title: "The engine in this browser", detail: error instanceof Error ? error.message : String(error), status: null };
    }
  }
}

function standing({ phase, lm, model, loadedBytes, totalBytes, problem }: EngineState): Standing {
  const told = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
  const far = totalBytes ? `: ${told(loadedBytes)} of ${told(totalBytes)} MB` : "";
  switch (phase) {
    case "failed": return { state: "off", detail: `The engine in this browser did not start: ${problem ?? "no reason was given"}` };
    case "loading": return { state: "starting", detail: `The engine in this browser is loading${far}.` };
    default: return { state: "ready", detail: `The engine runs in this browser${lm === "ready" ? `, with ${model}` : ""}.` };
  }
}
