/** The core key by key, without a browser: `typed` types, `hears` answers what was asked last. It is no test. */

import { initial, type State } from "../src/core/state.js";
import type { Answer, ChangeKind, Event, Order } from "../src/core/types.js";
import { update } from "../src/core/update.js";

const GAP_MS = 150;

export const focused = update(initial, { type: "focus", on: true });

export function written(state: State, before: string, { after = "", kind = "type" }: { after?: string; kind?: ChangeKind } = {}): State {
  const at = (state.rhythm.lastKeyAt ?? 0) + GAP_MS;
  return update(state, { type: "input", text: before + after, start: before.length, end: before.length, kind, at });
}

export function typed(state: State, letters: string, after = ""): State {
  return [...letters].reduce((now, letter) => written(now, now.text.slice(0, now.start) + letter, { after }), state);
}

export function answerOf(id: string, texts: readonly string[], more: Partial<Answer> = {}): Answer {
  return { id, suggestions: texts.map((text) => ({ text })), ...more };
}

export function hears(state: State, ...texts: string[]): State {
  return hearsAs(state, answerOf(`a${state.asking?.seq}`, texts));
}

export function hearsAs(state: State, answer: Answer, ms = 3): State {
  return update(state, { type: "answer", seq: state.asking?.seq ?? -1, answer, ms });
}

export function press(state: State, type: Extract<Event["type"], "accept" | "word" | "dismiss" | "next" | "previous" | "ask">): State {
  return update(state, { type });
}

export function orders<Kind extends Order["do"]>(state: State, kind: Kind): Extract<Order, { do: Kind }>[] {
  return state.outbox.filter((order): order is Extract<Order, { do: Kind }> => order.do === kind);
}
