/** What a composer does besides suggesting: it learns, forgets, waits for a slow model, and is overtaken. It knows no page. */

import { describe, expect, test } from "vitest";
import { CancelledError, type Answer, type Request } from "../../src/contracts.js";
import { Composer, type Options } from "../../src/compose/composer.js";
import { type Ended, Tally } from "../../src/compose/outcomes.js";
import { HeldMemories } from "../../src/personal/store.js";
import { FakeLm } from "../fake_lm.js";
import { background, ranker, strengths } from "../vectors.js";

/** Keeps its answers back until it is told to give them, or to fail. */
class SlowLm extends FakeLm {
  private readonly waiting: { give: () => void; fail: (error: Error) => void }[] = [];

  protected override result(answer: Float32Array[]): Promise<Float32Array[]> {
    return new Promise((resolve, reject) => this.waiting.push({ give: () => resolve(answer), fail: reject }));
  }

  giveAll(): void {
    for (const { give } of this.waiting.splice(0)) give();
  }

  failAll(error: Error): void {
    for (const { fail } of this.waiting.splice(0)) fail(error);
  }
}

/** Remembers what it was told. */
class Journal extends Tally {
  readonly ended: (readonly [string, number])[] = [];
  readonly settled: (readonly [string, boolean])[] = [];

  override record(ended: Ended): void {
    super.record(ended);
    this.ended.push([ended.outcome, ended.characters]);
  }

  override settle(answerId?: string, persisted?: boolean): void {
    this.settled.push([answerId!, persisted!]);
  }
}

const made = (options: Partial<Options> = {}): Composer =>
  new Composer(background, { store: new HeldMemories(background), strengths, ...options });
const first = (answer: Answer): string | undefined => answer.suggestions[0]?.text;
const asked = (text: string, more: Partial<Request> = {}): Request => ({ text, user: "u1", session: "s", deadline_ms: 5, ...more });

test("what was sent is suggested by the very next key, and forgotten at once", async () => {
  const composer = made();
  const request = asked("please ask Quarz");
  expect(first(await composer.answer(request))).toBeUndefined();
  composer.learn("Please ask Quarzlicht.", "u1");
  expect(first(await composer.answer(request))).toBe("licht");
  expect(composer.phrases("u1").map(({ text }) => text)).toEqual(["Quarzlicht"]);
  expect([composer.forget("u1"), composer.forget("u1")]).toEqual([true, false]);
  expect(first(await composer.answer(request))).toBeUndefined();
});

test("a forgotten phrase is not suggested again, though its session goes on", async () => {
  const composer = made();
  composer.learn("please ask Quarzlicht about it", "u1");
  expect(first(await composer.answer(asked("please ask Quarz")))).toContain("licht");
  expect(composer.forgetPhrase("u1", "quarzlicht")).toBe(1);
  expect(first(await composer.answer(asked("please ask Quarz")))).toBeUndefined();
});

test("half an emoji before the caret is nothing to go on from", async () => {
  const answer = await made().answer({ text: "see you 😀".slice(0, -1) });
  expect(answer.suggestions).toEqual([]);
});

test("reasons that need no model are given at once", async () => {
  const composer = made();
  const silences = await Promise.all(
    [asked("my secret", { context: { sensitive: true } }), asked("Thanks for se", { suffix: "nding" })].map((each) =>
      composer.answer(each),
    ),
  );
  expect(silences.map(({ silence }) => silence)).toEqual(["sensitive", "inside-word"]);
});

