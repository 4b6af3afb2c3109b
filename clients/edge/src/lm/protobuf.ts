/**
 * Just enough of protobuf's wire format to edit a message: fields as a list, each with its bytes, and back again.
 *
 * It does not know what any field means.
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** One field as it stands in a message. `bytes` is its content: of a varint the number's own bytes, else what it spans. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  readonly bytes: Uint8Array;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** The fields of a message, in order. Throws RangeError for bytes that are none. */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const key = varint(message, at);
    const wire = key.value & 7;
    const length = wire === BYTES ? varint(message, key.end) : { value: widthOf(message, key.end, wire), end: key.end };
    at = length.end + length.value;
    if (at > message.length) throw new RangeError(`a field ends at byte ${at} of ${message.length}`);
    fields.push({ number: key.value >>> 3, wire, bytes: message.subarray(length.end, at) });
  }
  return fields;
}

/** A message of these fields. */
export function message(fields: readonly Field[]): Uint8Array {
  return joined(fields.flatMap(({ number, wire, bytes }) => {
    const key = varintBytes(number * 8 + wire);
    return wire === BYTES ? [key, varintBytes(bytes.length), bytes] : [key, bytes];
  }));
}

/** A field that holds text, or a message. */
export function field(number: number, content: string | Uint8Array): Field {
  return { number, wire: BYTES, bytes: typeof content === "string" ? ENCODER.encode(content) : content };
}

/** A field that holds a whole number. */
export function numberField(number: number, value: number): Field {
  return { number, wire: VARINT, bytes: varintBytes(value) };
}

export function textOf(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

/** The number that a varint field holds; exact up to 2^53. */
export function numberOf(bytes: Uint8Array): number {
  return varint(bytes, 0).value;
}

/** The numbers of a packed field. */
export function numbersOf(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = varint(bytes, at);
    found.push(value);
    at = end;
  }
  return found;
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; at < bytes.length; at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
  throw new RangeError(`a number does not end before byte ${bytes.length}`);
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Uint8Array.of(...bytes, left);
}

function widthOf(bytes: Uint8Array, at: number, wire: number): number {
  if (wire === VARINT) return varint(bytes, at).end - at;
  if (wire === FIXED64) return 8;
  if (wire === FIXED32) return 4;
  throw new RangeError(`found wire type ${wire} at byte ${at}, wanted 0, 1, 2 or 5`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
