/**
 * The personal store: learn, remember, list, export, forget. One memory a user, held here and kept by somebody else.
 *
 * Everything answers at once from this worker's memory; `Keeper` is told of every change and makes it durable in its own
 * time, which `saved` waits for. It does not know how suggestions are made, nor what a database is.
 */

import type { Context } from "../contracts.js";
import { InputError } from "../errors.js";
import type { Automaton } from "../ngram/automaton.js";
import { Memory } from "../ngram/memory.js";
import { foldWords } from "../text/casing.js";
import { folded } from "../text/folding.js";
import { hasHalves, numPoints } from "../text/letters.js";
import { isWord, joinWords, splitWords } from "../text/words.js";
import { exported, type Exported, type Message, messageOf, readExported, rowOf, secondsOf } from "./messages.js";
import { cutPhrase, findPhrases, type Phrase } from "./phrases.js";
import { dropSecrets } from "./secrets.js";

const MAX_USER_CHARS = 256;
const MAX_PHRASES = 100;

/** What one `learn` did: words kept, and words refused because they look like secrets. */
export interface Learned {
  readonly numWords: number;
  readonly numRefused: number;
}

/** Everybody's memories, as the composer asks for them. Throws InputErrors; then nothing was changed. */
export interface MemoryStore {
  /** The user's memory, or null for a user never seen. The caller only reads it. */
  memory(user: string): Memory | null;
  /** Keep what was sent; the next `memory` knows it. Nothing is kept of a sensitive field, nor of what looks like a secret. */
  learn(user: string, text: string, context: Context): Learned;
  /** Delete all that is kept of the user; false when there was nothing. */
  forget(user: string): boolean;
  /** Take a phrase, in any case of letters, out of all the user wrote; how often it stood there. */
  forgetPhrase(user: string, phrase: string): number;
  /** Phrases the user repeats and words only they use, those with `query` in them, at most `limit`. */
  phrases(user: string, options?: { limit?: number; query?: string }): Phrase[];
  /** All that is kept of the user, as `foretype users export` writes it; null for a user never seen. */
  export(user: string): Exported | null;
  /** Learn the messages of an export that are not held yet; how many there were. */
  import(user: string, json: unknown): number;
  /** Resolves when all changes so far are durable; rejects when one could not be kept. */
  saved(): Promise<void>;
}

/** Makes changes durable, in the order told. A row is one message (messages.ts), plain text. */
export interface Keeper {
  append(user: string, row: string): Promise<void>;
  /** Keep these rows in place of all that were there; none: the user is forgotten. */
  replace(user: string, rows: readonly string[]): Promise<void>;
}

/** Everybody's rows, oldest first, as a keeper gives them back. */
export type Rows = Readonly<Record<string, readonly string[]>>;

const KEEPS_NOTHING: Keeper = { append: async () => undefined, replace: async () => undefined };

interface Held {
  messages: readonly Message[];
  memory: Memory;
}

/** Memories in this worker. */
export class HeldMemories implements MemoryStore {
  private readonly held = new Map<string, Held>();
  private waiting: Promise<void> = Promise.resolve();
  private fault: { readonly error: unknown } | null = null;

  /** `rows`: what was kept before. `nowS` dates what has no `sent_at`, in unix seconds. */
  constructor(
    private readonly background: Automaton,
    private readonly keeper: Keeper = KEEPS_NOTHING,
    rows: Rows = {},
    private readonly nowS: () => number = () => Math.floor(Date.now() / 1000),
  ) {
    for (const [user, listed] of Object.entries(rows)) if (listed.length) this.hold(user, listed.map(messageOf));
  }

  memory(user: string): Memory | null {
    return this.held.get(checkedUser(user))?.memory ?? null;
  }

  learn(user: string, text: string, context: Context = {}): Learned {
    const split = splitWords(checkedText(text));
    checkedUser(user);
    if (context.sensitive) return { numWords: 0, numRefused: 0 };
    const { kept, numRefused } = dropSecrets(split);
    const numWords = kept.filter(isWord).length;
    if (numWords) this.append(user, { sentS: this.sentS(context), words: this.folded(kept) });
    return { numWords, numRefused };
  }

