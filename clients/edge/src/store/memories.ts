/**
 * Everybody's memories for the composer, kept on a shelf that other tabs share: what one tab learns the others know at once.
 *
 * The memories themselves are personal/store.ts; this is their keeper. When the shelf refuses, they go on in this worker, `problem`
 * says why, and what waits is tried again with the next change. It does not know suggestions.
 */

import type { Context } from "../contracts.js";
import { StoreError } from "../errors.js";
import type { Automaton } from "../ngram/automaton.js";
import type { Memory } from "../ngram/memory.js";
import type { Exported } from "../personal/messages.js";
import type { Phrase } from "../personal/phrases.js";
import { HeldMemories, type Keeper, type Learned, type MemoryStore } from "../personal/store.js";
import { Neighbours } from "./neighbours.js";
import type { Kept, Shelf } from "./shelf.js";

/** Something to be made durable. */
interface Change {
  readonly user: string;
  readonly make: () => Promise<void>;
}

export class SharedMemories implements MemoryStore, Keeper {
  /** Why the last change is not durable; null: it is. */
  problem: string | null = null;
  #held: HeldMemories;
  #ids = new Map<string, number[]>(); // of the messages held, by user
  #numChanges = 0; // asked for by this worker
  #waiting: Change[] = []; // for the shelf to take changes again
  readonly #neighbours: Neighbours;

  private constructor(
    private readonly background: Automaton,
    private readonly shelf: Shelf,
    private readonly forgotten: (user: string) => void,
  ) {
    this.#held = new HeldMemories(background, this);
    this.#neighbours = new Neighbours(() => void this.reload().catch(() => undefined)); // the next change tells what is wrong
  }

  /** What lies on the shelf. `forgotten` hears of whom another tab forgot something. Rejects with a StoreError. */
  static async open(
    background: Automaton,
    shelf: Shelf,
    forgotten: (user: string) => void = () => undefined,
  ): Promise<SharedMemories> {
    const memories = new SharedMemories(background, shelf, forgotten);
    await memories.reload();
    return memories;
  }

  memory(user: string): Memory | null {
    return this.#held.memory(user);
  }

  learn(user: string, text: string, context: Context): Learned {
    this.#numChanges++;
    return this.#held.learn(user, text, context);
  }

  forget(user: string): boolean {
    this.#numChanges++;
    return this.#held.forget(user);
  }

  forgetPhrase(user: string, phrase: string): number {
    this.#numChanges++;
    return this.#held.forgetPhrase(user, phrase);
  }

  phrases(user: string, options?: { limit?: number; query?: string }): Phrase[] {
    return this.#held.phrases(user, options);
  }

  export(user: string): Exported | null {
    return this.#held.export(user);
  }

  import(user: string, json: unknown): number {
    this.#numChanges++;
    return this.#held.import(user, json);
  }

  saved(): Promise<void> {
    return this.#held.saved();
  }

  /** Read all of the shelf anew, once nothing of this worker's own is under way. */
  async reload(): Promise<void> {
    let all: readonly Kept[];
    let before: number;
    do {
      before = this.#numChanges;
      await this.saved();
      if (this.#waiting.length) return; // the shelf refuses: what is held is more than lies there
      all = await this.shelf.all();
    } while (before !== this.#numChanges);
    this.#hold(all);
  }

  /** For the memories: keep a row. */
  async append(user: string, row: string): Promise<void> {
    this.#waiting.push({ user, make: async () => void this.#idsOf(user).push((await this.shelf.append(user, row)).id) });
    await this.#settle(user);
  }

  /** For the memories: keep these rows in place of those held; none forgets the user, whoever learned what. */
  async replace(user: string, rows: readonly string[]): Promise<void> {
    const make = async (): Promise<void> => {
      if (!rows.length) await this.shelf.drop(user, []);
      const kept = rows.length ? await this.shelf.replace(user, this.#idsOf(user), rows) : [];
      this.#ids.set(user, kept.map(({ id }) => id));
    };
    const others = this.#waiting.filter((change) => change.user !== user); // what waits of the user's own is in `rows`, or forgotten
    this.#waiting = [{ user, make }, ...others];
    await this.#settle(user);
  }

  close(): void {
    this.#neighbours.close();
    this.shelf.close();
  }

  /** Hold what lies on the shelf; what is missing of what was held before, another tab forgot. */
  #hold(all: readonly Kept[]): void {
    const before = this.#ids;
    const rows: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
    this.#ids = new Map();
    for (const { id, user, row } of all) {
      (rows[user] ??= []).push(row);
      this.#idsOf(user).push(id);
    }
    this.#held = new HeldMemories(this.background, this, rows);
    const there = new Set(all.map(({ id }) => id));
    for (const [user, ids] of before) if (ids.some((id) => !there.has(id))) this.forgotten(user);
  }

  /** Make durable what waits, the oldest first; what the shelf refuses waits for the next change. */
  async #settle(user: string): Promise<void> {
    try {
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
        await next.make();
        this.#waiting.shift();
      }
      this.problem = null;
      this.#neighbours.tell(user);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.problem = error.message;
    }
  }

  #idsOf(user: string): number[] {
    const ids = this.#ids.get(user) ?? [];
    this.#ids.set(user, ids);
    return ids;
  }
}
