/**
 * A field with grey text: its ears and eyes tell the mind, which asks, inserts and draws; and what a page may do with it.
 *
 * It does not know what kind of field it is, nor how answers come.
 */

import type { State } from "../core/state.js";
import type { Context, Event } from "../core/types.js";
import { Display, type DisplayOptions } from "./display.js";
import { Eyes } from "./eyes.js";
import type { Field } from "./field.js";
import { Keyboard } from "./keyboard.js";
import { defaultKeys, withKeys, type Keys } from "./keys.js";
import { listen } from "./listening.js";
import { Mind } from "./mind.js";
import type { Refusal } from "./refusal.js";
import { Talk, type TalkOptions } from "./talk.js";

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
  readonly #talk: Talk;
  readonly #mind: Mind;
  readonly #eyes: Eyes;
  readonly #keyboard: Keyboard;
  readonly #display: Display;
  readonly #ends = new AbortController();

  /** Throws a TypeError for keys that do not exist. */
  constructor(field: Field, options: FieldOptions) {
    const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
    const keys = withKeys(defaultKeys(isMac), options.keys);
    this.#field = field;
    this.#options = options;
    const owner = { acceptKey: keys.accept[0], taken: () => this.#take(), altered: () => this.#altered() };
    this.#display = new Display(field, options, owner);
    this.#talk = new Talk(options, (event) => this.#hear(event));
    this.#mind = new Mind(this.#body(), this.#talk, options.transport, this.ended);
    this.#eyes = new Eyes(field, this.#mind, () => this.#display.settle());
    this.#keyboard = new Keyboard(field, keys, this.#display, this.#mind, this.#eyes);
    this.#listen();
    if (this.#eyes.hasFocus) this.#eyes.focus(true);
  }

  /** Why nothing is suggested here, or null. */
  get refusal(): Refusal | null {
    return this.#eyes.refusal;
  }

  /** Aborted by `detach`. */
  get ended(): AbortSignal {
    return this.#ends.signal;
  }

  /** The text or the selection of an editor's model has changed. It is looked at before the next frame, for an editor
   *  may tell before it has laid out the change. */
  update(): void {
    queueMicrotask(() => this.#altered());
  }

  /** Begin the message at the composer now, not with the first question: the first answer comes sooner, and `onLink` tells
   *  whether anybody is there. Where the line is lost, try again now. */
  connect(): void {
    this.#talk.connect();
  }

  /** The text was sent: learned for the user if there is one, and the next message begins. */
  sent(): void {
    this.#end(this.refusal ? null : this.#mind.state.text);
  }

  /** The message is over, and nothing of it is learned; the next one begins. */
  discard(): void {
    this.#end(null);
  }

  /** What surrounds the text has changed. */
  setContext(context: Context): void {
    this.#talk.setContext(context);
    this.#mind.dispatch({ type: "context" });
  }

  /** Suggest, or rest. */
  enable(on: boolean): void {
    this.#mind.dispatch({ type: "enable", on });
  }

  /** Leave the field as it was found. */
  detach(): void {
    this.#mind.dispatch({ type: "focus", on: false });
    this.#ends.abort();
    this.#display.remove();
    this.#options.transport.close();
  }

  /** The same as `detach`, by the name that editors call their plugins' ends. */
  destroy(): void {
    this.detach();
  }

  #body(): ConstructorParameters<typeof Mind>[0] {
    return {
      mayAsk: () => !this.refusal,
      insert: (text) => {
        this.#keyboard.accepted();
        this.#options.onTaken?.(text.length);
        this.#field.insert(text);
      },
      draw: () => this.#draw(),
    };
  }

  #listen(): void {
    const ears = {
      key: (event: KeyboardEvent) => this.#keyboard.key(event),
      about: (event: InputEvent) => this.#keyboard.closeUp(event),
      changed: (event: globalThis.Event) => this.#eyes.changed(event),
      moved: () => this.#eyes.moved(),
      composing: () => this.#mind.dispatch({ type: "compose", on: true }),
      composed: () => this.#eyes.composed(),
      focus: (on: boolean) => this.#eyes.focus(on),
      shifted: () => this.#draw(),
      altered: () => this.#altered(),
    };
    listen(this.#field, ears, this.ended);
  }

  #hear(event: Event): void {
    if (this.ended.aborted) return;
    this.#eyes.look();
    this.#mind.dispatch(event);
  }

  #end(learned: string | null): void {
    this.#mind.dispatch({ type: "clear" });
    this.#talk.end(learned);
    this.#eyes.focus(this.#eyes.hasFocus);
  }

  #take(): void {
    this.#eyes.look();
    this.#mind.dispatch({ type: "accept" });
  }

  #altered(): void {
    if (!this.ended.aborted && !this.#eyes.look()) this.#draw();
  }

  #draw(): void {
    const { state } = this.#mind;
    this.#display.draw(state);
    this.#options.onState?.(state, this.#display.seen(state));
  }
}
