/**
 * Bits per character of mails, by the network in one of its forms (lm_ways.ts); mails as JSON lines on stdin.
 *
 *     xz -dc enron-valid.jsonl.xz | node bench/lm_node.mjs lm_quality int8
 *
 * The first 80 mails of 100 to 500 characters, read 16 tokens at a time behind their first token, as the page reads. It does not
 * know how long that takes.
 */

import { createInterface } from "node:readline";
import type { InferenceSession } from "onnxruntime-web/wasm";
import type { Markers } from "../src/contracts.js";
import { Tokenizer } from "../src/lm/tokenizer.js";
import { contextTokens } from "../src/text/prompt.js";
import { modelFiles } from "../test/lm/opened.js";
import { openWay, past, read } from "./lm_ways.js";

const NUM_MAILS = 80;
const CHUNK = 16;

interface Mail {
  readonly subject: string | null;
  readonly reply_to_text: string | null;
  readonly body: string;
}

const { modelJson, tokenizerJson } = await modelFiles();
const { markers, architecture } = JSON.parse(modelJson) as { markers: Markers; architecture: { vocab_size: number } };
const vocab = architecture.vocab_size;
const tokenizer = new Tokenizer(tokenizerJson, { numTokens: vocab });
const encode = (text: string): number[] => tokenizer.encode(text);

async function chosen(): Promise<Mail[]> {
  const mails: Mail[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const mail = JSON.parse(line) as Mail;
    if (mails.length < NUM_MAILS && mail.body.length >= 100 && mail.body.length <= 500) mails.push(mail);
  }
  return mails;
}

/** Nats of the text's tokens. */
async function natsOf(session: InferenceSession, { subject, reply_to_text, body }: Mail): Promise<number> {
  const before = contextTokens(encode, markers, { kind: "email", previous: reply_to_text ?? "", subject: subject ?? "" });
  const tokens = [...before, ...encode(body)];
  let [kept, nats] = [past(0), 0];
  for (let at = 0, end = 1; at < tokens.length - 1; at = end, end = Math.min(at + CHUNK, tokens.length - 1)) {
    const { rows, after } = await read(session, kept, { cells: at, tokens: tokens.slice(at, end), wanted: end - at });
    kept = after;
    for (let cell = Math.max(at, before.length - 1); cell < end; cell++) nats -= rows[(cell - at) * vocab + tokens[cell + 1]!]!;
  }
  return nats;
}

const way = process.argv[3] ?? "float";
const { session } = await openWay(way);
const mails = await chosen();
let nats = 0;
for (const mail of mails) nats += await natsOf(session, mail);
const characters = mails.reduce((sum, { body }) => sum + body.length, 0);
console.log(JSON.stringify({ way, mails: mails.length, bits_per_character: Number((nats / Math.LN2 / characters).toFixed(4)) }));
process.exit(0);
