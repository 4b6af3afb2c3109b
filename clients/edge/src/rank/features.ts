/**
 * Features of every proposal at one key: what a ranker decides by, in the order of src/foretype/rank/schema.py.
 *
 * It does not know what the proposals turn out to be worth.
 */

import type { Context } from "../contracts.js";
import { OUTCOMES, type Past } from "../compose/history.js";
import type { Path } from "../compose/path.js";
import type { Hypothesis } from "../compose/hypothesis.js";
import type { Rates, Situation } from "../compose/situation.js";
import { crc32, utf8 } from "../ngram/crc32.js";
import { folded } from "../text/folding.js";
import { firstPoint, isUpper, numPoints, trimEnd, trimStart } from "../text/letters.js";
import { endsSentence, isWord } from "../text/words.js";
import { clockTime } from "./clock_time.js";

/** Sixteen hexadecimal digits of the list of features: a ranker that was made for another list is refused. */
export const SCHEMA = "272902be7f31a744";
export const NUM_PLACE = 50; // features of the place; the proposal's follow
export const NUM_FEATURES = 71;

const NUM_FIRST = 3; // first words looked at, however many were asked for
const NUM_LOCALES = 16;
const UNKNOWN_WEEKDAY = 7; // Monday is 0
const LATENCY_LIMITS_MS = [5, 20, 60];
const LEAST_PROB = 1e-9;
const MAX_LOG_ODDS = 10;
const PRIOR_SHOWN = 20; // of a user of whom little is known: a quarter is taken
const PRIOR_TAKEN = 5;
const KINDS = ["email", "chat", "note"];
const VOICES = ["background", "tenant", "user", "message"];
const SHARES = [...VOICES, "lm"];
const DIGIT = /\p{Nd}/u;

/** All that could be shown at one key: a beginning of a path, which path it begins, and its features. */
export interface Proposal {
  readonly path: Path;
  readonly source: number;
  readonly row: Float32Array;
}

/** Every beginning of `paths`, shortest first, with its features. */
export function proposals(paths: readonly Path[], situation: Situation): Proposal[] {
  const place = Float32Array.from(placeFeatures(situation));
  return paths.flatMap((path, source) => {
    const beginnings = path.beginnings();
    const rows = proposalFeatures(beginnings, situation);
    return beginnings.map((each, at) => ({ path: each, source, row: joined(place, rows[at]!) }));
  });
}

function joined(place: Float32Array, own: readonly number[]): Float32Array {
  const row = new Float32Array(NUM_FEATURES);
  row.set(place);
  row.set(own, NUM_PLACE);
  return row;
}

function placeFeatures(situation: Situation): number[] {
  const { position, known, memorySizes } = situation;
  return [
    situation.numTyped,
    flag(situation.numTyped > 0),
    flag(situation.isAfterSpace),
    flag(situation.isSpaceDue),
    flag(situation.isSentenceStart),
    flag(situation.capitalises),
    ...distribution(situation.firstProbs.slice(0, NUM_FIRST)),
    ...VOICES.map((voice) => Math.log1p(known.evidence[voice] ?? 0)),
    known.order,
    known.lmShare,
    flag(known.lmShare > 0),
    flag(situation.hasLm),
    Math.log1p(position.numChars),
    Math.log1p(position.numWords),
    position.wordsInSentence,
    Math.log1p(position.wordsInLine),
    Math.log1p(position.numLines),
    flag(position.isGreeted),
    ...contextFeatures(situation.context),
    flag(situation.hasUser),
    flag(situation.hasSuffix),
    Math.log1p(memorySizes["user"] ?? 0),
    Math.log1p(memorySizes["tenant"] ?? 0),
    ...pastFeatures(situation.past),
    ...rateFeatures(situation.rates),
    LATENCY_LIMITS_MS.filter((limit) => limit <= situation.elapsedMs).length,
  ];
}

