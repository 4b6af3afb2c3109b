/**
 * The body: a text area's events in the reducer's words, and the one way to put text in.
 *
 * Insertion goes through the browser's own editing command, which alone keeps the native undo. This file does
 * not know what is grey.
 */

import { intentOf } from "./keys.js";
import { isClosing } from "./words.js";

const KINDS = [
  [/^insert(Text|LineBreak|Paragraph|CompositionText|FromComposition)$/, "type"],
  [/^delete/, "erase"],
];
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export class Editor {
  #area;
  #dispatch;
  #now; // () => what a key meets; see keys.js
  #onSend;
  #acceptedAt = -Infinity;

  constructor(area, { dispatch, now, onSend }) {
    this.#area = area;
    this.#dispatch = dispatch;
    this.#now = now;
    this.#onSend = onSend;
    this.#listen();
  }

  focus() {
    this.#area.focus();
  }

  /** Put `text` at the caret as one step of the native undo. */
  insert(text) {
    this.#acceptedAt = performance.now();
    this.#closeUndoStep();
    if (!document.execCommand("insertText", false, text)) this.#splice(text);
    this.#closeUndoStep();
  }

  /** Empty the body; undo cannot bring back a message that was sent. */
  clear() {
    this.#area.value = "";
  }

  #listen() {
    const on = (name, handler) => this.#area.addEventListener(name, handler);
    on("keydown", (event) => this.#key(event));
    on("beforeinput", (event) => this.#closeUp(event));
    on("input", (event) => this.#changed(event.inputType));
    on("compositionstart", () => this.#dispatch({ type: "compose", on: true }));
    on("compositionend", () => this.#dispatch({ type: "compose", on: false }));
    on("focus", () => this.#dispatch({ type: "focus", on: true }));
    on("blur", () => this.#dispatch({ type: "focus", on: false }));
    document.addEventListener("selectionchange", () => this.#moved());
    on("selectionchange", () => this.#moved());
  }

  #key(event) {
    const sinceAcceptMs = performance.now() - this.#acceptedAt;
    const now = { ...this.#now(), atEnd: this.#atEnd(), mac: IS_MAC, sinceAcceptMs };
    const intent = intentOf(event, now);
    if (!intent || (intent === "hide" && !now.grey)) return intent && this.#dispatch({ type: intent });
    event.preventDefault();
    if (intent === "send") return this.#onSend();
    return intent !== "swallow" && this.#dispatch({ type: intent });
  }

  /** Punctuation after the space that came with an accept takes that space's place. */
  #closeUp(event) {
    const { spaceAt } = this.#now();
    const { selectionStart, selectionEnd } = this.#area;
    if (event.inputType !== "insertText" || event.isComposing || !isClosing(event.data)) return;
    if (spaceAt !== selectionStart || spaceAt !== selectionEnd) return;
    event.preventDefault();
    this.#area.setSelectionRange(spaceAt - 1, spaceAt);
    document.execCommand("insertText", false, event.data);
  }

  #changed(inputType) {
    const { value: text, selectionStart: start, selectionEnd: end } = this.#area;
    const kind = KINDS.find(([pattern]) => pattern.test(inputType))?.[1] ?? "other";
    this.#dispatch({ type: "input", text, start, end, kind, at: performance.now() });
  }

  #moved() {
    const { value, selectionStart: start, selectionEnd: end } = this.#area;
    if (document.activeElement === this.#area && value === this.#now().text) this.#dispatch({ type: "select", start, end });
  }

  #atEnd() {
    const { value, selectionStart, selectionEnd } = this.#area;
    return selectionStart === selectionEnd && !value.slice(selectionEnd).trim();
  }

  /** Browsers merge typing that follows typing into one undo step; setting the selection ends a step. */
  #closeUndoStep() {
    const { selectionStart, selectionEnd } = this.#area;
    this.#area.setSelectionRange(selectionStart, selectionEnd);
  }

  #splice(text) {
    this.#area.setRangeText(text, this.#area.selectionStart, this.#area.selectionEnd, "end");
    this.#changed("insertText");
  }
}
