/**
 * A field with grey text: its events into the core, the core's orders out to transport and field, the state to the display.
 *
 * It holds the one state of the field. It does not know what kind of field it is, nor how answers come.
 */

import { changeKind } from "../core/change.js";
import { initial, isAsBefore, type State } from "../core/state.js";
import type { ChangeKind, Context, Event, FieldText, Order } from "../core/types.js";
import { update } from "../core/update.js";
import { isClosing } from "../core/words.js";
import { Display, type DisplayOptions } from "./display.js";
import type { Field } from "./field.js";
import { Keyboard } from "./keyboard.js";
import { defaultKeys, withKeys, type Keys } from "./keys.js";
import { listen } from "./listening.js";
import { refusalOf, type Refusal } from "./refusal.js";
import { Talk, type TalkOptions } from "./talk.js";

const TYPED = /^insert(Text|LineBreak|Paragraph|CompositionText|FromComposition)$/;

export interface FieldOptions extends TalkOptions, DisplayOptions {
  /** Chords by intent, in place of the platform's; see keys.ts. */
  readonly keys?: Partial<Keys>;
  /** Told of the state after each key and each answer, and of the grey text that can be seen then. */
  readonly onState?: (state: State, grey: string) => void;
  /** Told how many characters an accept puts in. */
  readonly onTaken?: (characters: number) => void;
}

export class Attached {
  readonly #field: Field;
  readonly #options: FieldOptions;
  readonly #keyboard: Keyboard;
  readonly #display: Display;
  readonly #talk: Talk;
  readonly #ends = new AbortController();
  #state: State = initial;

  /** Throws a TypeError for keys that do not exist. */
  constructor(field: Field, options: FieldOptions) {
    const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
    const keys = withKeys(defaultKeys(isMac), options.keys);
    this.#field = field;
    this.#options = options;
    this.#talk = new Talk(options, (event) => this.#hear(event));
    const owner = { acceptKey: keys.accept[0], taken: () => this.#take(), altered: () => this.#altered() };
    this.#display = new Display(field, options, owner);
    this.#keyboard = new Keyboard(field, keys, this.#display);
    this.#listen();
    if (this.#hasFocus()) this.#focus(true);
  }

  /** Why nothing is suggested here, or null. */
  get refusal(): Refusal | null {
    return refusalOf(this.#field.element) ?? this.#field.refusal?.() ?? null;
  }

  /** Aborted by `detach`. */
  get ended(): AbortSignal {
    return this.#ends.signal;
  }

  /** The text or the selection of an editor's model has changed. It is looked at before the next frame, for an editor
   *  may tell before it has laid out the change. */
  update(): void {
    queueMicrotask(() => this.#look());
  }

  /** Begin the message at the composer now, not with the first question: the first answer comes sooner, and `onLink` tells
   *  whether anybody is there. Where the line is lost, try again now. */
  connect(): void {
    this.#talk.connect();
  }

  /** The text was sent: learned for the user if there is one, and the next message begins. */
  sent(): void {
    this.#end(this.refusal ? null : this.#state.text);
  }

  /** The message is over, and nothing of it is learned; the next one begins. */
  discard(): void {
    this.#end(null);
  }

  /** What surrounds the text has changed. */
  setContext(context: Context): void {
    this.#talk.setContext(context);
    this.#dispatch({ type: "context" });
  }

  /** Suggest, or rest. */
  enable(on: boolean): void {
    this.#dispatch({ type: "enable", on });
  }

  /** Leave the field as it was found. */
  detach(): void {
    this.#dispatch({ type: "focus", on: false });
    this.#ends.abort();
    this.#display.remove();
    this.#options.transport.close();
  }

  /** The same as `detach`, by the name that editors call their plugins' ends. */
  destroy(): void {
    this.detach();
  }

  #listen(): void {
    const ears = {
      key: (event: KeyboardEvent) => this.#key(event),
      about: (event: InputEvent) => this.#closeUp(event),
      changed: (event: globalThis.Event) => this.#changed(event),
      moved: () => this.#moved(),
      composing: () => this.#dispatch({ type: "compose", on: true }),
      composed: () => this.#composed(),
      focus: (on: boolean) => this.#focus(on),
      shifted: () => this.#draw(),
      altered: () => this.#altered(),
    };
    listen(this.#field, ears, this.#ends.signal);
  }

  #dispatch(event: Event): void {
    this.#state = update(this.#state, event);
    for (const order of this.#state.outbox) this.#carryOut(order);
    this.#draw();
  }

  #carryOut(order: Order): void {
    const { transport } = this.#options;
    switch (order.do) {
      case "send": return this.refusal ? undefined : this.#talk.send(order);
      case "cancel": return transport.cancel();
      case "insert": return this.#insert(order.text);
      case "wait": return this.#later({ type: "due", seq: order.seq }, order.ms);
      case "look": return this.#later({ type: "look", id: order.id }, order.ms);
      case "report": {
        const { do: _, ...report } = order;
        return transport.report(report);
      }
    }
  }

  #hear(event: Event): void {
    this.#look();
    if (!this.#ends.signal.aborted) this.#dispatch(event);
  }

  #later(event: Event, ms: number): void {
    const timer = setTimeout(() => this.#dispatch(event), ms);
    this.#ends.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  #end(learned: string | null): void {
    this.#dispatch({ type: "clear" });
    this.#talk.end(learned);
    this.#focus(this.#hasFocus());
  }

  #insert(text: string): void {
    this.#keyboard.accepted();
    this.#options.onTaken?.(text.length);
    this.#field.insert(text);
  }

  #focus(on: boolean): void {
    const now = on && !this.refusal ? this.#field.read() : null;
    if (now) this.#display.settle();
    if (now) this.#dispatch({ type: "select", ...now });
    this.#dispatch({ type: "focus", on: now !== null });
  }

  #hasFocus(): boolean {
    return this.#field.element.matches(":focus") && document.hasFocus();
  }

