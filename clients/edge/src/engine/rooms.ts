/**
 * What answers in the engine's worker: the parts put together, and suggestions asked of them.
 *
 * Counts answer as soon as they are there; the language model joins when it can, leaves when it fails, and is opened again. It does
 * not know how calls get here (worker.ts), how a suggestion is found (compose/composer.ts), nor what is kept (archive.ts).
 */

import { Composer } from "../compose/composer.js";
import type { Answer, LanguageModel, Request } from "../contracts.js";
import { ModelError, UnreachableError } from "../errors.js";
import type { Facts } from "../private/facts.js";
import { Folder } from "./folder.js";
import { Graphics } from "./graphics.js";
import { LOADING, type Answering, type Dials, type Opening, type Report, type State } from "./house.js";
import { openAll, type Open } from "./opening.js";
import type { RemoteModel } from "../lm/index.js";
import { openModel } from "./parts.js";
import { Pupil } from "./pupil.js";
import { Restarts } from "./restarts.js";

const PROGRESS_EVERY_MS = 100;

export class Rooms implements Answering {
  /** The language model as somebody's pupil, while it is there and learns. */
  pupil: Pupil | null = null;
  #open: Open | null = null;
  #composer: Composer | null = null;
  #before: Composer | null = null; // who answered until the language model came or went, for outcomes of those answers
  #dials: Dials = { coverage: null, blocked: [] };
  #opening: Opening | null = null;
  #graphics: Graphics | null = null;
  #state: State = LOADING;
  #lm: RemoteModel | null = null;
  readonly #restarts = new Restarts();
  #rejoining: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #toldAt = -Infinity;

  /** `tell` hears how far it is. */
  constructor(private readonly tell: (state: State) => void) {}

