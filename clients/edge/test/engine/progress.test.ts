/** Whoever waits for the engine is told when it answers, when it answers again, and when it never will. */

import { expect, test } from "vitest";
import { LOADING, type State } from "../../src/engine/house.js";
import { Progress } from "../../src/engine/progress.js";

const COUNTS: State = { ...LOADING, phase: "counts" };

function opened(): { progress: Progress; told: string[] } {
  const told: string[] = [];
  return { progress: new Progress(({ phase, problem }) => told.push(problem ?? phase)), told };
}

/** What has become of a promise so far. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  return Promise.race([promise.then(() => "resolved", (error: Error) => error.message), Promise.resolve("waits").then((now) => now)]);
}

test("it answers once counts are there, and waits again after a worker is lost", async () => {
  const { progress, told } = opened();
  expect(await stateOf(progress.answers)).toBe("waits");
  progress.hear(COUNTS);
  await progress.answers;
  progress.restart("crash");
  const again = progress.answers;
  expect([await stateOf(again), await stateOf(progress.ready)]).toEqual(["waits", "resolved"]);
  progress.hear(COUNTS);
  await again;
  expect(told).toEqual(["counts", "the engine starts again: crash", "counts"]);
});

test("whoever waits hears that it failed, and a new worker may still answer", async () => {
  const { progress } = opened();
  progress.fail(new Error("status 404"));
  await expect(progress.ready).rejects.toThrow("status 404");
  expect((await progress.complete).problem).toBe("status 404");
  progress.restart("crash");
  const again = progress.answers;
  progress.hear(COUNTS);
  await again;
});

test("after the end nobody waits", async () => {
  const { progress } = opened();
  progress.hear(COUNTS);
  progress.end(new Error("closed"));
  await expect(progress.answers).rejects.toThrow("closed");
});

test("watchers hear of changes alone, as long as they want to", () => {
  const { progress } = opened();
  const heard: boolean[] = [];
  const unwatch = progress.watch((isReady) => heard.push(isReady));
  progress.hear(LOADING);
  progress.hear(COUNTS);
  progress.hear({ ...COUNTS, phase: "ready" });
  progress.restart("crash");
  unwatch();
  progress.hear(COUNTS);
  expect(heard).toEqual([true, false]);
});
