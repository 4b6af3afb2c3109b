import { expect, test } from "vitest";
import { LOADING } from "../../src/engine/house.js";
import { Speed } from "../../src/page/speed.js";
import { lineOf, modelWords, nextVisitWords } from "../../src/page/words.js";

test("the line at the top says what is loaded and what answers", () => {
  const loading = { ...LOADING, loadedBytes: 14_200_000, totalBytes: 22_900_000, model: "m", lm: "loading" } as const;
  expect(lineOf(loading, true).words).toBe("Loading 14 of 23 MB");
  expect(lineOf({ ...loading, phase: "counts" }, true).words).toBe("Counts only, the model is loading: 14 of 23 MB");
  expect(lineOf({ ...loading, loadedBytes: 22_900_000, phase: "counts" }, true).words).toBe("Counts only, the model is opening");
  expect(lineOf({ ...loading, phase: "ready", lm: "ready" }, false).words).toBe("Ready, offline");
  expect(lineOf({ ...loading, phase: "ready", lm: "failed" }, true).words).toContain("did not load");
  expect(lineOf({ ...loading, phase: "failed", problem: "weights.bin: damaged" }, true)).toEqual({ link: "lost", words: "weights.bin: damaged" });
});

test("where the model runs is said where that is not the processor", () => {
  const ready = { ...LOADING, phase: "ready", lm: "ready", model: "m" } as const;
  expect(modelWords({ ...ready, runsOn: "wasm" })).toBe("m");
  expect(modelWords({ ...ready, runsOn: "gpu" })).toBe("m, on the GPU");
});

test("offline is promised only where files and scripts are kept", () => {
  const ready = { ...LOADING, phase: "ready" } as const;
  expect(nextVisitWords({ ...ready, filesKept: true }, true)).toBe("needs no network");
  expect(nextVisitWords({ ...ready, filesKept: true }, false)).toBe("loads little");
  expect(nextVisitWords({ ...ready, filesKept: false }, true)).toBe("loads all again");
});

test("percentiles are of the last keys only", () => {
  const speed = new Speed();
  expect(speed.percentile(0.5)).toBeNull();
  for (let ms = 1; ms <= 1000; ms++) speed.add(ms);
  expect([speed.percentile(0.5), speed.percentile(0.9)]).toEqual([901, 981]);
});
