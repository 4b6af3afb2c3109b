/**
 * A session: what consecutive keys of one message share, so that most keys ask no model.
 *
 * It holds the draft, the place of the word under the caret and the places that may come next, and what became of what was
 * shown. To the fixed gate it changes no result, only speed; a decider that has learned may heed what was shown before. It
 * does not choose what is shown.
 */

import type { Request } from "../contracts.js";
import type { Automaton } from "../ngram/automaton.js";
import { numPoints, trim } from "../text/letters.js";
import { endsSentence, lastWords, START, wantsSpace } from "../text/words.js";
import type { Memories } from "./blend.js";
import { History } from "./history.js";
import type { Hypothesis } from "./hypothesis.js";
import type { LmReader } from "./lm_reader.js";
import type { LmVoice } from "./lm_voice.js";
import { type Draft, messageMemory, readDraft } from "./message.js";
import type { Path } from "./path.js";
import { Place, type Voices } from "./place.js";
import { positionOf, type Rates, type Situation } from "./situation.js";
import { MAX_CONTEXT, type Strengths, VOICES } from "./strengths.js";

const DRAFT_FROM = 0.5; // probability of each word of a draft that is worth a pass of the model
const MAX_DRAFT_WORDS = 4;
const READ_AHEAD_FROM = 0.4; // probability of a word from which its successor is read ahead
const SEPARATOR = "\x1f"; // white space: stands in no word

/** One message being written. */
export class Session {
  readonly history = new History();
  draft: Draft = { words: [START], typed: "", spaceDue: false, afterSpace: false, capitalises: true, settledText: "" };
  private known = ""; // what the places were built from; a difference in any of it makes new ones
  private places = new Map<string, Place>();
  private heard: ReadonlyMap<string, LmVoice | null> = new Map(); // behind the path that grows now, by its text
  private voices: Voices | null = null;
  private sizes: Record<string, number> = {};

  constructor(
    private readonly background: Automaton,
    private readonly strengths: Strengths,
    private readonly lm: LmReader | null,
  ) {}

  /** Take in the text and its surroundings as they are now. */
  read(request: Request, memories: Memories): void {
    const context = request.context ?? {};
    this.draft = readDraft(request.text, this.background);
    this.sizes = {};
    for (const voice of VOICES) if (memories[voice]) this.sizes[voice] = memories[voice].length;
    const { capitalises, settledText, words } = this.draft;
    const around = JSON.stringify([context, this.sizes, this.lm?.speaker, capitalises]);
    const known = [around, settledText, ...words].join(SEPARATOR);
    if (known === this.known && this.speaksFor(memories)) return;
    this.known = known;
    this.places = new Map();
    const message = messageMemory(this.draft, context, this.background);
    this.voices = { background: this.background, memories: { ...memories, message }, strengths: this.strengths };
    this.lm?.read(this.draft.settledText, context);
  }

  /** The place of the word under the caret. */
  async place(deadline: number): Promise<Place> {
    const place = this.placeAt([], lastWords(this.draft.words, MAX_CONTEXT), "");
    if (this.lm && !place.lm) place.lm = await this.lm.voice("", deadline);
    return place;
  }

  /** What is known at this key, with the words that may stand at `place`. */
  situation(
    place: Place,
    hypotheses: readonly Hypothesis[],
    request: Request,
    given: { elapsedMs: number; rates: Rates },
  ): Situation {
    const draft = this.draft;
    return {
      numTyped: numPoints(draft.typed),
      isAfterSpace: draft.afterSpace,
      isSpaceDue: draft.spaceDue,
      isSentenceStart: endsSentence(draft.words.at(-1)!),
      capitalises: draft.capitalises,
      position: positionOf(draft, numPoints(request.text)),
      context: request.context ?? {},
      hasUser: (request.user ?? null) !== null,
      hasSuffix: trim(request.suffix ?? "") !== "",
      firstProbs: hypotheses.map((hypothesis) => hypothesis.prob),
      known: place.known(),
      hasLm: this.lm !== null,
      memorySizes: this.sizes,
      past: this.history.past,
      ...given,
    };
  }

  /** The place behind a hypothesis at `place`; the language model speaks there if `verified` asked it to. */
  after(place: Place, hypothesis: Hypothesis): Place {
    const found = this.follower(place, hypothesis);
    found.lm = this.heard.get(found.way.text) ?? null;
    return found;
  }

  /**
   * The place behind a first word, where the language model has read how the counts would go on, in one pass. What it read
   * ahead for other reasons is not heard here: an answer must not depend on the keys before.
   */
  async verified(first: Hypothesis, deadline: number): Promise<Place> {
    const here = await this.place(deadline);
    this.heard = new Map();
    const drafts = this.lm && first.prob >= DRAFT_FROM ? this.drafts(here, first) : [];
    if (this.lm && drafts.length > 1) {
      const voices = await this.lm.readDraft(drafts, deadline);
      this.heard = new Map(drafts.map((draft, at) => [draft, voices[at]!]));
    }
    return this.after(here, first);
  }

  /** Let the language model read on as if the path's first word had been taken. */
  readAhead(path: Path | undefined): void {
    if (!this.lm || !path || path.probs[0]! < READ_AHEAD_FROM) return;
    this.lm.readAhead(shownAfter(path.hypotheses[0]!, this.draft.words.at(-1)!));
  }

  /** No answer of the language model is waited for once `overtaken` resolves. */
  hurry(overtaken: Promise<void>): void {
    this.lm?.hurry(overtaken);
  }

  /** Model steps waited for since this was last asked. */
  takeLmSteps(): number {
    return this.lm?.takeSteps() ?? 0;
  }

  /** The message is over: free what the language model holds for it. */
  close(): void {
    this.lm?.close();
  }

  /** Whether the places were made for these very memories. */
  private speaksFor(memories: Memories): boolean {
    return VOICES.every((voice) => voice === "message" || this.voices?.memories[voice] === memories[voice]);
  }

  /** Texts that the counts are sure of, each the beginning of the next. */
  private drafts(place: Place, first: Hypothesis): string[] {
    let next = this.follower(place, first);
    const drafts = [next.way.text];
    while (drafts.length < MAX_DRAFT_WORDS) {
      const [likely] = next.hypotheses("", { marks: true, limit: 1 });
      if (!likely || likely.prob < DRAFT_FROM) break;
      next = this.follower(next, likely);
      drafts.push(next.way.text);
    }
    return drafts;
  }

  /** The place behind a hypothesis, where only counts speak. */
  private follower(place: Place, hypothesis: Hypothesis): Place {
    const path = [...place.way.path, hypothesis.word];
    const context = [...place.context, hypothesis.word].slice(-MAX_CONTEXT);
    const found = this.placeAt(path, context, place.way.text + shownAfter(hypothesis, place.before));
    found.lm = null;
    return found;
  }

  private placeAt(path: readonly string[], context: readonly string[], text: string): Place {
    const key = [text, ...path].join(SEPARATOR);
    let found = this.places.get(key);
    if (!found) {
      found = new Place(context, this.voices!, this.draft.capitalises, { path, text });
      this.places.set(key, found);
    }
    return found;
  }
}

/** A hypothesis as it stands in the text after the word `before`. */
function shownAfter(hypothesis: Hypothesis, before: string): string {
  return wantsSpace(hypothesis.word, before) ? ` ${hypothesis.shown}` : hypothesis.shown;
}
