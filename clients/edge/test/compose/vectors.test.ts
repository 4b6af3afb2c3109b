/**
 * Whole suggestions are the server's, key by key: the same texts, the same silence, the same confidence and shares.
 *
 * It does not know how they are found.
 */

import { describe, expect, test } from "vitest";
import type { Answer, Request, Suggestion } from "../../src/contracts.js";
import { Composer } from "../../src/compose/composer.js";
import { Gate } from "../../src/compose/gate.js";
import { HeldMemories } from "../../src/personal/store.js";
import { FakeLm } from "../fake_lm.js";
import type { Scenario, SuggestionForm } from "../forms.js";
import { answers, background, beginning, ranker, scenarios, strengths } from "../vectors.js";

const TEAM = "team";
// of a probability: both sides sum in 64 bits; the voice of a language model is made of 32-bit exponentials
const DIGITS = { counts: 9, lm: 6 };

const stepsOf = new Map(answers.map(({ name, steps }) => [name, steps]));

test("every scenario has its answers", () => {
  expect([...stepsOf.keys()]).toEqual(scenarios.map(({ name }) => name));
});

describe.each(scenarios)("$name", (scenario) => {
  test("is answered as on the server, at every key", async () => {
    const composer = composerFor(scenario);
    for (const [step, [typed, wanted]] of stepsOf.get(scenario.name)!.entries()) {
      const answer = await composer.answer(requestAt(scenario, typed));
      if (scenario.rejects?.includes(step)) composer.feedback(answer.id, "rejected", 0);
      const where = `behind ${JSON.stringify(beginning(scenario.text, typed).slice(-40))}`;
      compare(answer, wanted, { where, digits: scenario.lm ? DIGITS.lm : DIGITS.counts });
    }
    composer.close();
  });
});

function compare(answer: Answer, wanted: readonly SuggestionForm[] | string, at: { where: string; digits: number }): void {
  if (typeof wanted === "string") {
    expect([answer.silence, answer.suggestions], at.where).toEqual([wanted, []]);
    return;
  }
  expect(answer.silence, at.where).toBeNull();
  expect(answer.suggestions.map(({ text }) => text), at.where).toEqual(wanted.map(([text]) => text));
  answer.suggestions.forEach((suggestion, place) => compareNumbers(suggestion, wanted[place]!, at));
}

function compareNumbers(found: Suggestion, [, confidences, sources]: SuggestionForm, at: { where: string; digits: number }): void {
  expect(found.word_confidences.length, at.where).toBe(confidences.length);
  found.word_confidences.forEach((each, place) => expect(each, at.where).toBeCloseTo(confidences[place]!, at.digits));
  expect(found.confidence, at.where).toBe(found.word_confidences.at(-1));
  expect(Object.keys(found.sources).sort(), at.where).toEqual(Object.keys(sources).sort());
  for (const [name, share] of Object.entries(sources)) expect(found.sources[name], at.where).toBeCloseTo(share, 6);
}

function composerFor(scenario: Scenario): Composer {
  const store = new HeldMemories(background);
  for (const text of scenario.sent ?? []) store.learn(scenario.user!, text);
  for (const text of scenario.tenant ?? []) store.learn(TEAM, text);
  const composer = new Composer(background, {
    store,
    strengths,
    lm: scenario.lm ? new FakeLm(scenario.lm === "markers") : null,
    decider: scenario.decider === "gate" ? new Gate() : ranker,
    tenant: scenario.tenant ? TEAM : null,
    clock: () => 0,
  });
  composer.turn({ coverage: scenario.coverage ?? null, blocked: scenario.blocked ?? [] });
  return composer;
}

function requestAt(scenario: Scenario, typed: number): Request {
  return {
    text: beginning(scenario.text, typed),
    suffix: scenario.suffix ?? "",
    user: scenario.user ?? null,
    session: scenario.session ? "s" : null,
    context: scenario.context ?? {},
    n: scenario.n ?? 1,
    max_words: scenario.max_words ?? 12,
  };
}
