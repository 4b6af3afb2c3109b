/**
 * The composer: one key in, a suggestion or silence out. Read this file first.
 *
 *     request -> draft (what is settled, what is being typed)
 *             -> place (who knows what follows: background, tenant, user, this message, language model)
 *             -> hypotheses (words that agree with the letters) -> paths (how they go on)
 *             -> decider (worth a look, how much of it?) -> answer
 *     what became of it -> outcomes
 *
 * The same as src/foretype/compose/composer.py, key by key: clients/edge/vectors proves it. It knows no page, no worker and
 * no storage: models and stores come in through small interfaces.
 */

import type { Answer, Context, LanguageModel, Request, Silence } from "../contracts.js";
import type { Automaton } from "../ngram/automaton.js";
import type { Learned, MemoryStore } from "../personal/store.js";
import type { Phrase } from "../personal/phrases.js";
import { firstPoint, isAlnum, trim } from "../text/letters.js";
import { Blocked, NOTHING_BLOCKED } from "./blocked.js";
import type { Decider } from "./decider.js";
import type { Dials } from "./dials.js";
import { Gate } from "./gate.js";
import { type Bounds, grow } from "./growth.js";
import type { Outcome } from "./history.js";
import { type Outcomes, Tally } from "./outcomes.js";
import type { Path } from "./path.js";
import type { Hypothesis } from "./hypothesis.js";
import type { Session } from "./session.js";
import { Sessions, type Ticket } from "./sessions.js";
import { type Rates, type Situation, UNKNOWN_RATES } from "./situation.js";
import type { Strengths } from "./strengths.js";
import { withoutSuffix } from "./suffix.js";
import { suggestionOf } from "./wording.js";

const PATHS_PER_SUGGESTION = 3; // first words tried for each suggestion asked for
const MAX_WORDS = 12;
const DEADLINE_MS = 60;

/** What a composer is made of. Left out: no language model, the fixed gate, outcomes that are only counted. */
export interface Options {
  readonly store: MemoryStore;
  readonly strengths: Strengths;
  readonly lm?: LanguageModel | null;
  readonly decider?: Decider;
  readonly outcomes?: Outcomes;
  readonly tenant?: string | null;
  readonly clock?: () => number; // in ms
  readonly newId?: () => string;
}

/** What is on its way for one key. */
interface Asked {
  readonly request: Request;
  readonly began: number;
  readonly deadline: number;
}

/** What was chosen, and what was known when it was. */
interface Chosen {
  readonly paths: readonly Path[];
  readonly situation: Situation;
}

/** Suggests how texts go on, and learns from what was sent. */
export class Composer {
  readonly model: string;
  private readonly store: MemoryStore;
  private readonly outcomes: Outcomes;
  private readonly clock: () => number;
  private readonly newId: () => string;
  private readonly lm: LanguageModel | null;
  private readonly sessions: Sessions;
  private readonly ownDecider: Decider;
  private decider: Decider;
  private blocked = NOTHING_BLOCKED;

  constructor(background: Automaton, options: Options) {
    const { store, strengths, lm = null, tenant = null } = options;
    this.store = store;
    this.lm = lm;
    this.outcomes = options.outcomes ?? new Tally();
    this.clock = options.clock ?? (() => performance.now());
    this.newId = options.newId ?? randomId;
    this.ownDecider = this.decider = options.decider ?? new Gate();
    this.sessions = new Sessions({ background, store, strengths, lm, tenant, clock: this.clock });
    this.model = lm ? `background+${lm.name}` : "background";
  }

  /** Suggest how the text goes on, or say why not. Resolves by the request's deadline; rejects with the language model's errors. */
  async answer(request: Request): Promise<Answer> {
    const began = this.clock();
    const silence = silenceBefore(request);
    if (silence) return this.answered([], silence, began);
    const asked = { request, began, deadline: began + (request.deadline_ms ?? DEADLINE_MS) };
    const answer = await this.sessions.use(request, (session, ticket) => this.answerIn(session, ticket, asked));
    return answer ?? this.answered([], "stale", began);
  }

  /** Keep what the user sent; the very next answer knows it. Throws an InputError; then nothing is changed. */
  learn(text: string, user: string, context: Context = {}): Learned {
    return this.store.learn(user, text, context);
  }

  /** Delete all that is kept of the user, at once and for good; false if there was nothing. */
  forget(user: string): boolean {
    const forgotten = this.store.forget(user);
    this.sessions.forget(user);
    return this.outcomes.forget(user) || forgotten;
  }

  /** Phrases the user repeats and words only they use, those that save most keys first. */
  phrases(user: string, options: { limit?: number; query?: string } = {}): Phrase[] {
    return this.store.phrases(user, options);
  }

