/**
 * Which waiting question the next pass answers: the newest first, with those that fit beside it.
 *
 * The newest belongs to the key that was struck last. Long readings are cut into chunks, and between two passes new questions
 * and cancellations are heard. Errands are run when nobody asks. It does not know what tokens mean.
 */

import type { Question, Reply } from "./messages.js";
import { reason } from "./reason.js";

export const MAX_WAITING = 64; // beyond that the oldest is dropped: nobody types so far ahead

/** The part that runs passes. */
export interface PassReader {
  readAhead(question: Question): Promise<boolean>;
  fits(group: readonly Question[], candidate: Question): boolean;
  answer(group: readonly Question[]): Promise<Float32Array[]>;
  drop(session: string): void;
}

/** Work that can wait, step by step; it tells of its own failures and never throws. */
export type Errand = AsyncIterator<unknown, unknown>;

export class Scheduler {
  #waiting: Question[] = []; // oldest first
  #errands: Errand[] = [];
  #released = new Set<string>();
  #isRunning = false;
  #isAsked = false; // for a sign of life

  /** `pause` comes back when messages that have arrived were heard. */
  constructor(
    private readonly reader: PassReader,
    private readonly reply: (reply: Reply) => void,
    private readonly pause: () => Promise<void>,
  ) {}

  ask(question: Question): void {
    this.#waiting.push(question);
    if (this.#waiting.length > MAX_WAITING) this.cancel(this.#waiting[0]?.id ?? 0);
    this.#wake();
  }

  /** Run the errand after all others, a step at a time while no question waits. */
  later(errand: Errand): void {
    this.#errands.push(errand);
    this.#wake();
  }

  /** Drop a question that has not begun to be answered. */
  cancel(id: number): void {
    const left = this.#waiting.filter((question) => question.id !== id);
    if (left.length < this.#waiting.length) this.reply({ is: "cancelled", id });
    this.#waiting = left;
  }

  /** Forget the session, after the pass that may be running for it. */
  release(session: string): void {
    this.#released.add(session);
    if (!this.#isRunning) this.#forget();
  }

  /** Say that passes come to an end: at once where none runs, else after it. */
  showLife(): void {
    this.#isAsked = true;
    if (!this.#isRunning) this.#tellOfLife();
  }

  #wake(): void {
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length || this.#errands.length) {
      const newest = this.#waiting.at(-1);
      await (newest ? this.#step(newest) : this.#errandStep());
      this.#forget();
      this.#tellOfLife();
      await this.pause();
    }
    this.#isRunning = false;
  }

  async #errandStep(): Promise<void> {
    const errand = this.#errands[0];
    const step = await errand?.next();
    if (step?.done) this.#errands = this.#errands.filter((each) => each !== errand);
  }

  async #step(newest: Question): Promise<void> {
    let group = [newest];
    try {
      if (await this.reader.readAhead(newest)) return;
      group = this.#takeWith(newest);
      const answers = await this.reader.answer(group);
      group.forEach(({ id }, at) => this.reply({ is: "answer", id, rows: answers[at] ?? new Float32Array() }));
    } catch (error) {
      this.#fail(group, error);
    }
  }

  #takeWith(newest: Question): Question[] {
    const group = [newest];
    for (const candidate of this.#waiting.slice().reverse()) {
      if (candidate !== newest && this.reader.fits(group, candidate)) group.push(candidate);
    }
    this.#waiting = this.#waiting.filter((question) => !group.includes(question));
    return group;
  }

  #fail(group: readonly Question[], error: unknown): void {
    this.#waiting = this.#waiting.filter((question) => !group.includes(question));
    for (const { id } of group) this.reply({ is: "error", id, why: reason(error) });
  }

  #tellOfLife(): void {
    if (this.#isAsked) this.reply({ is: "alive" });
    this.#isAsked = false;
  }

  #forget(): void {
    for (const session of this.#released) this.reader.drop(session);
    this.#released.clear();
  }
}
