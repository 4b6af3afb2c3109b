/** A message as those look at it who search for secrets. It does not know what they find. */

/** Its tokens, as they stand and case-folded. */
export interface Told {
  readonly words: readonly string[];
  readonly folded: readonly string[];
}