  /** All that answers. Throws a ModelError before `open` has come so far. */
  get opened(): Open {
    if (!this.#open) throw new ModelError("the engine is still loading; wait for `ready`");
    return this.#open;
  }

  /** Who answers now. Throws as `opened`. */
  get composer(): Composer {
    if (!this.#composer) throw new ModelError("the engine is still loading; wait for `ready`");
    return this.#composer;
  }

  async open(opening: Opening): Promise<void> {
    this.#opening = opening;
    this.#dials = opening.dials;
    const folder = await Folder.open(opening.base);
    const { version, model } = folder.manifest;
    this.#change({ version, model, lm: model === null ? "none" : "loading", totalBytes: folder.numBytes });
    this.#open = await openAll(folder, { loaded: (num) => this.#loaded(num), forgotten: (user) => this.#letGoElsewhere(user) });
    const { shelf, shelfProblem, statistics } = this.#open;
    this.#compose(null);
    this.#change({ phase: "counts", memory: shelf.isLasting ? "kept" : "session", storeProblem: shelfProblem });
    void statistics.start().catch(() => undefined); // what fails is told when a person looks
    await this.#join();
  }

  async answer(request: Request): Promise<Answer | null> {
    const { composer } = this;
    if (request.user) await this.#greet(request.user);
    try {
      const answer = await composer.answer(request);
      return answer.silence === "stale" ? null : answer;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (composer === this.#composer) this.#leave(error);
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

  async turn(dials: Dials): Promise<void> {
    this.composer.turn(dials);
    this.#dials = dials;
  }

  async statistics(change: boolean | null): Promise<Facts> {
    return this.opened.statistics.change(change);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#rejoining);
    for (const composer of [this.#composer, this.#before]) composer?.close();
    await this.#open?.memories.saved();
    this.#open?.statistics.stop();
    this.#open?.memories.close();
  }

  /** Drop what is held of a user here; false when there was nothing. What lies on the shelf is the archive's business. */
  letGo(user: string): boolean {
    this.#before?.forget(user);
    return this.composer.forget(user);
  }

  /** Another tab forgot something of the user's: what the model and the counts of outcomes hold of it goes here too. */
  #letGoElsewhere(user: string): void {
    this.#open?.outcomes.forget(user);
    void this.pupil?.forget(user).catch(() => undefined); // the other tab deletes the same
  }

  /** Whether what is learned outlives the page, and why not. */
  tellOfMemory(isKept: boolean, problem: string | null): void {
    const memory = isKept ? "kept" : "session";
    if (memory !== this.#state.memory || problem !== this.#state.storeProblem) this.#change({ memory, storeProblem: problem });
  }

  /** Let the language model join, if the folder has one. */
  async #join(): Promise<void> {
    const { folder, shelf } = this.opened;
    if (folder.manifest.model === null) return this.#finish({ lm: "none" });
    const { loadedBytes } = this.#state;
    try {
      const means = { threads: this.#opening?.threads ?? null, graphics: await this.#foundGraphics() };
      const lm = await openModel(folder, means, (num) => this.#loaded(num));
      if (this.#isClosed) return lm.close();
      this.#restarts.joined();
      void lm.lost.then((error) => lm === this.#lm && this.#leave(error));
      this.#lm = lm;
      this.pupil = this.#opening?.lmLearns ? new Pupil(lm, shelf) : null;
      this.#compose(lm);
      await this.#finish({ lm: "ready", runsOn: lm.runs.on, problem: null });
    } catch (error) {
      await this.#finish({ lm: "failed", problem: (error as Error).message, loadedBytes }); // whatever it is, counts go on
      if (error instanceof UnreachableError) this.#joinLater(this.#restarts.unreached());
    }
  }

  #joinLater(waitMs: number): void {
    if (!this.#isClosed) this.#rejoining = setTimeout(() => void this.#join(), waitMs);
  }

  /** The GPU, looked for once; with one, other bytes are loaded. */
  async #foundGraphics(): Promise<Graphics> {
    const { folder, shelf } = this.opened;
    this.#graphics ??= await Graphics.find(folder, shelf, this.#opening?.gpu ?? null);
    if (this.#graphics.isThere) folder.useGpu();
    this.#change({ totalBytes: folder.numBytes });
    return this.#graphics;
  }

  async #finish(change: Partial<State>): Promise<void> {
    const { folder } = this.opened;
    await folder.sweep().catch(() => undefined); // what is not swept now is swept at the next visit
    this.#change({ ...change, phase: "ready", filesKept: folder.isKept });
  }

  /** The language model failed or hangs: its memory is given back, counts go on, and it is opened again a few times. */
  #leave(error: ModelError): void {
    if (this.#lm?.runs.on === "gpu") this.#graphics?.failed();
    this.#lm?.close();
    this.#lm = this.pupil = null;
    this.#compose(null);
    const waitMs = this.#restarts.next();
    if (waitMs === null) return this.#change({ phase: "ready", lm: "failed", runsOn: null, problem: error.message });
    this.#change({ phase: "counts", lm: "loading", runsOn: null, problem: error.message });
    this.#joinLater(waitMs);
  }

  #compose(lm: LanguageModel | null): void {
    const { counts, memories, outcomes } = this.opened;
    this.#before?.close();
    this.#before = this.#composer;
    this.#composer = new Composer(counts.background, { ...counts, store: memories, outcomes, lm });
    this.#composer.turn(this.#dials);
  }

  /** The writer's counts from before must be there before the first answer; what the model learned may come with a later one. */
  async #greet(user: string): Promise<void> {
    const { outcomes } = this.opened;
    void this.pupil?.speakFor(user).catch(() => undefined);
    if (!outcomes.knows(user)) await outcomes.load(user);
  }

  #loaded(numBytes: number): void {
    const { loadedBytes, totalBytes } = this.#state;
    this.#state = { ...this.#state, loadedBytes: Math.min(loadedBytes + numBytes, totalBytes) };
    if (performance.now() - this.#toldAt > PROGRESS_EVERY_MS) this.#change({});
  }

  #change(change: Partial<State>): void {
    this.#toldAt = performance.now();
    this.#state = { ...this.#state, ...change };
    this.tell(this.#state);
  }
}
