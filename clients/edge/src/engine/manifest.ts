/**
 * What lies in an engine's folder, as its manifest.json tells; src/foretype/edge/layout.py writes it under the same names.
 *
 * It does not know how files are fetched.
 */

import { ModelError } from "../errors.js";

export const FORMAT = "foretype-edge";
export const FORMAT_VERSION = 1;

export const FILES = {
  background: "background.bin",
  strengths: "strengths.bin",
  ranker: "ranker.bin",
  card: "model.bin",
  graph: "graph.bin",
  weights: "weights.bin",
  tokenizer: "tokenizer.bin",
  wasm: "wasm.bin",
  gpuWasm: "wasm-gpu.bin", // in place of wasm.bin where there is a GPU
} as const;

/** One file: its bytes and their checksum as it lies there, and unpacked, as some web servers send it. */
export interface FileFacts {
  readonly num_bytes: number;
  readonly sha256: string;
  readonly num_unpacked: number;
  readonly sha256_unpacked: string;
}

export interface Manifest {
  readonly format: string;
  readonly format_version: number;
  readonly version: string;
  readonly model: string | null; // null: counts suggest alone
  readonly statistics_to: string | null;
  readonly first_load_bytes: number;
  readonly files: Readonly<Record<string, FileFacts>>;
}

/** The manifest in `told`. Throws a ModelError for what is none, or is of another version. */
export function parseManifest(told: unknown, where: string): Manifest {
  const found = (told ?? {}) as Partial<Manifest>;
  if (found.format !== FORMAT) {
    throw new ModelError(`${where}: this is no manifest of an engine's folder; make the folder with "foretype edge build"`);
  }
  if (found.format_version !== FORMAT_VERSION) {
    const versions = `found format version ${found.format_version}, wanted ${FORMAT_VERSION}`;
    throw new ModelError(`${where}: ${versions}; build the folder again with the version of foretype that made engine.js`);
  }
  return found as Manifest;
}

/** Names of the large files that an engine loads, with the language model's or without. */
export function wantedFiles(manifest: Manifest): string[] {
  return Object.values(FILES).filter((name) => name in manifest.files);
}
