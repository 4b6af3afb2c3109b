/** Sent messages teach the packaged model between questions, and what they taught goes when the person goes. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { CancelledError } from "../../src/contracts.js";
import type { RemoteModel } from "../../src/lm/remote.js";
import { openPackaged } from "./opened.js";
import "./patience.js";

const MAIL = "Dear Quentin, the zeppelin quorum meets at noon. Best regards, Quorum Zeppelin";
const BEGUN = "Dear Quentin, the zeppelin";
const CONTEXT = { kind: "email" } as const;

let model: RemoteModel;
beforeAll(async () => {
  model = await openPackaged();
});
afterAll(() => model.close());

async function next(text: string, session: string): Promise<Float32Array> {
  const tokens = [0, 1, 6, ...model.encode(text)];
  return (await model.submit(tokens, { session, numWanted: 1 }).result)[0] ?? new Float32Array();
}

test("a mail sent again and again becomes likelier, until the person is forgotten", async () => {
  const [wanted = 0] = model.encode(" quorum");
  const before = (await next(BEGUN, "a"))[wanted] ?? NaN;
  await model.speakFor(null);
  expect(model.speaker).toBe("");
  for (let times = 0; times < 5; times++) await model.learn(MAIL, CONTEXT);
  const { report, state } = await model.learn(MAIL, CONTEXT);
  expect(report.isOn).toBe(true);
  const speaker = model.speaker;
  expect(speaker).not.toBe("");
  expect(report.natsAfter).toBeLessThan(report.natsBefore);
  const taught = (await next(BEGUN, "a"))[wanted] ?? NaN;
  expect(taught).toBeGreaterThan(before + 1);
  model.speakForNobody();
  expect(model.speaker).toBe("");
  expect((await next(BEGUN, "a"))[wanted]).toBeCloseTo(before, 4);
  expect((await model.speakFor(state)).report).toEqual(report);
  expect(model.speaker).not.toBe(speaker);
  expect((await next(BEGUN, "b"))[wanted]).toBeCloseTo(taught, 4);
});

test("a lesson under way tells nothing once the person is gone", async () => {
  await model.speakFor(null);
  const lesson = model.learn(MAIL.repeat(3), CONTEXT);
  model.speakForNobody();
  await expect(lesson).rejects.toThrow(CancelledError);
  await expect(model.learn(MAIL, CONTEXT)).rejects.toThrow(CancelledError);
});

test("what a lesson taught is told to nobody after the person went, however late it was", async () => {
  await model.speakFor(null);
  const lesson = model.learn(MAIL, CONTEXT);
  lesson.catch(() => undefined);
  await next(BEGUN, "d"); // the lesson may be over by now, its answer on the way
  model.speakForNobody();
  await expect(lesson).rejects.toThrow(CancelledError);
});

test("a question is answered before a lesson that came first", async () => {
  await model.speakFor(null);
  const order: string[] = [];
  const lesson = model.learn(MAIL.repeat(5), CONTEXT).then(() => order.push("lesson"));
  await next(BEGUN, "c").then(() => order.push("answer"));
  await lesson;
  expect(order).toEqual(["answer", "lesson"]);
  model.speakForNobody();
});
