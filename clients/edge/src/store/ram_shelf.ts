/** A shelf in memory: for where the browser keeps nothing, and the slow twin of the real one. It does not outlive its worker. */

import type { Kept, Shelf } from "./shelf.js";

export class RamShelf implements Shelf {
  readonly isLasting = false;
  #kept: Kept[] = [];
  #lastId = 0;
  readonly #values = new Map<string, unknown>();

  async all(): Promise<readonly Kept[]> {
    return this.#kept;
  }

  async append(user: string, row: string): Promise<Kept> {
    const kept = { id: ++this.#lastId, user, row };
    this.#kept = [...this.#kept, kept];
    return kept;
  }

  async replace(user: string, ids: readonly number[], rows: readonly string[]): Promise<readonly Kept[]> {
    this.#kept = this.#kept.filter(({ id }) => !ids.includes(id));
    return Promise.all(rows.map((row) => this.append(user, row)));
  }

  async drop(user: string, keys: readonly string[]): Promise<boolean> {
    const found = this.#kept.some((kept) => kept.user === user) || keys.some((key) => this.#values.has(key));
    this.#kept = this.#kept.filter((kept) => kept.user !== user);
    for (const key of keys) this.#values.delete(key);
    return found;
  }

  async update<Value>(key: string, change: (old: Value | undefined) => Value | undefined): Promise<Value | undefined> {
    const value = change(this.#values.get(key) as Value | undefined);
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    return value;
  }

  close(): void {
    this.#kept = [];
    this.#values.clear();
  }
}