  /** Text and selection where something may be suggested, else null. A caret that came into code leaves the field for
   *  the core, and one that left code enters it. */
  #read(): FieldText | null {
    const isOpen = this.#hasFocus() && !this.refusal;
    if (isOpen !== this.#state.focused) this.#focus(isOpen);
    return isOpen ? this.#field.read() : null;
  }

  #composed(): void {
    const now = this.#field.read();
    if (now) this.#dispatch({ type: "input", kind: "type", at: performance.now(), ...now });
    this.#dispatch({ type: "compose", on: false });
  }

  #changed(event: globalThis.Event): void {
    const { inputType = "" } = event as InputEvent;
    const kind: ChangeKind = TYPED.test(inputType) ? "type" : inputType.startsWith("delete") ? "erase" : "other";
    const now = this.#read();
    if (now) this.#dispatch({ type: "input", kind, at: performance.now(), ...now });
  }

  #moved(): void {
    const now = this.#state.composing ? null : this.#read();
    if (now && !isAsBefore(this.#state, now)) this.#dispatch({ type: "select", ...now }); // each key moves the caret, too
  }

  #altered(): void {
    this.#look();
    this.#draw();
  }

  /** See what stands in the field now: scripts change it, and make it read-only, without a word. */
  #look(): void {
    const now = this.#ends.signal.aborted ? null : this.#read();
    if (!now) return;
    if (now.text === this.#state.text) return this.#dispatch({ type: "select", ...now });
    this.#dispatch({ type: "input", kind: changeKind(this.#state, now), at: performance.now(), ...now });
  }

  #key(event: KeyboardEvent): void {
    if (!this.#keyboard.intentOf(event, this.#state)) return;
    this.#look();
    const intent = this.#keyboard.intentOf(event, this.#state);
    if (!intent) return;
    if (intent !== "dismiss" || this.#display.seen(this.#state)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (intent !== "swallow") this.#dispatch({ type: intent });
  }

  #take(): void {
    this.#look();
    this.#dispatch({ type: "accept" });
  }

  /** Punctuation after the space that came with an accept takes that space's place. */
  #closeUp(event: InputEvent): void {
    const { spaceAt, start, end } = this.#state;
    if (event.inputType !== "insertText" || event.isComposing || !event.data || !isClosing(event.data)) return;
    if (spaceAt !== start || spaceAt !== end) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#field.insert(event.data, 1);
  }

  #draw(): void {
    this.#display.draw(this.#state);
    this.#options.onState?.(this.#state, this.#display.seen(this.#state));
  }
}
