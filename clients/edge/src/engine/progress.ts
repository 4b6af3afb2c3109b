/**
 * How far the engine is, for those who wait for it: the state now, promises, and everybody who watches.
 *
 * It does not know who answers, nor what is asked.
 */

import { LOADING, type State } from "./house.js";
import { later } from "./later.js";

export class Progress {
  readonly #completed = later<State>();
  readonly #watchers = new Set<(isReady: boolean) => void>();
  #answering = unwatched(); // another one after each restart
  #state: State = LOADING;
  /** Resolves when it answers, from counts at first; rejects when it cannot. */
  readonly ready = this.#answering.promise;
  /** Resolves when all that there is answers, or why it does not is known. */
  readonly complete = this.#completed.promise;

  /** `told` hears of every state. */
  constructor(private readonly told: (state: State) => void) {}

  get state(): State {
    return this.#state;
  }

  /** Whether it answers now. */
  get isReady(): boolean {
    return this.#state.phase === "counts" || this.#state.phase === "ready";
  }

  /** As `ready`, but after a worker was lost it waits for the next one. */
  get answers(): Promise<void> {
    return this.#answering.promise;
  }

  /** The worker says how far it is. */
  hear(state: State): void {
    this.#change(state);
    if (this.isReady) this.#answering.resolve();
    if (state.phase === "ready") this.#completed.resolve(state);
  }

  /** The worker is gone, and another one begins. */
  restart(why: string): void {
    if (this.#state.phase !== "loading") this.#answering = unwatched();
    this.#change({ ...LOADING, version: this.#state.version, problem: `the engine starts again: ${why}` });
  }

  /** It will not answer. */
  fail(error: Error): void {
    this.#change({ ...this.#state, phase: "failed", problem: error.message });
    this.#answering.reject(error);
    this.#completed.resolve(this.#state);
  }

  /** Nobody asks any more: whoever still does is rejected. */
  end(error: Error): void {
    this.#answering.reject(error);
    this.#answering = unwatched();
    this.#answering.reject(error);
  }

  /** Tell `watcher` of every change of `isReady`, until the function that is given back is called. */
  watch(watcher: (isReady: boolean) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #change(state: State): void {
    const wasReady = this.isReady;
    this.#state = state;
    this.told(state);
    if (wasReady !== this.isReady) for (const watcher of this.#watchers) watcher(this.isReady);
  }
}

/** Rejecting it is no error of the page's: whoever does not wait for it is told by `told`. */
function unwatched(): ReturnType<typeof later<void>> {
  const made = later<void>();
  made.promise.catch(() => undefined);
  return made;
}
