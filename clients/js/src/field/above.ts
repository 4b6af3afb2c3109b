/**
 * How high the lines are that stand above the caret's own, in a field that tells nobody: measured once, then kept up.
 *
 * It does not know how lines are laid out.
 */

/** Lays out whole lines; gives their height in the field's own pixels. `isFirst`: the text begins with them. */
export type Measure = (lines: string, isFirst: boolean) => number;

export class Above {
  #look = "";
  #lines = "";
  #height = 0;

  /** The height of `lines`, whole ones, in a field of this `look`: what differs from the last time is laid out. */
  heightOf(lines: string, look: string, measure: Measure): number {
    if (look !== this.#look) this.#lines = "";
    const known = this.#lines;
    const height = (piece: string): number => (piece ? measure(piece, piece.length === Math.max(lines.length, known.length)) : 0);
    if (known && lines.startsWith(known)) this.#height += height(lines.slice(known.length));
    else if (lines && known.startsWith(lines)) this.#height -= height(known.slice(lines.length));
    else this.#height = lines ? measure(lines, true) : 0;
    this.#look = look;
    this.#lines = lines;
    return this.#height;
  }
}
