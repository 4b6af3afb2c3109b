/**
 * What the personal head brings people, message after message, before it learned from each; mails as JSON lines on stdin.
 *
 *     xz -dc enron-valid.jsonl.xz | node bench/lm_node.mjs lm_personal
 *
 * Authors with 15 mails or more, every second of them (the others served to choose its numbers), 60 mails each at most. It
 * misleads in one way: counts, which also learn at once, are not in these figures. It does not know keystrokes.
 */

import { createInterface } from "node:readline";
import { openPackaged } from "../test/lm/opened.js";
import type { RemoteModel } from "../src/lm/index.js";

const LEAST_MAILS = 15;
const MOST_MAILS = 60;

interface Mail {
  readonly author: string;
  readonly subject: string | null;
  readonly reply_to_text: string | null;
  readonly body: string;
}

/** Sums over an author's mails, in tokens and nats. `gated`: nats that were saved where it was on already. */
interface Result {
  readonly mails: number;
  readonly tokens: number;
  readonly before: number;
  readonly after: number;
  readonly gated: number;
  readonly isOn: boolean;
}

async function byAuthor(): Promise<Mail[][]> {
  const mails = new Map<string, Mail[]>();
  for await (const line of createInterface({ input: process.stdin })) {
    const mail = JSON.parse(line) as Mail;
    mails.set(mail.author, [...(mails.get(mail.author) ?? []), mail]);
  }
  const many = [...mails.values()].filter((each) => each.length >= LEAST_MAILS);
  return many.sort((one, other) => other.length - one.length).filter((_, at) => at % 2 === 1);
}

async function followed(model: RemoteModel, mails: readonly Mail[]): Promise<Result> {
  let { report } = await model.speakFor(null);
  let gated = 0;
  for (const { body, subject, reply_to_text } of mails.slice(0, MOST_MAILS)) {
    const wasOn = report.isOn;
    const saved = (report.natsBefore - report.natsAfter) * report.tokens;
    ({ report } = await model.learn(body.slice(0, 600), { kind: "email", subject: subject ?? "", previous: reply_to_text ?? "" }));
    if (wasOn) gated += (report.natsBefore - report.natsAfter) * report.tokens - saved;
  }
  const { messages, tokens, natsBefore, natsAfter, isOn } = report;
  return { mails: messages, tokens, before: natsBefore * tokens, after: natsAfter * tokens, gated, isOn };
}

function row(name: string, { mails, tokens, before, after, gated, isOn }: Result, on = isOn ? "on" : "off"): string {
  const each = [before, after, before - gated].map((nats) => (nats / tokens).toFixed(3));
  return [name, mails, tokens, ...each, on].map((cell) => String(cell).padStart(10)).join("");
}

const model = await openPackaged();
const results: Result[] = [];
console.log(["author", "mails", "tokens", "before", "always on", "as gated", "ends"].map((cell) => cell.padStart(10)).join(""));
for (const [number, mails] of (await byAuthor()).entries()) {
  const result = await followed(model, mails);
  results.push(result);
  console.log(row(String(number + 1), result));
}
const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0);
const all = { mails: sum((r) => r.mails), tokens: sum((r) => r.tokens), before: sum((r) => r.before), after: sum((r) => r.after), gated: sum((r) => r.gated), isOn: true };
console.log(row("all", all, `${sum((r) => Number(r.isOn))} of ${results.length} on`));
process.exit(0); // the line to the worker's end stays open
