/**
 * A place where a word may follow, and the words that may stand there given the letters typed so far.
 *
 * Counts and, where there is one, the language model answer for the same words; both are normalised by what agrees with the
 * letters, so that a word's probability grows as it is typed. It does not know what is worth showing.
 */

import type { Automaton } from "../ngram/automaton.js";
import type { Range } from "../ngram/lexicon.js";
import type { Memory } from "../ngram/memory.js";
import { firstPoint } from "../text/letters.js";
import { END, endsSentence, LINE, PARAGRAPH, TIE, wantsSpace } from "../text/words.js";
import { Anchor, type Memories } from "./blend.js";
import { columnSums, sum } from "./columns.js";
import { type Hypothesis, LEAST, listed } from "./hypothesis.js";
import type { LmVoice } from "./lm_voice.js";
import { fallbackReadings, type Reading, readings } from "./spelling.js";
import { merged, shownByFirst, UNKNOWN } from "./showing.js";
import { type Strengths, VOICES } from "./strengths.js";

const PER_VOICE = 8; // candidates a voice puts forward for each length of context
const ENDS = [LINE, PARAGRAPH, END];
const LM_CANDIDATES = 24; // words the language model may add

/** Everybody who is asked: the background, people's memories by role, and how much each counts. */
export interface Voices {
  readonly background: Automaton;
  readonly memories: Memories;
  readonly strengths: Strengths;
}

/** How much is known of one context: times each counted it, words of it that somebody has seen, the model's share. */
export interface Known {
  readonly evidence: Readonly<Record<string, number>>;
  readonly order: number;
  readonly lmShare: number; // of the blend; 0 where the language model does not speak
}

/** Where a place lies: words from the word under the caret to it, and the same as they are shown. */
export interface Way {
  readonly path: readonly string[];
  readonly text: string;
}

/** One context. Making it looks the context up; `hypotheses` is cheap and asked for each letter. */
export class Place {
  readonly before: string;
  lm: LmVoice | null = null;
  private readonly anchor: Anchor;
  private readonly memories: readonly Memory[];

  constructor(
    readonly context: readonly string[],
    private readonly voices: Voices,
    private readonly capitalises: boolean,
    readonly way: Way,
  ) {
    this.before = context.at(-1)!;
    const { background, memories, strengths } = voices;
    this.memories = VOICES.flatMap((voice) => memories[voice] ?? []);
    this.anchor = new Anchor(background.lexicon.ids(context), background, memories, strengths);
  }

  /** Words that agree with the letters `typed`, likeliest first, at most `limit`; `marks`: punctuation may come too. */
  hypotheses(typed: string, options: { marks: boolean; limit: number }): Hypothesis[] {
    const asked = readings(typed, {
      startsSentence: endsSentence(this.before),
      capitalises: this.capitalises,
      isLower: this.isLower,
      marks: options.marks,
    });
    const found = this.ranked(asked, typed, options.limit);
    return found.length ? found : this.ranked(fallbackReadings(typed), typed, options.limit);
  }

  /** How much anybody knows here. */
  known(): Known {
    const evidence: Record<string, number> = { background: this.anchor.evidence };
    for (const voice of VOICES) if (this.voices.memories[voice]) evidence[voice] = this.anchor.voiceEvidence(voice);
    return { evidence, order: this.anchor.order, lmShare: this.lmShare() };
  }

  /** Probabilities that a word, with a space before it, follows here, and that the line or text ends. */
  goesOn(): { goesOn: number; ends: number } {
    const scored = this.anchor.score(this.lexicon.ids(ENDS), [[this.lexicon.prefixRange(TIE)]]);
    const ends = sum(scored.probs.subarray(0, ENDS.length));
    return { goesOn: Math.max(0, 1 - ends - scored.probs[ENDS.length]!), ends };
  }

  /** The language model's share of the blend here, by how much the counts know. */
  lmShare(): number {
    if (!this.lm) return 0;
    const features = lmFeatures(this.anchor);
    const logit = this.voices.strengths.lm.reduce((total, weight, at) => total + weight * features[at]!, 0);
    return 1 / (1 + Math.exp(-logit));
  }

  private get lexicon() {
    return this.voices.background.lexicon;
  }

  private readonly isLower = (word: string): boolean => this.voices.background.isLower(word);

