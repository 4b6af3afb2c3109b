/**
 * Fields that hold a password, or held one: a "show the password" switch makes another kind of field of them, not another text.
 *
 * It knows the fields of the documents and shadow roots that it was shown, also those that come later. It does not know fields
 * that were shown to it as text only.
 */

const PASSWORD = 'input[type="password" i]';
const OF_TYPE: MutationObserverInit = { subtree: true, attributeFilter: ["type"], attributeOldValue: true };

export class Secrets {
  readonly #found: (field: HTMLElement) => void;
  readonly #roots = new WeakSet<Node>();
  readonly #known = new WeakSet<Node>();
  readonly #observer = new MutationObserver((changes) => this.#take(changes));

  /** `found` is called with a field that turns out to be one. */
  constructor(found: (field: HTMLElement) => void) {
    this.#found = found;
  }

  /** Look at `root` now and from now on. */
  watch(root: Node): void {
    if (this.#roots.has(root)) return;
    this.#roots.add(root);
    this.#observer.observe(root, OF_TYPE);
    if (root instanceof Document || root instanceof ShadowRoot) for (const each of root.querySelectorAll(PASSWORD)) this.#known.add(each);
  }

  has(field: HTMLElement): boolean {
    this.#take(this.#observer.takeRecords());
    if (field.matches(PASSWORD)) this.#known.add(field);
    return this.#known.has(field);
  }

  #take(changes: readonly MutationRecord[]): void {
    for (const { target, oldValue } of changes) {
      if (!(target instanceof HTMLInputElement) || (!target.matches(PASSWORD) && oldValue?.toLowerCase() !== "password")) continue;
      this.#known.add(target);
      this.#found(target);
    }
  }
}
