/**
 * Draws grey text on the line: a mirror under the text area lays out the same text with the grey text in it.
 *
 * Both have the same font and width, so what is accepted lands where it stood. Two cases need more: text after
 * the caret moves aside, and a word begun at the end of a line moves to the next when it will not fit. Then the
 * mirror paints the text and the text area keeps only caret, selection and keys. It does not know what is suggested.
 */

import { setText } from "./dom.js";

export class Mirror {
  #shell;
  #before;
  #grey;
  #after;
  #caret;
  #drawn = "";

  constructor(shell) {
    this.#shell = shell;
    this.#before = shell.querySelector("[data-before]");
    this.#grey = shell.querySelector("[data-grey]");
    this.#after = shell.querySelector("[data-after]");
    this.#caret = shell.querySelector("[data-caret]");
  }

  draw(before, grey, after) {
    const key = `${before}\u0000${grey}\u0000${after}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    setText(this.#before, before);
    setText(this.#after, `${after}\u200b`); // a last empty line has height only when something stands in it
    const moved = this.#place(grey);
    this.#shell.classList.toggle("is-painted", moved || Boolean(grey && after));
    this.#shell.classList.toggle("is-moved", moved);
    if (moved) this.#placeCaret();
  }

  #place(grey) {
    setText(this.#grey, "");
    const alone = grey && !/^\s/.test(grey) ? this.#endOfText() : null;
    setText(this.#grey, grey);
    const withGrey = alone && this.#endOfText();
    return Boolean(withGrey) && Math.abs(withGrey.top - alone.top) > 1;
  }

  #endOfText() {
    const text = this.#before.firstChild;
    if (!text?.length || /\s/.test(text.data.at(-1))) return null;
    const range = document.createRange();
    range.setStart(text, text.length - 1);
    range.setEnd(text, text.length);
    return range.getBoundingClientRect();
  }

  #placeCaret() {
    const end = this.#endOfText();
    const frame = this.#shell.getBoundingClientRect();
    this.#caret.style.left = `${end.right - frame.left}px`;
    this.#caret.style.top = `${end.top - frame.top}px`;
    this.#caret.style.height = `${end.height}px`;
  }
}
