/**
 * What lives in the engine's worker: the parts put together, and what a page asks of them.
 *
 * Counts answer as soon as they are there; the language model joins when it can, leaves when it fails, and is opened again. It does
 * not know how calls get here (worker.ts) nor how a suggestion is found (compose/composer.ts).
 */

import { Composer } from "../compose/composer.js";
import type { Answer, LanguageModel, Request } from "../contracts.js";
import { ModelError } from "../errors.js";
import type { PersonalReport } from "../lm/index.js";
import { secondsOf } from "../personal/messages.js";
import { dropSecrets } from "../personal/secrets.js";
import type { Facts } from "../private/facts.js";
import { StatisticsSender } from "../private/sender.js";
import { IdbShelf } from "../store/idb_shelf.js";
import { SharedMemories } from "../store/memories.js";
import { RamShelf } from "../store/ram_shelf.js";
import type { Shelf } from "../store/shelf.js";
import { joinWords, splitWords } from "../text/words.js";
import { Folder } from "./folder.js";
import { LOADING, type Dials, type Export, type House, type Imported, type Learned, type Opening, type Phrases, type Report, type Sent, type State, type Summary, type Tally } from "./house.js";
import { CountedOutcomes, tallyKey } from "./outcomes.js";
import { openCounts, openModel, type Counts } from "./parts.js";
import { Pupil, pupilKey } from "./pupil.js";

const MAX_RESTARTS = 3; // of a language model that fails; then counts go on alone
const PROGRESS_EVERY_MS = 100;

/** All that answers, once the counts are there. */
interface Open {
  readonly opening: Opening;
  readonly folder: Folder;
  readonly counts: Counts;
  readonly memories: SharedMemories;
  readonly outcomes: CountedOutcomes;
  readonly statistics: StatisticsSender;
  readonly shelf: Shelf;
}

export class Rooms implements House {
  #open: Open | null = null;
  #composer: Composer | null = null;
  #pupil: Pupil | null = null; // the language model, while it is there
  #before: Composer | null = null; // who answered until the language model came or went, for outcomes of those answers
  #dials: Dials = { coverage: null, blocked: [] };
  #state: State = LOADING;
  #numRestarts = 0;
  #toldAt = -Infinity;

  /** `tell` hears how far it is. */
  constructor(private readonly tell: (state: State) => void) {}

