/** The ranker's file, its trees, its dial: read as they were written, refused when they do not fit. It knows no suggestions. */

import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { clockTime } from "../../src/rank/clock_time.js";
import { Dial, utility } from "../../src/rank/dial.js";
import { interpolated } from "../../src/rank/interpolated.js";
import { openRanker, type RankerJson } from "../../src/rank/ranker.js";
import { Trees } from "../../src/rank/trees.js";
import type { TextVectors } from "../forms.js";
import { vectors } from "../vectors.js";

const json = vectors<RankerJson>("ranker.json.gz");
const { dial } = vectors<TextVectors>("text.json.gz");

test("a row goes left where it is at most the split, and the leaves add up", () => {
  const trees = new Trees(
    { roots: [0, 2], features: [0, 1, 0], splits: [0.5, 2, 7], left: [1, -1, -3], right: [-2, -3, -1], leaves: [1, 10, 100] },
    2,
  );
  const rows = [[0.5, 2], [0.5, 3], [1, 0], [8, 0]].map((row) => trees.logit(Float32Array.from(row)));
  expect(rows).toEqual([1 + 100, 100 + 100, 10 + 100, 10 + 1]);
});

test.each([
  ["a column that is none", { features: [2, 0, 0] }],
  ["a leaf that is none", { right: [-9, -1, -1] }],
  ["a walk that does not end", { left: [0, -1, -1] }],
  ["lists of several lengths", { splits: [1] }],
])("trees with %s are refused", (_, change) => {
  const sound = { roots: [0], features: [0, 1, 0], splits: [0, 0, 0], left: [1, -1, -1], right: [2, -1, -1], leaves: [1] };
  expect(() => new Trees({ ...sound, ...change }, 2)).toThrow(ModelError);
});

test.each([
  ["of another format", { format: "foretype-ranker" }],
  ["for other features", { schema: "0000000000000000" }],
  ["of a later version", { format_version: 2 }],
])("a file %s is refused", (_, change) => {
  expect(() => openRanker({ ...json, ...change })).toThrow(ModelError);
});

test("what is no ranker at all is refused", () => {
  for (const found of [null, [], "ranker", {}]) expect(() => openRanker(found)).toThrow(ModelError);
});

describe("the dial", () => {
  test("stands where the server's does", () => {
    const turned = new Dial([
      { coverage: 0.25, wrongLook: 4, least: 1 },
      { coverage: 0.5, wrongLook: 2, least: 0.25 },
      { coverage: 0.75, wrongLook: 1, least: -1 },
    ]);
    const found = dial.turns.map(([coverage]) => turned.at(coverage)).map((turn) => [turn.coverage, turn.wrongLook, turn.least]);
    expect(found).toEqual(dial.turns);
    expect(() => turned.at(0)).toThrow("coverage");
  });

  test("weighs with the server's roundings", () => {
    expect(dial.utilities.map(([prob, numChars]) => [prob, numChars, utility(prob, numChars, 0.7)])).toEqual(dial.utilities);
  });
});

test("a line of pieces is flat beyond its ends, and exact at its points", () => {
  const read = [-1, 0, 0.5, 1, 1.5, 2, 3].map((x) => interpolated(x, [0, 1, 2], [10, 20, 0]));
  expect(read).toEqual([10, 10, 15, 20, 10, 0, 0]);
});

test("a time is the one on the writer's clock", () => {
  expect(clockTime("2026-05-04T09:20:00+02:00")).toEqual({ weekday: 0, hour: 9, minute: 20 });
  expect(clockTime("2026-05-03")).toEqual({ weekday: 6, hour: 0, minute: 0 });
  expect(() => clockTime("yesterday")).toThrow("wanted a time");
});
