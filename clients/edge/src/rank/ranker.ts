/**
 * The learned ranker: chooses among proposals and lengths by their probability of being right and the price of a look.
 *
 *     proposals -> features -> trees -> calibration -> utility -> the best one, or silence
 *
 * It does not know how its parts were learned.
 */

import type { Decider } from "../compose/decider.js";
import type { Path } from "../compose/path.js";
import type { Situation } from "../compose/situation.js";
import { ModelError } from "../errors.js";
import { numPoints } from "../text/letters.js";
import { Dial, type Turn, utility } from "./dial.js";
import { NUM_FEATURES, proposals, SCHEMA } from "./features.js";
import { interpolated } from "./interpolated.js";
import { NEXT_FROM, PHRASE_FROM } from "./reach.js";
import { Trees, type TreesJson } from "./trees.js";

const FORMAT = "foretype-trees";
const FORMAT_VERSION = 1;

/** The file that `foretype edge build` writes (src/foretype/edge/ranker_trees.py). */
export interface RankerJson {
  readonly format: string;
  readonly format_version: number;
  readonly version: string; // differs wherever decisions may
  readonly schema: string;
  readonly coverage: number; // the dial's own setting
  readonly turns: readonly { readonly coverage: number; readonly wrong_look: number; readonly least: number }[];
  readonly calibration: { readonly raw: readonly number[]; readonly calibrated: readonly number[] };
  readonly trees: TreesJson;
}

/** What gives probabilities, and what they are worth. */
interface Scorer {
  readonly trees: Trees;
  readonly calibration: RankerJson["calibration"];
  readonly dial: Dial;
  readonly coverage: number;
}

/** Decides like the server's, for the same proposals. */
export class Ranker implements Decider {
  readonly phraseFrom = PHRASE_FROM;
  private readonly turn: Turn;

  constructor(
    readonly version: string,
    private readonly scorer: Scorer,
    private readonly coverage = scorer.coverage,
  ) {
    this.turn = scorer.dial.at(coverage);
  }

  goesFurther(_numChars: number, nextProb: number): boolean {
    return nextProb >= NEXT_FROM;
  }

  atCoverage(coverage: number | null): Ranker {
    const wanted = coverage ?? this.scorer.coverage;
    return wanted === this.coverage ? this : new Ranker(this.version, this.scorer, wanted);
  }

  /** At most `n` proposals of different paths, the most useful first; none: silence. */
  async choose(paths: AsyncIterable<Path>, situation: Situation, n: number): Promise<Path[]> {
    const all: Path[] = [];
    for await (const path of paths) all.push(path);
    const rated = proposals(all, situation).map(({ path, source, row }) => {
      const prob = this.prob(row);
      return { path, source, prob, worth: utility(prob, numPoints(path.text), this.turn.wrongLook) };
    });
    const chosen = new Map<number, Path>();
    for (const { path, source, prob, worth } of rated.sort((left, right) => right.worth - left.worth)) {
      if (worth < Math.fround(this.turn.least) || chosen.size === n) break;
      const isNew = !chosen.has(source) && ![...chosen.values()].some((other) => other.text === path.text);
      if (isNew) chosen.set(source, path.believed(prob));
    }
    return [...chosen.values()];
  }

  /** Probability that a proposal is right, of its features. */
  prob(row: Float32Array): number {
    const { raw, calibrated } = this.scorer.calibration;
    const logit = Math.fround(interpolated(this.scorer.trees.logit(row), raw, calibrated));
    return Math.fround(1 / (1 + Math.exp(-logit)));
  }
}

/** The ranker in a parsed file. Throws a ModelError for a foreign one, or one for other features. */
export function openRanker(json: unknown): Ranker {
  const found = (json ?? {}) as Partial<RankerJson>;
  const wanted = { format: FORMAT, format_version: FORMAT_VERSION, schema: SCHEMA } as const;
  for (const [name, value] of Object.entries(wanted)) {
    const got = found[name as keyof typeof wanted];
    if (got === value) continue;
    throw new ModelError(`ranker file: found ${name} ${JSON.stringify(got)}, wanted "${value}"; build the folder again`);
  }
  const { version, coverage, turns, calibration, trees } = found as RankerJson;
  const dial = new Dial(turns.map((turn) => ({ coverage: turn.coverage, wrongLook: turn.wrong_look, least: turn.least })));
  return new Ranker(version, { trees: new Trees(trees, NUM_FEATURES), calibration, dial, coverage });
}
