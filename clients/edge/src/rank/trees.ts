/**
 * Boosted trees, evaluated: a row of features in, a raw logit out, with the roundings of the server's onnxruntime.
 *
 * All trees' nodes stand in one list. A child is a node's number, or ~n for leaf n. It does not know what the features mean.
 */

import { ModelError } from "../errors.js";

/** The trees as `foretype edge build` writes them (src/foretype/edge/ranker_trees.py). */
export interface TreesJson {
  readonly roots: readonly number[]; // a node each
  readonly features: readonly number[]; // of each node: which column it looks at
  readonly splits: readonly number[]; // of each node: at most this goes left
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly leaves: readonly number[];
}

/** A sum of trees. */
export class Trees {
  private readonly roots: Int32Array;
  private readonly features: Int32Array;
  private readonly splits: Float32Array;
  private readonly left: Int32Array;
  private readonly right: Int32Array;
  private readonly leaves: Float32Array;

  /** Throws a ModelError for trees that point outside themselves or to a column that is none of `numFeatures`. */
  constructor(json: TreesJson, numFeatures: number) {
    this.roots = Int32Array.from(json.roots);
    this.features = Int32Array.from(json.features);
    this.splits = Float32Array.from(json.splits);
    this.left = Int32Array.from(json.left);
    this.right = Int32Array.from(json.right);
    this.leaves = Float32Array.from(json.leaves);
    this.check(numFeatures);
  }

  /** The raw logit of one row. */
  logit(row: Float32Array): number {
    let sum = 0;
    for (const root of this.roots) sum = Math.fround(sum + this.leafOf(root, row));
    return sum;
  }

  private leafOf(root: number, row: Float32Array): number {
    let node = root;
    while (node >= 0) node = row[this.features[node]!]! <= this.splits[node]! ? this.left[node]! : this.right[node]!;
    return this.leaves[~node]!;
  }

  /** Children come behind their parents, so every walk ends. */
  private check(numFeatures: number): void {
    const { length } = this.features;
    const isChild = (child: number, node: number): boolean =>
      child >= 0 ? child > node && child < length : ~child < this.leaves.length;
    const isSound =
      [this.splits, this.left, this.right].every((each) => each.length === length) &&
      this.features.every((column) => column >= 0 && column < numFeatures) &&
      this.left.every(isChild) &&
      this.right.every(isChild) &&
      this.roots.every((root) => root >= 0 && root < length);
    if (!isSound) throw new ModelError("ranker file: its trees do not fit together; build the folder again");
  }
}
