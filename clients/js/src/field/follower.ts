/**
 * Notices when the page moves an element or sets its value, frame by frame, as long as it is asked to: no event tells of that.
 *
 * It does not know why anybody wants to know.
 */

export class Follower {
  readonly #element: Element & { readonly value?: string };
  readonly #moved: () => void;
  #frame: number | null = null;
  #place = "";

  /** `moved` is called before the frame in which the element stands elsewhere, has another size or value, is painted. */
  constructor(element: Element, moved: () => void) {
    this.#element = element;
    this.#moved = moved;
  }

  /** Follow from now on, or rest. */
  follow(on: boolean): void {
    if (on === (this.#frame !== null)) return;
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    if (on) this.#begin();
  }

  #begin(): void {
    this.#place = this.#now();
    this.#frame = requestAnimationFrame(() => this.#check());
  }

  #check(): void {
    const isMoved = this.#now() !== this.#place;
    this.#begin();
    if (isMoved) this.#moved();
  }

  #now(): string {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    return [left, top, width, height, this.#element.value].join(" ");
  }
}
