/**
 * A line to a worker: calls and their replies, and a new worker when the old one is lost.
 *
 * A worker is lost when it fails, or when it leaves a call and a later "are you there" unanswered. What was asked of it is then
 * rejected with a LostError. It does not know what is called.
 */

const PATIENCE_MS = 10_000; // far above any answer; a worker that reads 8 MB of counts is silent for 0.2 s
const LATE_MS = 1000; // a look that comes later than this came after a frozen tab: the worker had no time either
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 8000;

/** The methods of what lives in the worker: all answer later. */
export type Methods<Target> = { [Name in keyof Target]: (...given: never[]) => Promise<unknown> };

export interface Call {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

/** What a worker says: the reply to a call, or something of its own accord. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly told: unknown };

/** The worker went away before it answered. */
export class LostError extends Error {}

/** What went wrong in the worker, as it said it. */
export class WorkerError extends Error {
  constructor(kind: string, message: string) {
    super(message);
    this.name = kind;
  }
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

export interface Ends {
  /** Makes a worker. */
  readonly start: () => Worker;
  /** What a worker said of its own accord. */
  readonly told: (what: unknown) => void;
  /** A new worker stands in an old one's place; calls made here come first. */
  readonly restarted: () => void;
  readonly lost: (why: string) => void;
}

export class Line<Target extends Methods<Target>> {
  readonly #ends: Ends;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #lastId = 0;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #isAlive = true; // something was heard since the watch looked last
  #lookMs = 0; // when it looks next

  constructor(ends: Ends) {
    this.#ends = ends;
    this.#start();
  }

  /** Call `name`. Rejects with a WorkerError for what went wrong there, a LostError when the worker goes away. */
  call<Name extends keyof Target & string>(name: Name, ...given: Parameters<Target[Name]>): ReturnType<Target[Name]> {
    const made = new Promise((resolve, reject) => {
      if (!this.#worker) return reject(new LostError("the engine is starting again"));
      const id = ++this.#lastId;
      this.#worker.postMessage({ id, name, given } satisfies Call); // throws for what cannot travel, and then nothing waits
      this.#waiting.set(id, { resolve, reject });
      if (this.#watch === undefined) this.#lookLater();
    });
    return made as ReturnType<Target[Name]>;
  }

  /** The end: the worker stops, and what it was asked is rejected. */
  close(): void {
    clearTimeout(this.#retry);
    this.#drop(new LostError("the engine is closed"));
  }

  #start(): void {
    const worker = this.#ends.start();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => worker === this.#worker && this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#lose(event.message || "its script cannot be loaded");
    };
  }

  #hear(reply: Reply): void {
    this.#isAlive = true;
    if ("told" in reply) return this.#ends.told(reply.told);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) return waiting?.reject(new WorkerError(reply.error.name, reply.error.message));
    this.#attempt = 0;
    waiting?.resolve(reply.result as never);
  }

  /** Whether calls wait and nothing was heard for long: then ask, and the next time give up. */
  #look(): void {
    this.#watch = undefined;
    if (!this.#waiting.size) return;
    const wasFrozen = performance.now() - this.#lookMs > LATE_MS;
    if (!this.#isAlive && !wasFrozen) return this.#lose("it does not answer");
    this.#isAlive = false;
    this.#worker?.postMessage({ id: 0, name: "", given: [] } satisfies Call);
    this.#lookLater();
  }

  #lookLater(): void {
    this.#lookMs = performance.now() + PATIENCE_MS;
    this.#watch = setTimeout(() => this.#look(), PATIENCE_MS);
  }

  #lose(why: string): void {
    this.#drop(new LostError(`the engine's worker is gone: ${why}`));
    this.#ends.lost(why);
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt++);
    this.#retry = setTimeout(() => {
      this.#isAlive = true;
      this.#start();
      this.#ends.restarted();
    }, wait);
  }

  #drop(error: Error): void {
    clearTimeout(this.#watch);
    this.#watch = undefined;
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** Answer calls on `scope`, a worker's own, with the methods of `parts`, which make up a Target; an id of 0 only asks whether
 *  anybody is there. */
export function serve<Target extends Methods<Target>>(parts: readonly Partial<Target>[], scope: DedicatedWorkerScope): void {
  scope.onmessage = async ({ data: { id, name, given } }) => {
    if (!id) return scope.postMessage({ told: null });
    try {
      const part = parts.find((each) => name in each) as unknown as Calls;
      const result = await part[name]?.(...given);
      scope.postMessage({ id, result });
    } catch (error) {
      const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
      scope.postMessage({ id, error: { name: kind, message } });
    }
  };
}

type Calls = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;

/** What a dedicated worker has of itself; the types of windows and workers do not go together. */
export interface DedicatedWorkerScope {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(reply: Reply): void;
}