  /** Take a phrase, in any case of letters, out of all the user wrote; how often it stood there. */
  forgetPhrase(user: string, phrase: string): number {
    return this.store.forgetPhrase(user, phrase);
  }

  /** From the next answer on, show as much as the dials say, and nothing that they block. */
  turn(dials: Dials): void {
    this.decider = this.ownDecider.atCoverage(dials.coverage ?? null);
    this.blocked = new Blocked(dials.blocked ?? []);
  }

  /** A message is finished: free what its session holds. */
  release(session: string): void {
    this.sessions.release(session);
  }

  /**
   * Tell what became of an answer, and half a minute later whether it `persisted` in the text. False for an id that is not
   * among the recent ones. What has been told once is not told anew.
   */
  feedback(answerId: string, outcome: Outcome, characters: number, persisted: boolean | null = null): boolean {
    const shown = this.sessions.shown(answerId);
    if (shown === undefined) return false;
    shown?.history.told(shown.key, outcome, characters);
    if (shown && persisted !== null) this.outcomes.settle(shown.key, persisted);
    return true;
  }

  /** An answer never reached the writer, since a newer key overtook it: nothing became of it. */
  withdraw(answerId: string): void {
    const shown = this.sessions.shown(answerId);
    if (shown?.key === answerId) shown.history.withdraw(answerId);
  }

  /** Stop the language model and end all messages. */
  close(): void {
    this.sessions.close();
    this.lm?.close();
  }

  private async answerIn(session: Session, ticket: Ticket, asked: Asked): Promise<Answer> {
    const { request, began, deadline } = asked;
    const chosen = await this.choose(session, asked);
    const lmSteps = session.takeLmSteps();
    if (ticket.isOvertaken) return this.answered([], "stale", began, lmSteps);
    session.readAhead(chosen.paths[0]);
    const answer = this.answered(chosen.paths, this.silenceAfter(request, deadline), began, lmSteps);
    this.watch(session, request, answer, chosen);
    return answer;
  }

  /** Paths worth showing, the best first; and what was known when they were chosen. */
  private async choose(session: Session, { request, began, deadline }: Asked): Promise<Chosen> {
    const { typed, afterSpace } = session.draft;
    const n = request.n ?? 1;
    const place = await session.place(deadline);
    const hypotheses = place.hypotheses(typed, { marks: !afterSpace, limit: PATHS_PER_SUGGESTION * n });
    const given = { elapsedMs: this.clock() - began, rates: this.rates(request.user ?? null) };
    const situation = session.situation(place, hypotheses, request, given);
    const bounds = { reach: this.decider, maxWords: request.max_words ?? MAX_WORDS, deadline };
    const paths = await this.decider.choose(this.grown(session, hypotheses, request, bounds), situation, n);
    return { paths, situation };
  }

  /** Each first word grown into a path that says something new. */
  private async *grown(
    session: Session,
    hypotheses: readonly Hypothesis[],
    request: Request,
    bounds: Bounds,
  ): AsyncGenerator<Path> {
    for (const first of hypotheses) {
      const allowed = this.blocked.without(await grow(session, first, bounds), request.text);
      const path = allowed && withoutSuffix(allowed, request.suffix ?? "");
      if (path) yield path;
    }
  }

  private rates(user: string | null): Rates {
    return user === null ? UNKNOWN_RATES : this.outcomes.rates(user);
  }

  /** Remember what stands on the screen now, and tell the outcomes when it ends. */
  private watch({ history }: Session, request: Request, answer: Answer, { paths, situation }: Chosen): void {
    const [path] = paths;
    if (!path) {
      history.leave();
      return;
    }
    const user = request.user ?? null;
    const key = history.show(path.text, answer.id, request.text, (outcome, characters) =>
      this.outcomes.record({ answerId: answer.id, user, outcome, characters, path, situation }),
    );
    this.sessions.remember(answer.id, { history, key });
  }

  private answered(paths: readonly Path[], silence: Silence, began: number, lmSteps = 0): Answer {
    const id = this.newId();
    this.sessions.remember(id, null);
    return {
      id,
      suggestions: paths.map(suggestionOf),
      model: this.model,
      elapsed_ms: this.clock() - began,
      silence: paths.length ? null : silence,
      lm_steps: lmSteps,
    };
  }

  /** Why nothing was worth showing, if nothing was. */
  private silenceAfter(request: Request, deadline: number): Silence {
    if (!trim(request.text)) return "empty";
    return this.clock() > deadline ? "deadline" : "unsure";
  }
}

/** 32 hexadecimal digits. Not of randomUUID, which pages have only that came over https. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reasons that need no model. */
function silenceBefore(request: Request): Silence | null {
  if (request.context?.sensitive) return "sensitive";
  return isAlnum(firstPoint(request.suffix ?? "")) ? "inside-word" : null;
}
