/**
 * From a document and a caret to the suggestions to show there. What is known is not asked again: typing through a
 * suggestion, and going back a letter, ask nobody.
 *
 * It does not know VS Code.
 */

import { EMPTY, find, keep, type Cache } from "../../js/src/core/answers.js";
import type { Answer, Context, Suggestion } from "../../js/src/core/types.js";
import { fitBefore } from "../../js/src/core/words.js";
import type { Engine, Question } from "./engine.js";
import { passageAt, type Kind } from "./reading/reading.js";
import type { Passage } from "./reading/sheet.js";

const UNFINISHED = new Set(["deadline", "stale"]); // silences that say nothing of the text
const MAX_TRIES = 3; // a writer who pauses waits; what the server read the first time it need not read again

/** A place in a document of a known kind. `session` names the document for as long as it is open. */
export interface Place {
  readonly session: string;
  readonly kind: Kind;
  readonly text: string;
  readonly offset: number;
  readonly isAsked: boolean;
}

/** What to show: each text replaces `typed`, the beginning of the word under the caret, with which it begins. */
export interface Found {
  readonly id: string;
  readonly typed: string;
  readonly texts: readonly string[];
}

interface Kept {
  readonly about: string;
  readonly answers: Cache;
}

export class Suggester {
  readonly #engine: Engine;
  readonly #kept = new Map<string, Kept>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** What to show, or null for nothing. Calling `signal` off ends the question. */
  async suggest({ session, kind, text, offset, isAsked }: Place, signal: AbortSignal): Promise<Found | null> {
    const passage = passageAt(kind, text, offset);
    if (!passage) return null;
    const known = isAsked ? null : find(this.#answers(session, passage.context), passage.text, passage.suffix);
    if (known) return shown(known.answer, passage.text.slice(known.base.length), passage);
    const asked = performance.now();
    const answer = await this.#answered({ passage, session, isAsked }, signal);
    if (!answer) return null;
    this.#keep(session, passage, answer);
    if (!isAsked) await rest((answer.delay_ms ?? 0) - (performance.now() - asked), signal);
    return signal.aborted ? null : shown(answer, "", passage);
  }

  /** A document is closed. */
  forget(session: string): void {
    this.#kept.delete(session);
  }

  /** The answer to a question, asked again where time ran out: VS Code asks nothing until the next key. */
  async #answered(question: Question, signal: AbortSignal): Promise<Answer | null> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#engine.ask(question, signal);
      if (answer?.silence !== "deadline" || tries === MAX_TRIES) return answer;
    }
  }

  #answers(session: string, context: Context): Cache {
    const kept = this.#kept.get(session);
    return kept?.about === JSON.stringify(context) ? kept.answers : EMPTY;
  }

  #keep(session: string, { text, suffix, context }: Passage, answer: Answer): void {
    if (UNFINISHED.has(answer.silence ?? "")) return;
    const answers = keep(this.#answers(session, context), text, suffix, answer);
    this.#kept.set(session, { about: JSON.stringify(context), answers });
  }
}

/** An answer for the text without `since`, as it stands now that this was typed. */
function shown({ id, suggestions }: Answer, since: string, { text, suffix }: Passage): Found | null {
  const typed = /\S*$/.exec(text)?.[0] ?? "";
  const rest = ({ text: whole }: Suggestion) => (whole.startsWith(since) ? fitBefore(whole.slice(since.length), suffix) : "");
  const texts = suggestions.map(rest).filter(Boolean).map((each) => typed + each);
  return texts.length ? { id, typed, texts } : null;
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
