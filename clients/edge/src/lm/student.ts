/**
 * Reads a sent message so that the personal head can learn from it, pass by pass, with room for questions between them.
 *
 * It does not know when it is given time: scheduler.ts does.
 */

import type { Held } from "./held.js";
import type { Network } from "./network.js";
import type { Past } from "./past.js";
import type { PersonalHead } from "./personal.js";
import { CHUNK_TOKENS } from "./window.js";

const NOBODY = ""; // a session that keeps nothing
const MAX_LEARNED = 256; // tokens of one message: some 0.6 s of reading while nobody asks

/** A message that was sent: its context, then its text. */
export interface Sent {
  readonly tokens: Int32Array;
  readonly numContext: number;
}

/** Learn from the message; each step is one pass of the network. */
export async function* lesson(
  { tokens, numContext }: Sent,
  { network, held, head }: { readonly network: Network; readonly held: Held; readonly head: PersonalHead },
): AsyncGenerator<void, void> {
  const read = tokens.subarray(0, numContext + MAX_LEARNED);
  const first = numContext - 1; // what follows the last token of the context is the first to learn from
  const slot = held.rewound(NOBODY, read);
  let [past, at]: [Past, number] = [slot.past.hold(), Math.min(slot.tokens.length, first)];
  const learned = head.begin(read.subarray(numContext));
  try {
    while (at < read.length - 1) {
      const end = Math.min(at + CHUNK_TOKENS, at < first ? first : read.length - 1);
      const chunk = [...read.subarray(at, end)];
      const cells = chunk.map((_, cell) => cell);
      const found = await network.run({ past, numPast: at, tokens: chunk, depths: cells, sees: null, wanted: at < first ? [] : cells });
      found.rows.forEach((row, cell) => head.read(learned, read[at + cell + 1]!, row, found.hidden[cell]!));
      past.letGo();
      [past, at] = [found.past.hold(), end];
      yield;
    }
  } finally {
    past.letGo();
  }
  head.end(learned);
}
