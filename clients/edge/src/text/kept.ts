/** A map that keeps what was used last: the entry used longest ago leaves when it is full. It does not know what it keeps. */

export class Kept<Key, Value> {
  private readonly entries = new Map<Key, Value>();

  /** `dropped` hears of each entry that has to leave. */
  constructor(
    private readonly capacity: number,
    private readonly dropped: (value: Value) => void = () => undefined,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    const found = this.entries.get(key);
    if (found !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, found);
    }
    return found;
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    while (this.entries.size > this.capacity) this.dropFirst();
  }

  /** What `make` gives for the key, made once while it is kept. */
  getOrMake(key: Key, make: () => Value): Value {
    const found = this.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.set(key, made);
    return made;
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }

  /** All entries, the one used longest ago first. */
  list(): [Key, Value][] {
    return [...this.entries];
  }

  private dropFirst(): void {
    const [first] = this.entries;
    if (!first) return;
    this.entries.delete(first[0]);
    this.dropped(first[1]);
  }
}
