/**
 * Keys in a field: what each means now, by what is seen, by menus, by the direction of writing, by the last accept.
 *
 * It does not know what the core makes of an intent.
 */

import type { State } from "../core/state.js";
import { isClosing } from "../core/words.js";
import type { Display } from "./display.js";
import type { Eyes } from "./eyes.js";
import type { Field } from "./field.js";
import { intentOf, type Intent, type Keys } from "./keys.js";
import type { Mind } from "./mind.js";

export class Keyboard {
  readonly #field: Field;
  readonly #keys: Keys;
  readonly #display: Display;
  readonly #mind: Mind;
  readonly #eyes: Eyes;
  #acceptedAt = -Infinity;

  constructor(field: Field, keys: Keys, display: Display, mind: Mind, eyes: Eyes) {
    this.#field = field;
    this.#keys = keys;
    this.#display = display;
    this.#mind = mind;
    this.#eyes = eyes;
  }

  /** A key went down: it is the page's unless it is meant for grey text that is seen. */
  key(event: KeyboardEvent): void {
    if (!this.#intentOf(event, this.#mind.state)) return;
    this.#eyes.look();
    const intent = this.#intentOf(event, this.#mind.state);
    if (!intent) return;
    if (intent !== "dismiss" || this.#display.seen(this.#mind.state)) keep(event);
    if (intent !== "swallow") this.#mind.dispatch({ type: intent });
  }

  /** Punctuation after the space that came with an accept takes that space's place. */
  closeUp(event: InputEvent): void {
    const { spaceAt, start, end } = this.#mind.state;
    if (event.inputType !== "insertText" || event.isComposing || !event.data || !isClosing(event.data)) return;
    if (spaceAt !== start || spaceAt !== end) return;
    keep(event);
    this.#field.insert(event.data, 1);
  }

  /** Grey text has just been taken. */
  accepted(): void {
    this.#acceptedAt = performance.now();
  }

  /** The intent of a key, "swallow" for one that is taken and does nothing, or null for one that is the page's. */
  #intentOf(event: KeyboardEvent, state: State): Intent | "swallow" | null {
    if (!state.focused || this.#display.isMenuOpen()) return null;
    const grey = this.#display.seen(state);
    const atEnd = !state.text.slice(state.end).trim();
    const sinceAcceptMs = performance.now() - this.#acceptedAt;
    return intentOf(event, this.#keys, { grey, atEnd, rtl: this.#isRtl(), sinceAcceptMs });
  }

  #isRtl(): boolean {
    return getComputedStyle(this.#field.holder?.() ?? this.#field.element).direction === "rtl";
  }
}

/** Neither the page nor the browser gets this event. */
function keep(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
