/**
 * The engine as a page sees it: opened from a folder, it suggests, learns and forgets, all on this machine.
 *
 * The work is done in a worker; when that is lost a new one takes its place, and fields work on as if nothing were there until it
 * answers. It does not know fields (transport.ts) nor models (the worker's rooms.ts).
 */

import type { Transport } from "../../../js/src/transport/transport.js";
import type { Answer, Context, Request } from "../contracts.js";
import { InputError } from "../errors.js";
import type { PersonalReport } from "../lm/index.js";
import type { Facts } from "../private/facts.js";
import type { Dials, Export, House, Imported, Learned, Phrases, State, Summary, Tally } from "./house.js";
import { Line, LostError } from "./line.js";
import { checkCoverage, checkedOptions, type EngineOptions } from "./options.js";
import { Progress } from "./progress.js";
import { EngineTransport, type Behind } from "./transport.js";

const ME = "me"; // whose memory it is, unless the page says otherwise
const DEADLINE_MS = 60; // as the server's
const NUM_PHRASES = 200;
const WORKER = "engine-worker.js";

/** Open the engine in the folder at `folder`, an address that `foretype edge build` made. It answers once `ready` resolves; fields
 *  may be attached before. Throws an InputError for options that do not exist, and for a folder of another origin. */
export function openEngine(folder: string | URL, options: EngineOptions = {}): Engine {
  const address = new URL(folder, location.href);
  if (address.origin !== location.origin) {
    throw new InputError(`openEngine: found a folder at ${address.origin}, wanted one of this page's own origin; copy the folder there`);
  }
  return new Engine(address, checkedOptions(options));
}

export class Engine {
  readonly user: string | null;
  readonly deadlineMs: number;
  readonly #options: EngineOptions;
  readonly #base: string;
  readonly #line: Line<House>;
  readonly #progress: Progress;
  #dials: Dials;

