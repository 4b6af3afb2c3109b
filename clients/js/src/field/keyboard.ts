/**
 * What a key means in a field now: by what is seen, by menus, by the direction of writing, by the last accept.
 *
 * It does not know what an intent does.
 */

import type { State } from "../core/state.js";
import type { Display } from "./display.js";
import type { Field } from "./field.js";
import { intentOf, type Intent, type Keys } from "./keys.js";

export class Keyboard {
  readonly #field: Field;
  readonly #keys: Keys;
  readonly #display: Display;
  #acceptedAt = -Infinity;

  constructor(field: Field, keys: Keys, display: Display) {
    this.#field = field;
    this.#keys = keys;
    this.#display = display;
  }

  /** Grey text has just been taken. */
  accepted(): void {
    this.#acceptedAt = performance.now();
  }

  /** The intent of a key, "swallow" for one that is taken and does nothing, or null for one that is the page's. */
  intentOf(event: KeyboardEvent, state: State): Intent | "swallow" | null {
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