/** The second part of the rows, of proposals that begin with the same word. */
function proposalFeatures(beginnings: readonly Path[], situation: Situation): number[][] {
  const { hypotheses } = beginnings.at(-1)!;
  const first = firstFeatures(hypotheses[0]!, situation);
  const agreement = agreementOf(hypotheses[0]!, situation.known.lmShare);
  const { onScreen } = situation.past;
  return beginnings.map((shown) => {
    const fits = onScreen && (shown.text.startsWith(onScreen) || onScreen.startsWith(trimEnd(shown.text)));
    return [...first, ...wholeFeatures(shown), ...meanShares(shown.hypotheses), agreement, flag(Boolean(fits))];
  });
}

function firstFeatures(first: Hypothesis, { firstProbs, numTyped }: Situation): number[] {
  const rank = firstProbs.indexOf(first.prob);
  const letters = numPoints(first.shown);
  return [rank < 0 ? firstProbs.length : rank, log(first.prob), letters, numTyped / Math.max(1, letters)];
}

function wholeFeatures(shown: Path): number[] {
  const { text, hypotheses } = shown;
  const num = hypotheses.length;
  const last = hypotheses[num - 1]!.word;
  const length = numPoints(trimEnd(text));
  const logProb = log(shown.prob);
  return [
    logProb - (num > 1 ? log(shown.probs[num - 2]!) : 0),
    logProb,
    length,
    shown.prob * Math.max(0, length - 1),
    num,
    flag(numPoints(text) > length),
    flag(isUpper(firstPoint(trimStart(text)))),
    flag(DIGIT.test(text)),
    flag(!isWord(last)),
    flag(endsSentence(last)),
  ];
}

function distribution(probs: readonly number[]): number[] {
  const rest = Math.max(0, 1 - sum(probs));
  const [top, second] = [...probs, 0, 0] as [number, number];
  const entropy = -sum([...probs, rest].map((prob) => prob * log(prob)));
  return [probs.length, log(top), log(top) - log(second), entropy, rest];
}

function contextFeatures(context: Context): number[] {
  return [
    KINDS.indexOf(context.kind ?? "email"),
    crc32(utf8(folded(context.locale ?? "en-US"))) % NUM_LOCALES,
    ...timeFeatures(context.sent_at ?? null),
    flag(Boolean(context.subject)),
    flag(Boolean(context.previous)),
    Math.log1p(context.to?.length ?? 0),
  ];
}

function timeFeatures(sentAt: string | null): number[] {
  if (sentAt === null) return [UNKNOWN_WEEKDAY, 0, 0];
  const { weekday, hour, minute } = clockTime(sentAt);
  const angle = (2 * Math.PI * (hour + minute / 60)) / 24;
  return [weekday, Math.sin(angle), Math.cos(angle)];
}

function pastFeatures(past: Past): number[] {
  return [
    ...[past.shown, ...OUTCOMES.map((outcome) => past.counts[outcome])].map(Math.log1p),
    flag(past.charsSinceShown !== null),
    Math.log1p(past.charsSinceShown ?? 0),
    flag(past.onScreen !== ""),
    past.run,
  ];
}

function rateFeatures({ shown, taken }: Rates): number[] {
  return [Math.log1p(shown), (taken + PRIOR_TAKEN) / (shown + PRIOR_SHOWN)];
}

/** Each voice's share, mean over the words. */
function meanShares(hypotheses: readonly Hypothesis[]): number[] {
  return SHARES.map((voice) => sum(hypotheses.map(({ sources }) => sources[voice] ?? 0)) / hypotheses.length);
}

function agreementOf(first: Hypothesis, lmShare: number): number {
  if (!(lmShare > 0 && lmShare < 1)) return 0;
  const found = logOdds(first.sources["lm"] ?? 0) - logOdds(lmShare);
  return Math.max(-MAX_LOG_ODDS, Math.min(MAX_LOG_ODDS, found));
}

const logOdds = (share: number): number => log(share) - log(1 - share);
const log = (prob: number): number => Math.log(Math.max(prob, LEAST_PROB));
const flag = (holds: boolean): number => (holds ? 1 : 0);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