  constructor(folder: URL, options: EngineOptions) {
    this.#base = new URL("./", folder.href.endsWith("/") ? folder : `${folder.href}/`).href;
    this.#options = options;
    this.user = options.user === undefined ? ME : options.user;
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#dials = { coverage: options.coverage ?? null, blocked: options.blocked ?? [] };
    this.#progress = new Progress((state) => options.onState?.(state));
    this.#line = new Line<House>({
      start: () => new Worker(this.#base + WORKER, { type: "module", name: "foretype" }),
      told: (what) => what && this.#progress.hear(what as State),
      restarted: () => this.#open(),
      lost: (why) => this.#progress.restart(why),
    });
    this.#open();
  }

  /** Resolves when it answers, from counts at first; rejects when it cannot. */
  get ready(): Promise<void> {
    return this.#progress.ready;
  }

  /** Resolves when all that there is answers, or why it does not is known. */
  get complete(): Promise<State> {
    return this.#progress.complete;
  }

  get state(): State {
    return this.#progress.state;
  }

  /** Whether it answers now. */
  get isReady(): boolean {
    return this.#progress.isReady;
  }

  /** A line for one field: `attach(field, { transport: engine.transport() })`. `learns` is asked whenever something is sent. */
  transport({ learns = () => true }: { learns?: () => boolean } = {}): Transport {
    return new EngineTransport(this.#behind(), learns);
  }

  /** One question, without a field. */
  async answer(request: Request): Promise<Answer | null> {
    return this.#line.call("answer", { deadline_ms: this.deadlineMs, user: this.user, ...request });
  }

  /** Keep what was sent: durable when it resolves, and the very next answer knows it. */
  async learn(text: string, { user = this.user, context = {} }: { user?: string | null; context?: Context } = {}): Promise<Learned> {
    const dated = { ...context, sent_at: context.sent_at ?? new Date().toISOString() };
    const sent = { text, context: dated, user: this.#named(user) };
    let isAgain = false;
    const learned = await this.#surely(() => {
      const call = this.#line.call("learn", { ...sent, isAgain });
      isAgain = true;
      return call;
    });
    this.#options.onLearned?.(learned);
    return learned;
  }

  /** What is kept of the user, in numbers; null for nothing. */
  summary(user = this.user): Promise<Summary | null> {
    return this.#surely(() => this.#line.call("summary", this.#named(user)));
  }

  /** Phrases the user repeats and words only they use, those with `query` in them. */
  phrases(wanted: { query?: string; limit?: number; user?: string | null } = {}): Promise<Phrases> {
    const { query = "", limit = NUM_PHRASES, user = this.user } = wanted;
    return this.#surely(() => this.#line.call("phrases", this.#named(user), query, limit));
  }

  /** All that is kept of the user, in the form of `foretype users export`; null for nothing. */
  exportUser(user = this.user): Promise<Export | null> {
    return this.#surely(() => this.#line.call("exportUser", this.#named(user)));
  }

  /** Learn the messages of an export that are not there yet. Rejects with an InputError for another form. */
  importUser(kept: Export, user = this.user): Promise<Imported> {
    return this.#surely(() => this.#line.call("importUser", this.#named(user), kept));
  }

  /** Take a phrase out of all the user wrote; how often it stood there. */
  forgetPhrase(phrase: string, user = this.user): Promise<number> {
    return this.#surely(() => this.#line.call("forgetPhrase", this.#named(user), phrase));
  }

  /** Delete all that is kept and counted of the user, for good; false when there was nothing. */
  forget(user = this.user): Promise<boolean> {
    return this.#surely(() => this.#line.call("forget", this.#named(user)));
  }

  /** Show as much as the dials say from the next answer on, and nothing that they block. Rejects with an InputError. */
  async setDials(change: Partial<Dials>): Promise<void> {
    checkCoverage("setDials", change.coverage);
    this.#dials = { ...this.#dials, ...change };
    await this.#surely(() => this.#line.call("turn", this.#dials));
  }

  /** What became of suggestions to the user so far. */
  tally(user = this.user): Promise<Tally> {
    return this.#surely(() => this.#line.call("tally", this.#named(user)));
  }

  /** What the language model learned of the user brought so far, in nats a token; null where it does not learn. */
  personal(user = this.user): Promise<PersonalReport | null> {
    return this.#surely(() => this.#line.call("personal", this.#named(user)));
  }

  /** Private statistics: what is sent, if anything; `change` agrees to it, or ends it. */
  statistics(change: boolean | null = null): Promise<Facts> {
    return this.#surely(() => this.#line.call("statistics", change));
  }

  /** The end: the worker stops. What was learned stays. */
  async close(): Promise<void> {
    this.#progress.end(new LostError("the engine is closed"));
    await this.#line.call("close").catch(() => undefined);
    this.#line.close();
  }

  #behind(): Behind {
    return {
      house: {
        answer: (request) => this.#line.call("answer", request),
        withdraw: (id) => this.#line.call("withdraw", id),
        release: (session) => this.#line.call("release", session),
        feedback: (report) => this.#line.call("feedback", report),
      },
      user: this.user,
      deadlineMs: this.deadlineMs,
      isReady: () => this.isReady,
      learn: (text, user, context) => this.learn(text, { user, context }),
      watch: (listener) => this.#progress.watch(listener),
      answered: (answer, ms) => this.#options.onAnswer?.(answer as Answer, ms),
    };
  }

  #open(): void {
    const { threads = null, gpu = null, lmLearns = false } = this.#options;
    const opening = { base: this.#base, threads, gpu, lmLearns, dials: this.#dials };
    this.#line.call("open", opening).catch((error: unknown) => {
      if (!(error instanceof LostError)) this.#progress.fail(error as Error);
    });
  }

  /** The result of a call that must not be lost with a worker: it is made again once there is a new one. */
  async #surely<Result>(call: () => Promise<Result>): Promise<Result> {
    await this.#progress.answers;
    try {
      return await call();
    } catch (error) {
      if (error instanceof LostError) return this.#surely(call);
      throw error;
    }
  }

  #named(user: string | null): string {
    if (user !== null) return user;
    throw new InputError("the engine was opened for nobody (user: null), so nothing is learned or kept; open it with a user");
  }
}
