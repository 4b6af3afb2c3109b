/**
 * Reading a message with the language model: which tokens to ask about, which answers are there already.
 *
 * One reader a session. An answer that is late is used by the next key: a question is asked once, and what was read ahead is
 * found again when the text gets there. It does not know words, counts or what is shown.
 */

import { CancelledError, type Context, type LanguageModel, type Pending } from "../contracts.js";
import { contextTokens, contextWords, recent, textTokens } from "../text/prompt.js";
import { encoded, type LmVoice, type VoiceCache } from "./lm_voice.js";

type Tokens = readonly number[];

const MAX_QUESTIONS = 8; // of a session that nobody has fetched the answer of yet

/** What has come of a question: nothing yet, an answer, or why there is none. */
type State = { readonly found: readonly Float32Array[] } | { readonly error: unknown } | null;

/** A question on its way. `settled` never rejects: what came of it is in `state`. */
class Question {
  state: State = null;
  readonly settled: Promise<void>;

  constructor(
    readonly tokens: Tokens,
    private readonly pending: Pending<Float32Array[]>,
  ) {
    this.settled = pending.result.then(
      (found) => void (this.state = { found }),
      (error: unknown) => void (this.state = { error }),
    );
  }

  cancel(): void {
    this.pending.cancel();
  }
}

/** Questions about one message, and their answers. */
export class LmReader {
  private readonly asked = new Map<string, Question>();
  private base: Tokens = [];
  private heard = ""; // who spoke when the text was last read
  private waited = new Set<string>();
  private overtaken: Promise<void> = new Promise(() => undefined);

  constructor(
    private readonly model: LanguageModel,
    private readonly voices: VoiceCache,
    private readonly session: string,
    private readonly clock: () => number,
  ) {}

  /** Who would answer now. */
  get speaker(): string {
    return this.model.speaker ?? "";
  }

  /** The settled text before the caret is now `text`; questions about other texts, and to another speaker, are dropped. */
  read(text: string, context: Context): void {
    if (this.speaker !== this.heard) this.dropAll();
    this.heard = this.speaker;
    this.base = documentTokens(this.model, recent(text), context);
    for (const [key, question] of this.asked) {
      if (!this.base.every((token, at) => question.tokens[at] === token)) this.drop(key, question);
    }
  }

  /** No answer is waited for once `overtaken` resolves: a newer key is there. */
  hurry(overtaken: Promise<void>): void {
    this.overtaken = overtaken;
  }

  /** What follows the text and `more`; null when the deadline comes first. */
  async voice(more: string, deadline: number): Promise<LmVoice | null> {
    const tokens = this.after(more);
    const known = this.known(tokens);
    if (known || !tokens.length) return known;
    const found = await this.resultOf(this.ask(tokens, 1), deadline);
    return found ? this.voices.put(this.keyOf(tokens), found.at(-1)!) : null;
  }

  /**
   * What follows the text and each of `drafts`, every one the beginning of the next, in one pass of the model. Null where the
   * deadline came first, and where a draft's tokens do not begin the last one's.
   */
  async readDraft(drafts: readonly string[], deadline: number): Promise<(LmVoice | null)[]> {
    const all = drafts.map((more) => this.after(more));
    const last = all.at(-1)!;
    const paths = all.map((path) => (path.every((token, at) => last[at] === token) ? path : null));
    const missing = paths.filter((path) => path !== null && !this.known(path)) as Tokens[];
    if (missing.length) await this.readPath(last, missing, deadline);
    return paths.map((path) => path && this.known(path));
  }

  /** Ask what follows the text and `more`, without waiting. */
  readAhead(more: string): void {
    const tokens = this.after(more);
    if (tokens.length && !this.known(tokens)) this.ask(tokens, 1);
  }

  /** Questions waited for since this was last called. */
  takeSteps(): number {
    const steps = this.waited.size;
    this.waited = new Set();
    return steps;
  }

  /** Drop what waits, and the model's cache for this session. */
  close(): void {
    this.dropAll();
    this.model.release(this.session);
  }

  /** Ask for what follows `last` and its beginnings from the shortest of `wanted` on. */
  private async readPath(last: Tokens, wanted: readonly Tokens[], deadline: number): Promise<void> {
    const found = await this.resultOf(this.ask(last, last.length - wanted[0]!.length + 1), deadline);
    for (const path of found ? wanted : []) {
      const row = found!.at(path.length - last.length - 1); // the last row follows all of `last`
      if (row) this.voices.put(this.keyOf(path), row); // it was asked for less, read ahead
    }
  }

  private ask(tokens: Tokens, numWanted: number): Question {
    const key = this.keyOf(tokens);
    const known = this.asked.get(key);
    if (known) return known;
    const question = new Question(tokens, this.model.submit(tokens, { session: this.session, numWanted }));
    this.asked.set(key, question);
    for (const [oldest, dropped] of this.asked) if (this.asked.size > MAX_QUESTIONS) this.drop(oldest, dropped);
    return question;
  }

  /** The answer, or null if it is late or nobody wants it any more. Throws the model's error; the next key asks again. */
  private async resultOf(question: Question, deadline: number): Promise<readonly Float32Array[] | null> {
    const key = this.keyOf(question.tokens);
    if (!question.state) {
      this.waited.add(key);
      await this.settledBy(question, deadline);
    }
    if (!question.state) return null;
    if (this.asked.get(key) === question) this.asked.delete(key);
    if ("found" in question.state) return question.state.found;
    if (question.state.error instanceof CancelledError) return null;
    throw question.state.error;
  }

  /** Waits for a question to settle, no longer than to the deadline, nor when a newer key is there. */
  private async settledBy(question: Question, deadline: number): Promise<void> {
    const leftMs = deadline - this.clock();
    if (leftMs <= 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, leftMs)));
    await Promise.race([question.settled, this.overtaken, late]);
    clearTimeout(timer);
  }

  private drop(key: string, question: Question): void {
    this.asked.delete(key);
    question.cancel();
  }

  private dropAll(): void {
    for (const [key, question] of this.asked) this.drop(key, question);
  }

  private known(tokens: Tokens): LmVoice | null {
    return this.voices.get(this.keyOf(tokens));
  }

  private keyOf(tokens: Tokens): string {
    return [this.heard, ...tokens].join(" ");
  }

  private after(more: string): Tokens {
    return more ? [...this.base, ...this.voices.table.encode(more)] : this.base;
  }
}

/** Everything that the model reads up to the end of `text`, which goes on: special tokens for a model of our own, else words. */
function documentTokens(model: LanguageModel, text: string, context: Context): Tokens {
  const encode = (each: string): number[] => encoded(model, each);
  const around = { kind: context.kind ?? "email", previous: context.previous ?? "", subject: context.subject ?? "" };
  if (model.markers) return [...contextTokens(encode, model.markers, around), ...textTokens(encode, text)];
  return [...model.prelude, ...textTokens(encode, contextWords(around) + text)];
}
