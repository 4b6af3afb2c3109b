/**
 * The line to a running `foretype serve`: questions with a deadline, what became of suggestions, what is to be learned.
 *
 * A server that does not answer is left in peace, ever longer, so that typing never waits for it. It does not know
 * documents, nor VS Code.
 */

import { clipped } from "../../js/src/core/delta.js";
import type { Answer, Context, Report } from "../../js/src/core/types.js";
import { wellFormed } from "../../js/src/core/words.js";
import { CallError, post, type Place } from "../../js/src/transport/calls.js";
import type { Passage } from "./reading/sheet.js";

const TYPING_MS = 60; // a key of a writer who types on
const ASKED_MS = 1000; // somebody pressed a key to see what there is
const NUM_ASKED = 3; // to choose from
const PATIENCE_MS = 1500; // beyond the deadline, for the way there and back; then the server counts as gone
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;
const NO_TOKEN = 401;

/** Where the engine is, and whose memory helps. */
export interface Settings extends Place {
  readonly user: string | null;
}

/** How the server was last met: null before the first answer, "" when all was well, else what went wrong. */
export type Trouble = string | null;

/** One question: `isAsked` when a key was pressed for it, and not just a letter. */
export interface Question {
  readonly passage: Passage;
  readonly session: string;
  readonly isAsked: boolean;
}

export class Engine {
  readonly #settings: () => Promise<Settings>;
  readonly #heard: (trouble: Trouble) => void;
  readonly #now: () => number;
  #failures = 0;
  #restUntil = 0;

  /** `settings` are read before each call; `heard` is told how each ended; `now` in milliseconds. */
  constructor(settings: () => Promise<Settings>, heard: (trouble: Trouble) => void, now: () => number = Date.now) {
    this.#settings = settings;
    this.#heard = heard;
    this.#now = now;
  }

  /** The answer, or null: called off by `signal`, or the server is away. Never throws for either. */
  async ask({ passage, session, isAsked }: Question, signal: AbortSignal): Promise<Answer | null> {
    if (signal.aborted || (!isAsked && this.#now() < this.#restUntil)) return null;
    const place = await this.#settings();
    const deadline = isAsked ? ASKED_MS : TYPING_MS;
    const body = {
      ...clipped(passage.text, passage.suffix),
      ...(place.user ? { user: place.user } : {}),
      session,
      context: passage.context,
      n: isAsked ? NUM_ASKED : 1,
      deadline_ms: deadline,
    };
    return this.#called<Answer>(place, "/v1/suggest", body, deadline, signal);
  }

  /** Tell what became of a suggestion; a lost count is no loss to the writer. */
  async report(report: Report): Promise<void> {
    await post(await this.#settings(), "/v1/feedback", report).catch(() => undefined);
  }

  /** Learn what was written; nothing without a user. */
  async learn(text: string, context: Context): Promise<void> {
    const place = await this.#settings();
    if (!place.user || !text) return;
    await this.#called(place, "/v1/learn", { user: place.user, text: wellFormed(text), context }, ASKED_MS);
  }

  /** Ask again at once: the settings changed, or somebody wants to know. */
  wake(): void {
    this.#failures = this.#restUntil = 0;
  }

  async #called<Reply>(place: Place, path: string, body: object, deadline: number, signal?: AbortSignal): Promise<Reply | null> {
    const patience = AbortSignal.timeout(deadline + PATIENCE_MS);
    try {
      const reply = await post<Reply>(place, path, body, signal ? AbortSignal.any([signal, patience]) : patience);
      this.wake();
      this.#heard("");
      return reply;
    } catch (error) {
      if (!signal?.aborted) this.#failed(place, error);
      return null;
    }
  }

  #failed(place: Place, error: unknown): void {
    this.#restUntil = this.#now() + Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#failures++);
    this.#heard(told(place, error));
  }
}

/** What went wrong and what helps, in words for whoever writes here. */
function told({ server }: Place, error: unknown): string {
  if (!(error instanceof CallError) || error.status === null) return `${server} does not answer: is \`foretype serve\` running there?`;
  if (error.status === NO_TOKEN) return `${server} wants its token: run the command "foretype: Set the Server's Token".`;
  return `${server} refuses: ${error.message}.`;
}
