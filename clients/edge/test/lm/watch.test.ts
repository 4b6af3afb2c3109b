/** A worker that hangs is told from one that is slow, and from a tab that was frozen. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CancelledError } from "../../src/contracts.js";
import { ModelError } from "../../src/errors.js";
import { readCard } from "../../src/lm/card.js";
import type { Order, Reply } from "../../src/lm/messages.js";
import type { Port } from "../../src/lm/port.js";
import { RemoteModel } from "../../src/lm/remote.js";
import { Tokenizer } from "../../src/lm/tokenizer.js";
import { Watch } from "../../src/lm/watch.js";
import { modelFiles } from "./opened.js";

const { modelJson, tokenizerJson } = await modelFiles();
const card = readCard(modelJson);
const tokenizer = new Tokenizer(tokenizerJson, { numTokens: card.shape.vocabSize });

/** The page's end of a line to a worker that this test plays. */
class PlayedPort implements Port {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly heard: Order[] = [];
  numEnded = 0;

  postMessage(order: Order): void {
    this.heard.push(order);
  }

  terminate(): void {
    this.numEnded += 1;
  }

  say(reply: Reply): void {
    this.onmessage?.({ data: reply } as MessageEvent);
  }
}

function model(): { lm: RemoteModel; port: PlayedPort; lost: string[]; ask: (at: number) => Promise<unknown> } {
  const [port, lost] = [new PlayedPort(), [] as string[]];
  const lm = new RemoteModel(port, { card, tokenizer, runs: { on: "wasm", stepMs: null } });
  void lm.lost.then(({ message }) => lost.push(message));
  const ask = (at: number): Promise<unknown> => lm.submit([0, at], { session: "a", numWanted: 1 }).result.catch((error: unknown) => error);
  return { lm, port, lost, ask };
}

const asksForLife = ({ heard }: PlayedPort): number => heard.filter((order) => order.do === "show life").length;
const seconds = (num: number): Promise<unknown> => vi.advanceTimersByTimeAsync(1000 * num);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("a worker that leaves a question unanswered is asked for a sign of life, then ended", async () => {
  const { port, lost, ask } = model();
  const asked = ask(20);
  await seconds(5);
  expect([asksForLife(port), lost]).toEqual([1, []]);
  await seconds(6);
  expect(await asked).toBeInstanceOf(ModelError);
  expect(lost).toEqual([expect.stringContaining("found a worker that does not answer")]);
  expect(port.numEnded).toBe(1);
  expect(await ask(21)).toBeInstanceOf(ModelError);
  await seconds(60);
  expect(port.numEnded).toBe(1);
});

test("a worker that hangs in a pass is not saved by the questions that it drops", async () => {
  const { port, lost, ask } = model();
  void ask(20);
  for (let at = 0; at < 11; at++) {
    await seconds(1);
    port.say({ is: "cancelled", id: 99 });
  }
  expect(lost.length).toBe(1);
});

test("a slow worker is left alone as long as its passes end", async () => {
  const { port, lost, ask } = model();
  void ask(20);
  for (let round = 0; round < 10; round++) {
    await seconds(6);
    port.say({ is: "alive" });
  }
  expect([asksForLife(port), lost]).toEqual([10, []]);
});

test("a worker of whom nothing is asked owes nothing", async () => {
  const { port, lost, ask } = model();
  void ask(20);
  port.say({ is: "answer", id: 1, rows: new Float32Array(card.shape.vocabSize) });
  await seconds(300);
  expect([port.heard.length, lost, vi.getTimerCount()]).toEqual([1, [], 0]);
});

test("a tab that was frozen for an hour gives its worker all its time again", async () => {
  const hung: string[] = [];
  const watch = new Watch({ ask: () => hung.push("asked"), hung: () => hung.push("hung") });
  watch.begin();
  await seconds(9);
  freeze(3_600_000);
  await seconds(7);
  expect(hung).toEqual(["asked", "asked"]);
  await seconds(1);
  expect(hung).toEqual(["asked", "asked", "hung"]);
});

test("seconds in which this thread itself gets no turn do not count", async () => {
  const hung: string[] = [];
  const watch = new Watch({ ask: () => undefined, hung: () => hung.push("hung") });
  watch.begin();
  for (let round = 0; round < 100; round++) {
    freeze(900);
    await seconds(1);
  }
  expect(hung).toEqual([]);
  watch.end();
});

test("a closed model is not lost, and what it was asked is cancelled", async () => {
  const { lm, port, lost, ask } = model();
  const asked = ask(20);
  lm.close();
  lm.close();
  await seconds(60);
  expect(await asked).toBeInstanceOf(CancelledError);
  expect([lost, port.numEnded]).toEqual([[], 1]);
});

test("a worker that fails is ended, so that it keeps no memory", async () => {
  const { lm, port } = model();
  port.onerror?.({ message: "out of memory", preventDefault: () => undefined } as ErrorEvent);
  expect((await lm.lost).message).toContain("ended (out of memory)");
  expect(port.numEnded).toBe(1);
});

/** The clock goes on, timers do not. */
function freeze(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + ms);
}