  async open(opening: Opening): Promise<void> {
    this.#dials = opening.dials;
    const folder = await Folder.open(opening.base);
    const { version, model, statistics_to } = folder.manifest;
    this.#change({ version, model, lm: model === null ? "none" : "loading", totalBytes: folder.numBytes });
    const [counts, { shelf, problem }] = await Promise.all([openCounts(folder, (num) => this.#loaded(num)), openShelf()]);
    const memories = await SharedMemories.open(counts.background, shelf);
    const statistics = new StatisticsSender(shelf, statistics_to);
    const outcomes = new CountedOutcomes(shelf, (seen) => void statistics.count(seen).catch(() => undefined));
    this.#open = { opening, folder, counts, memories, outcomes, statistics, shelf };
    this.#compose(null);
    this.#change({ phase: "counts", memory: shelf.isLasting ? "kept" : "session", storeProblem: problem });
    void statistics.start().catch(() => undefined); // what fails is told when a person looks
    await this.#join();
  }

  async answer(request: Request): Promise<Answer | null> {
    const composer = this.#answering();
    if (request.user) await this.#known(request.user);
    if (request.user) void this.#pupil?.speakFor(request.user).catch(() => undefined); // the next answer is theirs
    try {
      const answer = await composer.answer(request);
      return answer.silence === "stale" ? null : answer;
    } catch (error) {
      if (!(error instanceof ModelError) || composer !== this.#composer) throw error;
      this.#leave(error);
      return this.answer(request);
    }
  }

  async withdraw(id: string): Promise<void> {
    this.#composer?.withdraw(id);
  }

  async release(session: string): Promise<void> {
    for (const composer of [this.#composer, this.#before]) composer?.release(session);
  }

  async feedback({ id, outcome, characters, persisted }: Report): Promise<void> {
    const isKnown = this.#composer?.feedback(id, outcome, characters, persisted ?? null);
    if (!isKnown) this.#before?.feedback(id, outcome, characters, persisted ?? null);
  }

  async learn({ user, text, context, isAgain }: Sent): Promise<Learned> {
    const { memories } = this.#opened();
    const sentS = secondsOf(context.sent_at ?? "");
    const isThere = isAgain && memories.export(user)?.messages.some(({ sent_at }) => secondsOf(sent_at) === sentS);
    const { numWords, numRefused } = isThere ? { numWords: 0, numRefused: 0 } : memories.learn(user, text, context);
    if (numWords) void this.#pupil?.learn(user, withoutSecrets(text), context).catch(() => undefined); // counts know it already
    return { words: numWords, refused: numRefused, isKept: await this.#saved() };
  }

  async summary(user: string): Promise<Summary | null> {
    const messages = this.#opened().memories.export(user)?.messages;
    if (!messages) return null;
    const words = messages.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0), 0);
    const last = messages.reduce((latest, { sent_at }) => (sent_at > latest ? sent_at : latest), "");
    return { user, messages: messages.length, words, last: last || null };
  }

  async phrases(user: string, query: string, limit: number): Promise<Phrases> {
    const all = this.#opened().memories.phrases(user, { query, limit: Infinity });
    const phrases = all.slice(0, limit).map(({ text, count, lastS, words }) => {
      return { phrase: text, count, words, last: new Date(lastS * 1000).toISOString() };
    });
    return { phrases, total: all.length };
  }

  async exportUser(user: string): Promise<Export | null> {
    return this.#opened().memories.export(user);
  }

  async importUser(user: string, kept: Export): Promise<Imported> {
    const before = await this.summary(user);
    const messages = this.#opened().memories.import(user, kept);
    await this.#saved();
    const words = ((await this.summary(user))?.words ?? 0) - (before?.words ?? 0);
    return { messages, words, known: kept.messages.length - messages };
  }

  async forgetPhrase(user: string, phrase: string): Promise<number> {
    const { memories } = this.#opened();
    await memories.reload();
    const times = memories.forgetPhrase(user, phrase);
    if (times) await this.#unteach(user);
    await this.#saved();
    return times;
  }

  async forget(user: string): Promise<boolean> {
    const { shelf } = this.#opened();
    const forgotten = this.#answering().forget(user);
    await this.#unteach(user);
    await this.#saved();
    return (await shelf.drop(user, [tallyKey(user), pupilKey(user)]).catch(() => false)) || forgotten;
  }

  async turn(dials: Dials): Promise<void> {
    this.#answering().turn(dials);
    this.#dials = dials;
  }

  async tally(user: string): Promise<Tally> {
    return this.#opened().outcomes.load(user);
  }

  async personal(user: string): Promise<PersonalReport | null> {
    await this.#pupil?.speakFor(user);
    return this.#pupil?.report ?? null;
  }

  async statistics(change: boolean | null): Promise<Facts> {
    return this.#opened().statistics.change(change);
  }

  async close(): Promise<void> {
    const open = this.#open;
    for (const composer of [this.#composer, this.#before]) composer?.close();
    await open?.memories.saved();
    open?.statistics.stop();
    open?.memories.close();
  }

  /** Let the language model join, if the folder has one. */
  async #join(): Promise<void> {
    const { folder, opening, shelf } = this.#opened();
    if (folder.manifest.model === null) return this.#finish({ lm: "none" });
    try {
      const lm = await openModel(folder, opening.threads, (num) => this.#loaded(num));
      this.#pupil = new Pupil(lm, shelf);
      this.#compose(lm);
      await this.#finish({ lm: "ready" });
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      await this.#finish({ lm: "failed", problem: error.message });
    }
  }

  async #finish(change: Partial<State>): Promise<void> {
    const { folder } = this.#opened();
    await folder.sweep();
    this.#change({ ...change, phase: "ready", filesKept: folder.isKept });
  }

  /** The language model failed: counts go on, and it is opened again a few times. */
  #leave(error: ModelError): void {
    this.#pupil = null;
    this.#compose(null);
    if (this.#numRestarts++ >= MAX_RESTARTS) return this.#change({ phase: "ready", lm: "failed", problem: error.message });
    this.#change({ phase: "counts", lm: "loading" });
    void this.#join().catch((again: Error) => this.#change({ phase: "ready", lm: "failed", problem: again.message }));
  }

  #compose(lm: LanguageModel | null): void {
    const { counts, memories, outcomes } = this.#opened();
    this.#before?.close();
    this.#before = this.#composer;
    this.#composer = new Composer(counts.background, { ...counts, store: memories, outcomes, lm });
    this.#composer.turn(this.#dials);
  }

  /** What the model learned of a person holds all they wrote: it begins anew. */
  async #unteach(user: string): Promise<void> {
    const { shelf } = this.#opened();
    await (this.#pupil ?? { forget: () => shelf.update(pupilKey(user), () => undefined) }).forget(user);
  }

  /** Whether everything learned so far is durable; says so to the page when that changes. */
  async #saved(): Promise<boolean> {
    const { memories, shelf } = this.#opened();
    await memories.saved();
    const isKept = shelf.isLasting && memories.problem === null;
    if (shelf.isLasting) this.#change({ memory: isKept ? "kept" : "session", storeProblem: memories.problem });
    return isKept;
  }

  /** The user's counts from before must be there before the first answer. */
  async #known(user: string): Promise<void> {
    const { outcomes } = this.#opened();
    if (!outcomes.knows(user)) await outcomes.load(user);
  }

  #opened(): Open {
    if (!this.#open) throw new ModelError("the engine is still loading; wait for `ready`");
    return this.#open;
  }

  #answering(): Composer {
    this.#opened();
    return this.#composer as Composer;
  }

  #loaded(numBytes: number): void {
    this.#state = { ...this.#state, loadedBytes: Math.min(this.#state.loadedBytes + numBytes, this.#state.totalBytes) };
    if (performance.now() - this.#toldAt > PROGRESS_EVERY_MS) this.#change({});
  }

  #change(change: Partial<State>): void {
    this.#toldAt = performance.now();
    this.#state = { ...this.#state, ...change };
    this.tell(this.#state);
  }
}

/** The browser's database, or memory and why. */
async function openShelf(): Promise<{ shelf: Shelf; problem: string | null }> {
  try {
    return { shelf: await IdbShelf.open(), problem: null };
  } catch (error) {
    return { shelf: new RamShelf(), problem: (error as Error).message };
  }
}

/** The text as far as it may be learned. */
function withoutSecrets(text: string): string {
  return joinWords(dropSecrets(splitWords(text)).kept);
}
