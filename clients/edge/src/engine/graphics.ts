/**
 * The device's GPU as the language model may use it: whether there is one, what was measured on it, and whether it failed.
 *
 * A GPU is used where it takes less for a step than WebAssembly does (lm/faster.ts). That is measured once for a device, a browser
 * and a version of the folder, and remembered on the shelf. It does not know how to measure.
 */

import type { Processor, Runs } from "../lm/index.js";
import type { Shelf } from "../store/shelf.js";
import type { Folder } from "./folder.js";
import { FILES } from "./manifest.js";

const KEPT = "graphics";
const PATIENCE_MS = 5000; // a browser that starts its GPU's process takes one

/** What was measured, where. */
export interface Verdict {
  readonly device: string;
  readonly on: Processor;
}

interface Adapter {
  readonly info: Readonly<Record<"vendor" | "architecture" | "device" | "description", string>> & { readonly isFallbackAdapter?: boolean };
}

export class Graphics {
  #hasFailed = false;

  /** `device`: the GPU, the browser and the folder's version, null without a GPU. `wanted`: true: use it unmeasured, false: never. */
  constructor(
    private readonly device: string | null,
    private readonly shelf: Shelf,
    private readonly wanted: boolean | null,
  ) {}

  /** The GPU that an engine of this folder may use. One that is played by the processor only counts where it is `wanted`. */
  static async find(folder: Folder, shelf: Shelf, wanted: boolean | null): Promise<Graphics> {
    const isPossible = wanted !== false && folder.has(FILES.gpuWasm) && "Suspending" in WebAssembly; // JSPI: it waits for the GPU
    const info = isPossible ? (await adapter())?.info : undefined;
    if (!info || (info.isFallbackAdapter && !wanted)) return new Graphics(null, shelf, wanted);
    const { vendor, architecture, device, description } = info;
    const names = [vendor, architecture, device, description, navigator.userAgent, folder.manifest.version];
    return new Graphics(names.join("; "), shelf, wanted);
  }

  /** Whether there is one. */
  get isThere(): boolean {
    return this.device !== null;
  }

  /** Where the network is to run. */
  async where(): Promise<Processor | "faster"> {
    if (this.device === null || this.#hasFailed) return "wasm";
    if (this.wanted) return "gpu";
    const kept = await this.shelf.update<Verdict>(KEPT, (verdict) => verdict).catch(() => undefined);
    return kept?.device === this.device ? kept.on : "faster";
  }

  /** Remember what was measured, for the next visit. */
  async measured({ on, stepMs }: Runs): Promise<void> {
    if (stepMs !== null) await this.#keep(on);
  }

  /** It failed while it answered, as a device that was lost does: it is left alone until the next visit. */
  failed(): void {
    this.#hasFailed = true;
  }

  /** It could not even be opened: it is left alone until the device, the browser or the folder is another one. */
  async refused(): Promise<void> {
    this.failed();
    await this.#keep("wasm");
  }

  /** A shelf that keeps nothing costs the next visit a measurement. */
  async #keep(on: Processor): Promise<void> {
    const { device } = this;
    if (device !== null) await this.shelf.update<Verdict>(KEPT, () => ({ device, on })).catch(() => undefined);
  }
}

/** The GPU, or null where there is none, or none that says so in time. */
async function adapter(): Promise<Adapter | null> {
  const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } };
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  return gpu ? Promise.race([gpu.requestAdapter().catch(() => null), late]) : null;
}
