/**
 * Whether the personal last layer saves keys: the same mails typed with it and without, in time order; JSON lines on stdin.
 *
 *     xz -dc enron-valid.jsonl.xz | node bench/lm_node.mjs lm_keys [CHARS]
 *
 * Authors with 15 mails or more, every second of them (the others served to choose the correction's numbers), 60 mails each at
 * most, CHARS characters of each (200). Every mail is typed by the writer of
 * `foretype eval replay` (whole words), with the network as it is and with the correction always on, then counts and correction
 * learn it. "gated" is what a person gets: the correction where its own ledger was sure by then. Answers wait for the network
 * however long it takes, so it does not know milliseconds.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";
import { Composer } from "../src/compose/composer.js";
import { openStrengths } from "../src/compose/strengths.js";
import type { Context } from "../src/contracts.js";
import { entered, helps, meanGain, NOTHING, type Sums } from "../src/lm/ledger.js";
import type { PersonalReport, PersonalState, RemoteModel } from "../src/lm/index.js";
import { openBackground } from "../src/ngram/automaton.js";
import { HeldMemories } from "../src/personal/store.js";
import { openRanker, type RankerJson } from "../src/rank/ranker.js";
import { openPackaged } from "../test/lm/opened.js";
import { compared, type Pair } from "./paired.js";

const DATA = new URL("../../../../src/foretype/data/", import.meta.url); // seen from test/lm, where the bundle lies
const RANKER = new URL("../../vectors/ranker.json.gz", import.meta.url);
const LEAST_MAILS = 15;
const MOST_MAILS = 60;
const PATIENT_MS = 1e9;
const SURE: Sums = { messages: 5, tokens: 5, nats: 5, gain: 5, gainSquared: 5, gainTokens: 5, tokensSquared: 5 }; // always on

interface Mail {
  readonly id: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string | null;
  readonly reply_to_text: string | null;
  readonly body: string;
}

/** One mail's keys without the correction and with it; whether the ledger was sure by then. */
interface Typed {
  readonly chars: number;
  readonly without: number;
  readonly with: number;
  readonly isOn: boolean;
}

const maxChars = Number(process.argv[3] ?? 200);
const background = openBackground(buffer(readFileSync(new URL("background.ngram", DATA))));
const strengths = openStrengths(JSON.parse(readFileSync(new URL("model/strengths.json", DATA), "utf8")));
const ranker = openRanker(JSON.parse(gunzipSync(readFileSync(RANKER)).toString()) as RankerJson);

function buffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

const contextOf = ({ subject, reply_to_text, date }: Mail): Context => {
  return { kind: "email", subject: subject ?? "", previous: reply_to_text ?? "", sent_at: date };
};

async function byAuthor(): Promise<Mail[][]> {
  const mails = new Map<string, Mail[]>();
  for await (const line of createInterface({ input: process.stdin })) {
    const mail = JSON.parse(line) as Mail;
    mails.set(mail.author, [...(mails.get(mail.author) ?? []), mail]);
  }
  const many = [...mails.values()].filter((each) => each.length >= LEAST_MAILS).sort((one, other) => other.length - one.length);
  return many.filter((_, at) => at % 2 === 1).map((each) => each.slice(0, MOST_MAILS));
}

const isAlnum = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
const isEdge = (rest: string, end: number): boolean => !(isAlnum(rest[end]) && isAlnum(rest[end - 1]));

/** What the writer takes of a suggestion and for how many keys: all of it, its first words, or one letter by hand. */
function move(shown: string, rest: string): { chars: number; keys: number } {
  const solid = shown.trimEnd();
  const isRight = solid !== "" && rest.startsWith(solid) && isEdge(rest, solid.length);
  const blank = isRight && shown[solid.length] !== undefined && shown[solid.length] === rest[solid.length] ? 1 : 0;
  if (isRight && solid.length + blank > 1) return { chars: solid.length + blank, keys: 1 };
  let [chars, words, number] = [0, 0, 0];
  for (const word of solid.matchAll(/\s*\S+/g)) {
    const end = word.index + word[0].length;
    number += 1;
    if (rest.startsWith(solid.slice(0, end)) && isEdge(rest, end)) [chars, words] = [end, number];
  }
  return chars > words && words > 0 ? { chars, keys: words } : { chars: 1, keys: 1 };
}

/** Keys that the mail takes. */
async function keysOf(composer: Composer, mail: Mail): Promise<number> {
  const body = mail.body.slice(0, maxChars);
  let keys = 0;
  for (let at = 0; at < body.length; ) {
    const asked = { text: body.slice(0, at), user: mail.author, session: mail.id, context: contextOf(mail), deadline_ms: PATIENT_MS };
    const { suggestions } = await composer.answer(asked);
    const made = move(suggestions[0]?.text ?? "", body.slice(at));
    at += made.chars;
    keys += made.keys;
  }
  composer.release(mail.id);
  return keys;
}

/** What one message added to sums that began as SURE. */
function added(sums: Sums, { tokens, natsBefore, natsAfter }: PersonalReport): Sums {
  const nats = natsBefore * tokens - SURE.nats;
  return entered(sums, tokens - SURE.tokens, nats, (natsBefore - natsAfter) * tokens - SURE.gain);
}

const plain = await openPackaged();
const taught = await openPackaged();
const store = new HeldMemories(background);
const composerOf = (lm: RemoteModel): Composer => new Composer(background, { store, strengths, decider: ranker, lm });
const [before, after] = [composerOf(plain), composerOf(taught)];

async function followed(mails: readonly Mail[]): Promise<{ typed: Typed[]; sums: Sums }> {
  let [sums, kept]: [Sums, PersonalState] = [NOTHING, (await taught.speakFor(null)).state];
  const typed: Typed[] = [];
  for (const mail of mails) {
    await taught.speakFor({ ...kept, sums: SURE });
    const without = await keysOf(before, mail);
    const withIt = sums.messages ? await keysOf(after, mail) : without; // nothing learned yet corrects nothing
    typed.push({ chars: Math.min(mail.body.length, maxChars), without, with: withIt, isOn: helps(sums) });
    store.learn(mail.author, mail.body, contextOf(mail));
    const learned = await taught.learn(mail.body, contextOf(mail));
    [sums, kept] = [added(sums, learned.report), learned.state];
  }
  return { typed, sums };
}

const pairs: { readonly always: Pair[]; readonly gated: Pair[] } = { always: [], gated: [] };
for (const mails of await byAuthor()) {
  const { typed, sums } = await followed(mails);
  const total = (of: (each: Typed) => number): number => typed.reduce((sum, each) => sum + of(each), 0);
  const [chars, keys, nats] = [total((each) => each.chars), total((each) => each.without), meanGain(sums)];
  pairs.always.push({ chars, keys, nats, fewer: total((each) => each.without - each.with) });
  pairs.gated.push({ chars, keys, nats, fewer: total((each) => (each.isOn ? each.without - each.with : 0)) });
  const [always, gated] = [pairs.always.at(-1), pairs.gated.at(-1)].map((pair) => pair?.fewer);
  console.log(JSON.stringify({ mails: mails.length, chars, keys, fewer_always: always, fewer_gated: gated, nats: Number(nats.toFixed(4)) }));
}
console.log(JSON.stringify({ always: compared(pairs.always), gated: compared(pairs.gated) }));
process.exit(0); // the line to the worker's end stays open
