/**
 * What is kept of people, for a page to ask: learn, list, carry away and back, forget.
 *
 * A message is durable when `learn` resolves. It does not know how suggestions are made of it, nor where it lies.
 */

import type { PersonalReport } from "../lm/index.js";
import { secondsOf } from "../personal/messages.js";
import { dropSecrets } from "../personal/secrets.js";
import { joinWords, splitWords } from "../text/words.js";
import type { Export, Imported, Learned, Phrases, Remembering, Sent, Summary, Tally } from "./house.js";
import { tallyKey } from "./outcomes.js";
import { pupilKey } from "./pupil.js";
import type { Rooms } from "./rooms.js";

const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

export class Archive implements Remembering {
  constructor(private readonly rooms: Rooms) {}

  async learn({ user, text, context, isAgain }: Sent): Promise<Learned> {
    const { memories } = this.rooms.opened;
    const sentS = secondsOf(context.sent_at);
    const isThere = isAgain && memories.export(user)?.messages.some(({ sent_at }) => secondsOf(sent_at) === sentS);
    const { numWords, numRefused } = isThere ? { numWords: 0, numRefused: 0 } : memories.learn(user, text, context);
    if (numWords) void this.rooms.pupil?.learn(user, withoutSecrets(text), context).catch(() => undefined); // counts know it
    return { words: numWords, refused: numRefused, isKept: await this.#saved() };
  }

  async summary(user: string): Promise<Summary | null> {
    const messages = this.rooms.opened.memories.export(user)?.messages;
    if (!messages) return null;
    const words = messages.reduce((sum, { text }) => sum + (text.match(WORD)?.length ?? 0), 0);
    const last = messages.reduce((latest, { sent_at }) => (sent_at > latest ? sent_at : latest), "");
    return { user, messages: messages.length, words, last: last || null };
  }

  async phrases(user: string, query: string, limit: number): Promise<Phrases> {
    const all = this.rooms.opened.memories.phrases(user, { query, limit: Infinity });
    const phrases = all.slice(0, limit).map(({ text, count, lastS, words }) => {
      return { phrase: text, count, words, last: new Date(lastS * 1000).toISOString() };
    });
    return { phrases, total: all.length };
  }

  async exportUser(user: string): Promise<Export | null> {
    return this.rooms.opened.memories.export(user);
  }

  async importUser(user: string, kept: Export): Promise<Imported> {
    const before = await this.summary(user);
    const messages = this.rooms.opened.memories.import(user, kept);
    await this.#saved();
    const words = ((await this.summary(user))?.words ?? 0) - (before?.words ?? 0);
    return { messages, words, known: kept.messages.length - messages };
  }

  async forgetPhrase(user: string, phrase: string): Promise<number> {
    const { memories } = this.rooms.opened;
    await memories.reload();
    const times = memories.forgetPhrase(user, phrase);
    if (times) await this.#unteach(user);
    await this.#saved();
    return times;
  }

  async forget(user: string): Promise<boolean> {
    const { shelf } = this.rooms.opened;
    const isForgotten = this.rooms.letGo(user);
    await this.#unteach(user);
    await this.#saved();
    return (await shelf.drop(user, [tallyKey(user), pupilKey(user)])) || isForgotten;
  }

  async tally(user: string): Promise<Tally> {
    return this.rooms.opened.outcomes.load(user);
  }

  async personal(user: string): Promise<PersonalReport | null> {
    await this.rooms.pupil?.speakFor(user);
    return this.rooms.pupil?.report ?? null;
  }

  /** What the model learned of a person holds all they wrote: it begins anew. */
  async #unteach(user: string): Promise<void> {
    const { shelf } = this.rooms.opened;
    if (this.rooms.pupil) await this.rooms.pupil.forget(user);
    else await shelf.update(pupilKey(user), () => undefined);
  }

  /** Whether everything learned so far is durable; the page is told when that changes. */
  async #saved(): Promise<boolean> {
    const { memories, shelf, shelfProblem } = this.rooms.opened;
    await memories.saved();
    const problem = shelfProblem ?? memories.problem;
    const isKept = shelf.isLasting && problem === null;
    this.rooms.tellOfMemory(isKept, problem);
    return isKept;
  }
}

/** The text as far as it may be learned. */
function withoutSecrets(text: string): string {
  return joinWords(dropSecrets(splitWords(text)).kept);
}
