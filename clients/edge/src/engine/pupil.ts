/**
 * The language model as one person's pupil: it is told who writes, learns from what they send, and what it learned is kept.
 *
 * It speaks for one person at a time, and differently from before only once that was measured to help them (lm/personal.ts). Of two
 * tabs the one that learned last is kept here; messages themselves are never lost (store/memories.ts). It does not know how it
 * learns.
 */

import type { Context } from "../contracts.js";
import type { Learned, PersonalReport, PersonalState, RemoteModel } from "../lm/index.js";
import type { Shelf } from "../store/shelf.js";

/** Where what the model learned of a user lies on the shelf. */
export const pupilKey = (user: string): string => `pupil ${user}`;

export class Pupil {
  /** What it brought the person who writes now; null: nobody, or not known yet. */
  report: PersonalReport | null = null;
  #user: string | null = null;
  #speaking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly lm: RemoteModel,
    private readonly shelf: Shelf,
  ) {}

  /** From the next question on the model speaks for nobody else, and once what was kept of the user is read, for them. Rejects where
   *  that cannot be read. */
  async speakFor(user: string): Promise<void> {
    if (user !== this.#user) {
      if (this.#user !== null) this.lm.speakForNobody();
      this.#user = user;
      this.report = null;
      this.#speaking = this.#began(user);
    }
    await this.#speaking;
  }

  /** Learn from a message when nobody asks; what comes of it is kept. Nothing is learned once somebody else writes. */
  async learn(user: string, text: string, context: Context): Promise<void> {
    await this.speakFor(user);
    if (user !== this.#user) return;
    const learned = await this.#noted(user, this.lm.learn(text, context));
    await this.shelf.update<PersonalState>(pupilKey(user), () => learned.state);
  }

  /** What the user taught is gone, from the model and the shelf. */
  async forget(user: string): Promise<void> {
    if (user === this.#user) {
      this.lm.speakForNobody();
      this.#user = this.report = null;
    }
    await this.shelf.update<PersonalState>(pupilKey(user), () => undefined);
  }

  async #began(user: string): Promise<void> {
    try {
      const state = (await this.shelf.update<PersonalState>(pupilKey(user), (kept) => kept)) ?? null;
      if (user === this.#user) await this.#noted(user, this.lm.speakFor(state).catch(() => this.lm.speakFor(null))); // another model's
    } catch (error) {
      if (user === this.#user) this.#user = null; // the next question tries again
      throw error;
    }
  }

  async #noted(user: string, learning: Promise<Learned>): Promise<Learned> {
    const learned = await learning;
    if (user === this.#user) this.report = learned.report;
    return learned;
  }
}
