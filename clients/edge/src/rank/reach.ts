/** How far paths are grown for a ranker: further than the fixed gate would, since it chooses among their beginnings. */

export const PHRASE_FROM = 0.25; // of a first word, as for the fixed gate: what follows costs half a key's time
export const NEXT_FROM = 0.4; // probability of a word that a path takes in; below, not one longer proposal in three can be right
