/** Which question is answered when: the newest first, cancellations heard between passes, none lost. */

import { expect, test } from "vitest";
import type { Question, Reply } from "../../src/lm/messages.js";
import { reason } from "../../src/lm/reason.js";
import { MAX_WAITING, Scheduler, type PassReader } from "../../src/lm/scheduler.js";

/** Answers with the question's own tokens; two of one session fit together while they are short. Keeps what it did. */
class ShortReader implements PassReader {
  readonly done: string[] = [];
  readonly #read = new Set<number>();

  async readAhead({ id, tokens }: Question): Promise<boolean> {
    if (tokens.length < 10 || this.#read.has(id)) return false;
    this.#read.add(id);
    this.done.push(`chunk of ${id}`);
    return true;
  }

  fits(group: readonly Question[], candidate: Question): boolean {
    return group.length < 3 && group[0]?.session === candidate.session && candidate.tokens.length < 10;
  }

  async answer(group: readonly Question[]): Promise<Float32Array[]> {
    this.done.push(group.map(({ id }) => id).join("+"));
    if (group[0]?.session === "broken") throw new RangeError("no memory");
    return group.map(({ tokens }) => Float32Array.from(tokens));
  }

  drop(session: string): void {
    this.done.push(`drop ${session}`);
  }
}

function scheduled(): { scheduler: Scheduler; reader: ShortReader; replies: Reply[]; quiet: () => Promise<void> } {
  const [reader, replies] = [new ShortReader(), [] as Reply[]];
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  return { scheduler: new Scheduler(reader, (reply) => replies.push(reply), async () => undefined), reader, replies, quiet };
}

const question = (id: number, session = "a", length = 3): Question => ({ id, session, tokens: new Int32Array(length), numWanted: 1 });

test("what comes during a pass is answered newest first, with what fits beside it", async () => {
  const { scheduler, reader, replies, quiet } = scheduled();
  scheduler.ask(question(1));
  await Promise.resolve(); // the pass begins
  [2, 3].forEach((id) => scheduler.ask(question(id)));
  scheduler.ask(question(4, "b"));
  await quiet();
  expect(reader.done).toEqual(["1", "4", "3+2"]);
  expect(replies.map((reply) => reply.is)).toEqual(["answer", "answer", "answer", "answer"]);
});

test("a new question is answered before the rest of a long reading, which can still be cancelled", async () => {
  const { scheduler, reader, replies, quiet } = scheduled();
  scheduler.ask(question(1, "a", 40));
  scheduler.ask(question(2, "b"));
  await Promise.resolve();
  scheduler.cancel(1);
  await quiet();
  expect(reader.done).toEqual(["chunk of 1", "2"]);
  expect(replies[0]).toEqual({ is: "cancelled", id: 1 });
});

test("a failed pass fails its questions alone", async () => {
  const { scheduler, replies, quiet } = scheduled();
  scheduler.ask(question(1, "broken"));
  scheduler.ask(question(2));
  await quiet();
  expect(replies).toContainEqual({ is: "error", id: 1, why: "no memory" });
  expect(replies).toContainEqual({ is: "answer", id: 2, rows: new Float32Array(3) });
});

test("a bare number that WebAssembly throws is told as what it most likely means", () => {
  expect(reason(8_812_344)).toMatch(/want of memory/);
  expect(reason(new RangeError("no memory"))).toBe("no memory");
});

test("of too many questions the oldest is dropped", () => {
  const { scheduler, replies } = scheduled();
  for (let id = 1; id <= MAX_WAITING + 2; id++) scheduler.ask(question(id, "a", 40));
  expect(replies).toEqual([{ is: "cancelled", id: 1 }, { is: "cancelled", id: 2 }]);
});

test("a session is released when nothing runs, and after the pass when something does", async () => {
  const { scheduler, reader, quiet } = scheduled();
  scheduler.release("z");
  expect(reader.done).toEqual(["drop z"]);
  scheduler.ask(question(1));
  scheduler.release("a");
  await quiet();
  expect(reader.done).toEqual(["drop z", "1", "drop a"]);
});