  private ranked(asked: readonly Reading[], typed: string, limit: number): Hypothesis[] {
    const ranges = asked.map((reading) => this.lexicon.prefixRange(reading.prefix));
    const shown = asked.length ? this.candidates(asked, ranges, typed, Math.min(PER_VOICE, limit + 2)) : NO_WORDS;
    if (!shown.size) return [];
    const scored = this.anchor.score(this.lexicon.ids([...shown.keys(), UNKNOWN]), [ranges]);
    const { words, shares } = merged(shown, scored.shares);
    const counted = columnSums(shares);
    const [unknown, mass] = [scored.probs[shown.size]!, scored.probs[shown.size + 1]!];
    const total = Math.max(mass + unknown * this.unknownShare(typed), sum(counted), LEAST);
    if (this.lm) return this.withLm(this.lm, typed, { words, shown, shares, counted, total, limit });
    return listed(words, shown, counted.map((each) => each / total), shares, limit);
  }

  /** The same words with the language model's voice in them. */
  private withLm(lm: LmVoice, typed: string, found: Found): Hypothesis[] {
    const { words, shown, shares, counted } = found;
    const spoken = lm.probs(
      words.map((word) => shown.get(word)!),
      counted,
      words.map((word) => wantsSpace(word, this.before)),
    );
    const said = lm.mass(typed, wantsSpace("word", this.before));
    const share = this.lmShare();
    const all = [...shares.map((row) => row.map((each) => each * (1 - share))), spoken.map((each) => each * share)];
    const total = (1 - share) * found.total + share * Math.max(said, sum(spoken), LEAST);
    const probs = agreed(columnSums(all).map((each) => each / total), counted, spoken);
    return listed(words, shown, probs, all, found.limit);
  }

  /** Words that agree with some reading, each with the way it is shown by the first that it agrees with. */
  private candidates(asked: readonly Reading[], ranges: readonly Range[], typed: string, perVoice: number): Map<string, string> {
    const words: string[] = [];
    for (const ids of [this.anchor.candidates(ranges, perVoice), this.anchor.strangeFollowers()]) {
      for (const id of ids) {
        const word = this.word(id);
        if (word !== null) words.push(word);
      }
    }
    for (const memory of typed ? this.memories : []) {
      for (const reading of asked) words.push(...memory.strangeWithPrefix(reading.prefix));
    }
    if (this.lm) words.push(...this.lmWords(this.lm, typed));
    return shownByFirst(words, asked, typed);
  }

  private lmWords(lm: LmVoice, typed: string): string[] {
    const found: string[] = [];
    for (const text of lm.topWords(typed, wantsSpace("word", this.before), LM_CANDIDATES)) {
      found.push(text);
      const first = firstPoint(text);
      const small = first.toLowerCase() + text.slice(first.length);
      if (endsSentence(this.before) && this.isLower(small)) found.push(small);
    }
    return found.filter((word) => this.lexicon.knows(word));
  }

  private word(id: number): string | null {
    if (id < this.lexicon.size) return this.lexicon.word(id);
    for (const memory of this.memories) {
      const word = memory.word(id);
      if (word !== null) return word;
    }
    return null;
  }

  /** The share of words that nobody knows that agrees with the letters. */
  private unknownShare(typed: string): number {
    const { unknown, unknown_per_letter: perLetter } = this.voices.strengths;
    return unknown * Math.exp(-perLetter * [...typed].length);
  }
}

/** Words, how they are shown, each source's shares of them, their sums, and what those are shares of. */
interface Found {
  readonly words: readonly string[];
  readonly shown: ReadonlyMap<string, string>;
  readonly shares: readonly Float64Array[];
  readonly counted: Float64Array;
  readonly total: number;
  readonly limit: number;
}

const NO_WORDS: Map<string, string> = new Map();

/** What the language model's share of the blend depends on, a number for each of `Strengths.lm`. */
function lmFeatures(anchor: Anchor): readonly number[] {
  return [1, Math.log1p(anchor.evidence), Math.log1p(anchor.voiceEvidence("user")), anchor.order];
}

/** Half the mixture as it is, half its mass shared out by the geometric mean of the two voices. */
function agreed(probs: Float64Array, counted: Float64Array, spoken: Float64Array): Float64Array {
  const geometric = probs.map((_, at) => Math.sqrt(Math.max(counted[at]!, LEAST) * Math.max(spoken[at]!, LEAST)));
  const scale = sum(probs) / sum(geometric);
  return probs.map((prob, at) => (prob + geometric[at]! * scale) / 2);
}
