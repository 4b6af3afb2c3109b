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
  #value: string | undefined;

  /** `moved` is called before the frame in which the element stands elsewhere, has another size or value, is painted. */
  constructor(element: Element, moved: () => void) {
    this.#element = element;
    this.#moved = moved;
  }

  /** Follow from what is there now on, or rest. */
  follow(on: boolean): void {
    if (on) return this.#note();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  #note(): void {
    this.#place = this.#placeNow();
    this.#value = this.#element.value;
    this.#frame ??= requestAnimationFrame(() => this.#check());
  }

  #check(): void {
    const isMoved = this.#placeNow() !== this.#place || this.#element.value !== this.#value;
    this.#frame = null;
    this.#note();
    if (isMoved) this.#moved();
  }

  #placeNow(): string {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    return [left, top, width, height].join(" ");
  }
}
