/**
 * What a writer sees and hears of a field's state: grey text on the layer, a chip, a sentence for a screen reader.
 *
 * It draws again when the page moves the field. It does not know keys, questions or answers.
 */

import { greyText } from "../core/grey.js";
import { beforeCaret, type State } from "../core/state.js";
import { Announcer, sentenceFor } from "./announce.js";
import type { Field } from "./field.js";
import { Follower } from "./follower.js";
import { Layer, type LayerPlace } from "./layer.js";
import { isUpright } from "./upright.js";

export interface DisplayOptions {
  /** Where grey text is drawn, if not in the page's body. */
  readonly layer?: LayerPlace;
  /** The sentence for a screen reader, or false for none. */
  readonly announce?: ((words: string) => string) | false;
  /** Whether a menu of the page's own has the keys now, if the field's ARIA attributes do not tell. */
  readonly isMenuOpen?: () => boolean;
}

/** What a display asks of whoever owns it. */
export interface Owner {
  readonly acceptKey: string | undefined;
  /** The chip was pressed. */
  taken(): void;
  /** The page has moved the field, or changed its text. */
  altered(): void;
}

export class Display {
  readonly #field: Field;
  readonly #options: DisplayOptions;
  readonly #layer: Layer;
  readonly #announcer: Announcer;
  readonly #follower: Follower;

  constructor(field: Field, options: DisplayOptions, owner: Owner) {
    this.#field = field;
    this.#options = options;
    this.#layer = new Layer(field.element, () => owner.taken(), options.layer);
    const sentence = options.announce || ((words: string) => sentenceFor(words, owner.acceptKey));
    this.#announcer = new Announcer((words) => this.#layer.say(words), sentence);
    this.#follower = new Follower(field.element, () => owner.altered());
  }

  /** Show what `state` has to show, where it can be seen. */
  draw(state: State): void {
    const grey = this.isMenuOpen() ? "" : greyText(state);
    if (grey && this.#field.takes?.(grey) !== false) this.#write(grey, state);
    else this.#layer.hide();
    this.#follower.follow(grey !== "");
    if (this.#options.announce !== false) this.#announcer.announce(beforeCaret(state), this.#layer.isBlank ? "" : grey);
  }

  /** The grey text that can be seen now, on the line or on a chip; "" for none. */
  seen(state: State): string {
    return this.#layer.isBlank ? "" : greyText(state);
  }

  /** Whether a menu of the page's own is open on the field: it has the keys then, and grey text hides. */
  isMenuOpen(): boolean {
    const { element } = this.#field;
    if (element.getAttribute("aria-expanded") === "true" || element.getAttribute("aria-activedescendant")) return true;
    return (this.#options.isMenuOpen?.() || this.#field.isMenuOpen?.()) ?? false;
  }

  /** Live where the field lives now. */
  settle(): void {
    this.#layer.settle();
  }

  remove(): void {
    this.#follower.follow(false);
    this.#announcer.announce("", "");
    this.#layer.remove();
  }

  #write(grey: string, state: State): void {
    this.#layer.settle();
    if (isUpright(this.#field.holder?.() ?? this.#field.element)) this.#field.draw(this.#layer, grey, state);
    else this.#layer.hide();
  }
}
