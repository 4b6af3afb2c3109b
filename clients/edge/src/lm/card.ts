/**
 * model.json: what the model is called, its shape, and how large each file is with which checksum.
 *
 * It does not know what is in the files.
 */

import type { Markers } from "../contracts.js";
import { ModelError } from "../errors.js";

const REBUILD = "build the folder anew with `foretype edge build`";

/** The sizes that running the network takes. */
export interface Shape {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numKvHeads: number;
  readonly headSize: number;
  readonly contextLength: number;
}

interface StoredFile {
  readonly num_bytes: number;
  readonly sha256: string;
}

export interface Card {
  readonly name: string;
  readonly prelude: readonly number[];
  readonly markers: Markers | null;
  readonly shape: Shape;
  readonly files: Readonly<Record<string, StoredFile>>;
}

/** The card in `json`. Throws ModelError for anything but a model of this format that a browser can run. */
export function readCard(json: string): Card {
  const found = parsed(json);
  if (found.format !== "foretype-model" || found.format_version !== 1) {
    throw new ModelError(
      `model.json: found ${String(found.format)} ${String(found.format_version)}, wanted foretype-model 1; ${REBUILD}`,
    );
  }
  const { architecture: arch } = found;
  if (arch.sliding_window != null) {
    throw new ModelError(`model.json: found a sliding window of ${arch.sliding_window}, wanted none; choose another model`);
  }
  return { name: found.name, prelude: found.prelude, markers: found.markers ?? null, shape: shapeOf(arch), files: found.files };
}

/** Throws ModelError unless `bytes` are those that the card describes. Without a secure context only sizes are compared. */
export async function checkFile(card: Card, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const wanted = card.files[name];
  if (!wanted) throw new ModelError(`model.json: found no entry for ${name}, wanted its size and checksum; ${REBUILD}`);
  if (bytes.byteLength !== wanted.num_bytes) {
    throw new ModelError(`${name}: found ${bytes.byteLength} bytes, wanted ${wanted.num_bytes}; load it again`);
  }
  const digest = await sha256(bytes);
  if (digest !== null && digest !== wanted.sha256) {
    throw new ModelError(`${name}: found checksum ${digest.slice(0, 12)}, wanted ${wanted.sha256.slice(0, 12)}; ${REBUILD}`);
  }
}

interface Architecture {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly num_kv_heads: number;
  readonly head_size: number;
  readonly context_length: number;
  readonly sliding_window?: number | null;
}

interface CardJson {
  readonly format?: unknown;
  readonly format_version?: unknown;
  readonly name: string;
  readonly prelude: readonly number[];
  readonly markers?: Markers | null;
  readonly architecture: Architecture;
  readonly files: Readonly<Record<string, StoredFile>>;
}

function parsed(json: string): CardJson {
  try {
    return JSON.parse(json) as CardJson;
  } catch (error) {
    throw new ModelError(`model.json: found no JSON (${String(error)}), wanted a model's card; ${REBUILD}`, { cause: error });
  }
}

function shapeOf(arch: Architecture): Shape {
  return {
    vocabSize: arch.vocab_size,
    hiddenSize: arch.hidden_size,
    numLayers: arch.num_layers,
    numKvHeads: arch.num_kv_heads,
    headSize: arch.head_size,
    contextLength: arch.context_length,
  };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const { subtle } = globalThis.crypto;
  if (!subtle) return null; // a page over plain http from another machine
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
