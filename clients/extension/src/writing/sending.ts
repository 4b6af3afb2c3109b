/**
 * When a message goes out: Ctrl+Enter, a button called Send, Enter in a chat, a form that is submitted.
 *
 * A gesture alone proves nothing (a recipient may be missing), so a letter is handed on when the field is gone or empty soon
 * after, or the page leaves with its form. One-line fields of other pages than chats are never letters: they hold names and searches.
 * It does not know whether anything is learned.
 */

import { refusalOf } from "../../../js/src/field/refusal.js";
import type { Letter } from "../messages.js";
import { ownText } from "../surroundings/own.js";
import { isSendButton, isSendKey } from "./gestures.js";
import type { Writing } from "./writing.js";

const LOOK_EVERY_MS = 100;
const BEGINNING = 10; // characters; who mends what did not go out seldom touches its beginning
const PATIENCE_MS = 3000; // what is not gone by then was not sent

export class Sending {
  readonly #handOn: (letter: Letter) => void;
  readonly #underWay = new Map<HTMLElement, Letter>();

  constructor(handOn: (letter: Letter) => void) {
    this.#handOn = handOn;
  }

  /** Watch `root` for gestures that send one of `all`. Which one shows itself: the others do not go away. */
  watch(root: Document, all: () => Iterable<Writing>): void {
    const each = (act: (writing: Writing) => void): void => [...all()].forEach(act);
    root.addEventListener("keydown", (event) => each((writing) => this.#key(event, writing)), true);
    root.addEventListener("submit", (event) => each((writing) => this.#submit(event, writing)), true);
    root.addEventListener("click", (event) => isSending(event) && each((writing) => this.#begin(writing)), true);
  }

  #key(event: KeyboardEvent, writing: Writing): void {
    const isHere = event.composedPath().includes(writing.element);
    if (event.isTrusted && isSendKey(event, isHere && writing.context.kind === "chat")) this.#begin(writing);
  }

  /** A form that nobody stops takes the page with it. */
  #submit(event: SubmitEvent, writing: Writing): void {
    const [form] = event.composedPath();
    if (!(form instanceof HTMLFormElement) || !form.contains(writing.element)) return;
    this.#begin(writing);
    setTimeout(() => event.defaultPrevented || this.#end(writing.element));
  }

  /** Take down what stands there now, if it may be a letter, in place of one that did not go out. */
  #begin(writing: Writing): void {
    const { element } = writing;
    const before = this.#underWay.get(element);
    if (before && isGone(element, before)) this.#end(element);
    const letter = letterOf(writing);
    if (!letter) return;
    this.#underWay.set(element, letter);
    writing.sent();
    setTimeout(() => this.#await(element, letter, PATIENCE_MS)); // once the page has heard the gesture too
  }

  #await(element: HTMLElement, letter: Letter, leftMs: number): void {
    if (this.#underWay.get(element) !== letter) return;
    if (isGone(element, letter)) this.#end(element);
    else if (leftMs <= 0) this.#underWay.delete(element);
    else setTimeout(() => this.#await(element, letter, leftMs - LOOK_EVERY_MS), LOOK_EVERY_MS);
  }

  #end(element: HTMLElement): void {
    const letter = this.#underWay.get(element);
    this.#underWay.delete(element);
    if (letter) this.#handOn(letter);
  }
}

/** Whether a person, not a script, pressed a button that sends. */
function isSending(click: Event): boolean {
  return click.isTrusted && isSendButton(click.composedPath());
}

function letterOf({ element, context }: Writing): Letter | null {
  const isLine = element instanceof HTMLInputElement && context.kind !== "chat";
  const text = refusalOf(element) || isLine ? "" : ownText(element).trim();
  return text ? { text, context } : null;
}

/** Whether the field is away or empty, or another text was begun in it: fast writers do so before anybody looks. */
function isGone(element: HTMLElement, { text }: Letter): boolean {
  if (!element.isConnected || !element.getClientRects().length) return true;
  return !ownText(element).trim().startsWith(text.slice(0, BEGINNING));
}
