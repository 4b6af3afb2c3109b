/**
 * One file of named arrays: a JSON header, then the arrays, each on a 64-byte line; looked at where it lies, never copied.
 *
 *     "FORETYPE" | uint32 format | uint32 header bytes | header (JSON) | padding | array | padding | array ...
 *
 * It does not know what the arrays mean.
 */

import { ModelError } from "../errors.js";
import { crc32 } from "./crc32.js";

const MAGIC = "FORETYPE";
const FORMAT = 1;
const ALIGN = 64;
const PREFIX_BYTES = 16;

export type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/** The header's own facts, and the arrays by name. */
export interface Arrays {
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, Numbers>;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly length: number;
  readonly offset: number;
}

const KINDS: Readonly<Record<string, new (buffer: ArrayBuffer, start: number, length: number) => Numbers>> = {
  "|u1": Uint8Array,
  "<u2": Uint16Array,
  "<u4": Uint32Array,
  "<f4": Float32Array,
};

/** Header and arrays of a file. `check` compares its checksum (some 30 ms). Throws a ModelError. */
export function readArrays(buffer: ArrayBuffer, options: { kind: string; check?: boolean }): Arrays {
  const { header, start } = readHeader(buffer, options.kind);
  if (options.check && crc32(new Uint8Array(buffer, start)) !== header["crc32"]) {
    throw new ModelError("background file: its checksum differs, it is damaged; fetch it again");
  }
  try {
    const entries = header["arrays"] as readonly Entry[];
    return { header, arrays: new Map(entries.map((entry) => [entry.name, arrayOf(buffer, entry, start)])) };
  } catch (error) {
    throw damaged(error);
  }
}

function arrayOf(buffer: ArrayBuffer, { dtype, length, offset }: Entry, start: number): Numbers {
  const Kind = KINDS[dtype];
  if (!Kind) throw new RangeError(`numbers of kind ${dtype}`);
  return new Kind(buffer, start + offset, length);
}

function readHeader(buffer: ArrayBuffer, kind: string): { header: Record<string, unknown>; start: number } {
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, Math.min(MAGIC.length, buffer.byteLength)));
  if (buffer.byteLength < PREFIX_BYTES || magic !== MAGIC) {
    throw new ModelError("background file: found no file of foretype's; build the folder again or fetch it anew");
  }
  const view = new DataView(buffer);
  const version = view.getUint32(8, true);
  if (version !== FORMAT) throw new ModelError(`background file: format ${version}, this engine reads ${FORMAT}`);
  const end = PREFIX_BYTES + view.getUint32(12, true);
  const header = parsed(buffer, end);
  if (header["kind"] !== kind) throw new ModelError(`background file: holds a ${header["kind"]} model, wanted ${kind}`);
  const start = Math.ceil(end / ALIGN) * ALIGN;
  const wanted = start + Number(header["body_bytes"]);
  if (buffer.byteLength !== wanted) {
    throw new ModelError(`background file: ${buffer.byteLength} bytes, wanted ${wanted}: it is truncated; fetch it again`);
  }
  return { header, start };
}

function parsed(buffer: ArrayBuffer, end: number): Record<string, unknown> {
  try {
    const text = new TextDecoder().decode(new Uint8Array(buffer, PREFIX_BYTES, end - PREFIX_BYTES));
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause: unknown): ModelError {
  return new ModelError("background file: its header is damaged; fetch it again", { cause });
}
