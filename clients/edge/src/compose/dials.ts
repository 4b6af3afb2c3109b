/** What whoever runs a composer may turn while it answers. It does not know who turned it, nor where that is kept. */

/** All dials together; one set takes the place of another between two answers. */
export interface Dials {
  /** Share of keys in (0, 1] at which to show something; null: the decider's own. */
  readonly coverage?: number | null;
  /** Words and phrases that are never suggested, in any case of letters. */
  readonly blocked?: readonly string[];
}
