/**
 * Says a suggestion to a screen reader, after a pause, politely.
 *
 * It does not know whether anybody listens.
 */

import { wholeWords } from "../core/words.js";

const PAUSE_MS = 700; // while somebody types, keys are read out; grey text waits until they have stopped

export class Announcer {
  readonly #say: (sentence: string) => void;
  readonly #sentence: (words: string) => string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #words = "";

  /** `say` puts a sentence into a live region; `sentence` makes one of the words that are suggested. */
  constructor(say: (sentence: string) => void, sentence: (words: string) => string) {
    this.#say = say;
    this.#sentence = sentence;
  }

  /** Say `grey`, which goes on after `before`, once the writer pauses; "" takes back what was said. */
  announce(before: string, grey: string): void {
    const words = grey && wholeWords(before, grey);
    if (words === this.#words) return;
    this.#words = words;
    clearTimeout(this.#timer);
    this.#say("");
    if (words) this.#timer = setTimeout(() => this.#say(this.#sentence(words)), PAUSE_MS);
  }
}

/** The sentence for words, naming the key that takes them. */
export function sentenceFor(words: string, key: string | undefined): string {
  const end = /[.!?…]$/.test(words) ? "" : ".";
  return `Suggestion: ${words}${end}${key ? ` ${key} to accept.` : ""}`;
}