  forget(user: string): boolean {
    const forgotten = this.held.delete(checkedUser(user));
    if (forgotten) this.keep(() => this.keeper.replace(user, []));
    return forgotten;
  }

  forgetPhrase(user: string, phrase: string): number {
    const words = splitWords(checkedText(phrase));
    if (!words.length) throw new InputError("phrase: found no word, wanted at least one; send a phrase as it is listed");
    const { kept, numCut } = cutPhrase(this.messages(user), words);
    if (!numCut) return 0;
    if (kept.length) this.hold(user, kept);
    else this.held.delete(user);
    this.keep(() => this.keeper.replace(user, kept.map(rowOf)));
    return numCut;
  }

  phrases(user: string, { limit = MAX_PHRASES, query = "" }: { limit?: number; query?: string } = {}): Phrase[] {
    const wanted = folded(query);
    const found = findPhrases(this.messages(user), (word) => this.background.lexicon.knows(word));
    return found.filter(({ text }) => folded(text).includes(wanted)).slice(0, limit);
  }

  export(user: string): Exported | null {
    const held = this.held.get(checkedUser(user));
    return held ? exported(user, held.messages) : null;
  }

  import(user: string, json: unknown): number {
    const held = this.messages(user).map(({ words }) => joinWords(words));
    const fresh = readExported(json).filter(({ text }) => {
      const at = held.indexOf(joinWords(this.folded(dropSecrets(splitWords(checkedText(text))).kept)));
      if (at >= 0) held.splice(at, 1); // each message once, however often it is asked
      return at < 0;
    });
    fresh.forEach(({ sent_at }) => secondsOf(sent_at)); // all are sound before the first is kept
    return fresh.filter(({ text, sent_at }) => this.learn(user, text, { sent_at }).numWords > 0).length;
  }

  async saved(): Promise<void> {
    await this.waiting;
    const fault = this.fault;
    this.fault = null;
    if (fault) throw fault.error;
  }

  /** Users of whom something is kept. */
  users(): string[] {
    return [...this.held.keys()];
  }

  private messages(user: string): readonly Message[] {
    return this.held.get(checkedUser(user))?.messages ?? [];
  }

  private append(user: string, message: Message): void {
    const held = this.held.get(user) ?? { messages: [], memory: new Memory(this.background.lexicon) };
    held.memory.learnOne(message.words);
    held.messages = [...held.messages, message];
    this.held.set(user, held);
    this.keep(() => this.keeper.append(user, rowOf(message)));
  }

  private hold(user: string, messages: readonly Message[]): void {
    const memory = new Memory(this.background.lexicon);
    for (const message of messages) memory.learnOne(message.words);
    this.held.set(user, { messages, memory });
  }

  /** One change after the other; the first that fails is what `saved` tells. */
  private keep(change: () => Promise<void>): void {
    this.waiting = this.waiting.then(change).catch((error: unknown) => {
      this.fault ??= { error };
    });
  }

  private folded(words: readonly string[]): string[] {
    return foldWords(words, (word) => this.background.isLower(word));
  }

  private sentS({ sent_at }: Context): number {
    return sent_at ? secondsOf(sent_at) : this.nowS();
  }
}

/** A user id: 1 to 256 characters of valid Unicode, no NUL. */
function checkedUser(user: string): string {
  const length = numPoints(user);
  if (!length || length > MAX_USER_CHARS || user.includes("\0") || hasHalves(user)) {
    throw new InputError(`user: found ${length} characters, wanted 1 to ${MAX_USER_CHARS} of plain text; mend the id`);
  }
  return user;
}

/** A text to learn: valid Unicode of any length. */
function checkedText(text: string): string {
  if (hasHalves(text)) throw new InputError("text: found half a surrogate pair, wanted valid Unicode");
  return text;
}