describe("with a language model", () => {
  test("a late answer is not waited for, and is there at the next key", async () => {
    const lm = new SlowLm(true);
    const composer = made({ lm });
    const late = await composer.answer(asked("Thanks for se"));
    expect(late.lm_steps).toBe(1);
    expect(Object.keys(late.suggestions[0]!.sources)).not.toContain("lm");
    lm.giveAll();
    const next = await composer.answer(asked("Thanks for sen"));
    expect(Object.keys(next.suggestions[0]!.sources)).toContain("lm");
    expect(lm.asked.filter((tokens) => tokens.join() === lm.asked[0]!.join())).toHaveLength(1);
  });

  test("a question is asked once a word, however many keys it has", async () => {
    const lm = new FakeLm(true);
    const composer = made({ lm });
    for (const text of ["Thanks for s", "Thanks for se", "Thanks for sen"]) await composer.answer(asked(text));
    expect(new Set(lm.asked.map(String)).size).toBe(lm.asked.length);
  });

  test("who has learned meanwhile is asked anew, and who speaks as before is not", async () => {
    const lm = new FakeLm(true);
    const composer = made({ lm });
    const timesAsked = async (): Promise<number> => {
      await composer.answer(asked("Thanks for se", { deadline_ms: 10_000 }));
      return lm.asked.filter((tokens) => tokens.join() === lm.asked[0]!.join()).length;
    };
    expect([await timesAsked(), await timesAsked()]).toEqual([1, 1]);
    lm.speaker = "u1, 2";
    expect([await timesAsked(), await timesAsked()]).toEqual([2, 2]);
    lm.speaker = "";
    expect(await timesAsked()).toBe(2);
  });

  test("its error is told, and the next key asks again", async () => {
    const lm = new SlowLm(false);
    const composer = made({ lm });
    const failing = composer.answer(asked("Thanks for se", { deadline_ms: 10_000 }));
    await Promise.resolve();
    lm.failAll(new Error("out of memory"));
    await expect(failing).rejects.toThrow("out of memory");
    const next = composer.answer(asked("Thanks for sen", { deadline_ms: 10_000 }));
    await Promise.resolve();
    lm.giveAll();
    expect((await next).suggestions).toHaveLength(1);
  });

  test("a question that it dropped is no error", async () => {
    const lm = new SlowLm(false);
    const answer = made({ lm }).answer(asked("Thanks for se"));
    await Promise.resolve();
    lm.failAll(new CancelledError("dropped"));
    expect(first(await answer)).toBe("nding ");
  });

  test("a newer key overtakes one that waits, which is stale and leaves no trace", async () => {
    const lm = new SlowLm(true);
    const outcomes = new Journal();
    const composer = made({ lm, outcomes, decider: ranker });
    const older = composer.answer(asked("Thanks for se", { deadline_ms: 10_000 }));
    const between = composer.answer(asked("Thanks for sen", { deadline_ms: 10_000 }));
    const newest = composer.answer(asked("Thanks for send"));
    expect((await older).silence).toBe("stale");
    expect((await between).silence).toBe("stale");
    expect(first(await newest)).toBe("ing ");
    expect(outcomes.ended).toEqual([]);
  });

  test("a message that is over frees what the model holds for it", async () => {
    const lm = new FakeLm(true);
    const composer = made({ lm });
    await composer.answer(asked("Thanks for se"));
    await composer.answer(asked("Thanks for se", { session: null }));
    expect(lm.released).toHaveLength(1);
    composer.release("s");
    expect(lm.released).toHaveLength(2);
    composer.close();
    expect(lm.isClosed).toBe(true);
  });
});

describe("what became of a suggestion", () => {
  test("is read off the text", async () => {
    const outcomes = new Journal();
    const composer = made({ outcomes });
    await composer.answer(asked("Thanks for se"));
    await composer.answer(asked("Thanks for sending "));
    await composer.answer(asked("Thanks for sending x"));
    expect(outcomes.ended).toEqual([["accepted", 6], ["ignored", 0]]);
    expect(outcomes.rates("u1")).toEqual({ shown: 2, taken: 1 });
    expect(new Tally(outcomes.plain()).rates("u1")).toEqual({ shown: 2, taken: 1 });
  });

  test("is told once by the client, and whether it stayed later", async () => {
    const outcomes = new Journal();
    const composer = made({ outcomes });
    const answer = await composer.answer(asked("Thanks for se"));
    expect(composer.feedback(answer.id, "rejected", 0)).toBe(true);
    expect(composer.feedback(answer.id, "accepted", 6, true)).toBe(true);
    expect(composer.feedback("nobody's", "accepted", 6)).toBe(false);
    expect(outcomes.ended).toEqual([["rejected", 0]]);
    expect(outcomes.settled).toEqual([[answer.id, true]]);
  });

  test("is nothing when the answer never reached the writer", async () => {
    const outcomes = new Journal();
    const composer = made({ outcomes });
    composer.withdraw((await composer.answer(asked("Thanks for se"))).id);
    composer.release("s");
    expect(outcomes.ended).toEqual([]);
  });
});

test("a coverage that is no share of keys is refused", () => {
  expect(() => made({ decider: ranker }).turn({ coverage: 1.5 })).toThrow("coverage");
});
