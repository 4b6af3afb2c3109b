/**
 * A chip with the words that are suggested, where they cannot stand on the line, or where a finger has no Tab.
 *
 * It does not know why it is shown.
 */

import type { Box } from "./box.js";

const GAP_PX = 2; // between a line and its chip
const EDGE_PX = 4; // of the window, that a chip keeps away from

/** Pixels of the element that holds a chip. */
export type Inside = (place: Pick<Box, "left" | "top">) => { readonly x: number; readonly y: number };

export class Chip {
  readonly element: HTMLButtonElement;
  readonly #words = new Text("");

  constructor(onPress: () => void) {
    this.element = button(this.#words, onPress);
  }

  get isHidden(): boolean {
    return this.element.hidden;
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Offer `words` under `line`, or above it where the window ends. */
  offer(words: string, line: Box, inside: Inside): void {
    if (this.#words.data !== words) this.#words.data = words;
    this.element.setAttribute("aria-label", words);
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    const left = Math.max(EDGE_PX, Math.min(line.left, innerWidth - width - EDGE_PX));
    const below = line.top + line.height + GAP_PX;
    const { x, y } = inside({ left, top: below + height > innerHeight ? line.top - height - GAP_PX : below });
    this.element.style.left = `${x}px`;
    this.element.style.top = `${y}px`;
  }
}

function button(words: Text, onPress: () => void): HTMLButtonElement {
  const chip = document.createElement("button");
  chip.className = "chip";
  chip.type = "button";
  chip.tabIndex = -1;
  const text = document.createElement("span");
  text.inert = true; // no script of a page finds it by searching, which reaches into closed roots
  text.append(words);
  chip.append(text);
  chip.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  chip.addEventListener("mousedown", (event) => event.preventDefault());
  chip.addEventListener("click", onPress);
  return chip;
}
