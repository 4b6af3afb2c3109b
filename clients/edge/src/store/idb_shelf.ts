/**
 * The shelf in the browser's database.
 *
 * Whatever reads and writes does both in one transaction, for which those of other tabs wait. It does not know what messages mean.
 */

import { BY_USER, answer, openDatabase, transact, type Database, type Tables } from "./database.js";
import type { Kept, Shelf } from "./shelf.js";

export class IdbShelf implements Shelf {
  readonly isLasting = true;
  #database: Database | null;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Rejects with a StoreError where the browser refuses. */
  static async open(): Promise<IdbShelf> {
    return new IdbShelf(await openDatabase());
  }

  async all(): Promise<readonly Kept[]> {
    return this.#run("readonly", async ({ messages }) => (await answer(messages.getAll())) as Kept[]);
  }

  async append(user: string, row: string): Promise<Kept> {
    return this.#run("readwrite", ({ messages }) => add(messages, user, row));
  }

  async replace(user: string, ids: readonly number[], rows: readonly string[]): Promise<readonly Kept[]> {
    return this.#run("readwrite", async ({ messages }) => {
      for (const id of ids) messages.delete(id);
      return Promise.all(rows.map((row) => add(messages, user, row)));
    });
  }

  async drop(user: string, keys: readonly string[]): Promise<boolean> {
    return this.#run("readwrite", async ({ messages, values }) => {
      const ids = await answer(messages.index(BY_USER).getAllKeys(user));
      const counted = await Promise.all(keys.map((key) => answer(values.count(key))));
      for (const id of ids) messages.delete(id);
      for (const key of keys) values.delete(key);
      return ids.length > 0 || counted.some((num) => num > 0);
    });
  }

  async update<Value>(key: string, change: (old: Value | undefined) => Value | undefined): Promise<Value | undefined> {
    return this.#run("readwrite", async ({ values }) => {
      const value = change((await answer(values.get(key))) as Value | undefined);
      if (value === undefined) values.delete(key);
      else values.put(value, key);
      return value;
    });
  }

  close(): void {
    this.#database?.close();
    this.#database = null;
  }

  /** One transaction; the database is opened anew when the person has cleared it meanwhile, or another page wanted it. */
  async #run<Result>(mode: IDBTransactionMode, work: (tables: Tables) => Promise<Result>): Promise<Result> {
    const database = (this.#database ??= await openDatabase());
    database.onclose = () => (this.#database = null);
    database.onversionchange = () => this.close();
    return transact(database, mode, work);
  }
}

async function add(messages: IDBObjectStore, user: string, row: string): Promise<Kept> {
  const id = (await answer(messages.add({ user, row }))) as number;
  return { id, user, row };
}
