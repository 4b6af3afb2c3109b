/**
 * Sees what stands in a field, and says it to the core: typed, erased, moved in, composed, left.
 *
 * It does not know what the core makes of it.
 */

import { changeKind } from "../core/change.js";
import { isAsBefore } from "../core/state.js";
import type { ChangeKind, Event, FieldText } from "../core/types.js";
import type { Field } from "./field.js";
import type { Mind } from "./mind.js";
import { refusalOf, type Refusal } from "./refusal.js";

const TYPED = /^insert(Text|LineBreak|Paragraph|CompositionText|FromComposition)$/;

export class Eyes {
  readonly #field: Field;
  readonly #mind: Mind;
  readonly #settle: () => void;

  /** `settle` is called when the field is entered. */
  constructor(field: Field, mind: Mind, settle: () => void) {
    this.#field = field;
    this.#mind = mind;
    this.#settle = settle;
  }

  /** Why nothing is suggested here, or null. */
  get refusal(): Refusal | null {
    return refusalOf(this.#field.element) ?? this.#field.refusal?.() ?? null;
  }

  get hasFocus(): boolean {
    return this.#field.element.matches(":focus") && document.hasFocus();
  }

  /** The field got the focus, or lost it. */
  focus(on: boolean): void {
    const now = on && !this.refusal ? this.#field.read() : null;
    if (now) this.#settle();
    if (now) this.#mind.dispatch({ type: "select", ...now });
    this.#mind.dispatch({ type: "focus", on: now !== null });
  }

  /** An input method is done. */
  composed(): void {
    const now = this.#field.read();
    if (now) this.#input("type", now);
    this.#mind.dispatch({ type: "compose", on: false });
  }

  /** An input event has come. */
  changed(event: globalThis.Event): void {
    const { inputType = "" } = event as InputEvent;
    const now = this.#read();
    if (now) this.#input(TYPED.test(inputType) ? "type" : inputType.startsWith("delete") ? "erase" : "other", now);
  }

  /** The caret has moved. */
  moved(): void {
    const now = this.#mind.state.composing ? null : this.#read();
    if (now && !isAsBefore(this.#mind.state, now)) this.#mind.dispatch({ type: "select", ...now }); // each key moves it, too
  }

  /** See what stands in the field now: scripts change it, and make it read-only, without a word. Whether that is news. */
  look(): boolean {
    const now = this.#read();
    if (!now) return false;
    const { state } = this.#mind;
    return now.text === state.text ? this.#mind.dispatch({ type: "select", ...now }) : this.#input(changeKind(state, now), now);
  }

  #input(kind: ChangeKind, now: FieldText): boolean {
    const event: Event = { type: "input", kind, at: performance.now(), ...now };
    return this.#mind.dispatch(event);
  }

  /** Text and selection where something may be suggested, else null. A caret that came into code leaves the field for
   *  the core, and one that left code enters it. */
  #read(): FieldText | null {
    const isOpen = this.hasFocus && !this.refusal;
    if (isOpen !== this.#mind.state.focused) this.focus(isOpen);
    return isOpen ? this.#field.read() : null;
  }
}
