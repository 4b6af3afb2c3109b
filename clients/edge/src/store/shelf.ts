/**
 * Where messages and counts lie, as a small interface: the browser's database, or memory where that is refused.
 *
 * What is changed is durable when the promise resolves, and two tabs that change the same lose nothing of each other's. It does not
 * know what messages mean.
 */

/** One learned message, as personal/messages.ts writes it. Ids grow in the order learned. */
export interface Kept {
  readonly id: number;
  readonly user: string;
  readonly row: string;
}

export interface Shelf {
  /** Whether what lies here outlives the page. */
  readonly isLasting: boolean;
  /** All messages of everybody, in the order learned. */
  all(): Promise<readonly Kept[]>;
  /** Keep a message. */
  append(user: string, row: string): Promise<Kept>;
  /** Put `rows` in place of the messages whose ids are given; others, learned in another tab meanwhile, stay. */
  replace(user: string, ids: readonly number[], rows: readonly string[]): Promise<readonly Kept[]>;
  /** Take out all messages of the user, and the values whose keys are given; false when there was nothing. */
  drop(user: string, keys: readonly string[]): Promise<boolean>;
  /** The value of a key becomes what `change` makes of it (undefined: nothing), in one step; gives the new one. */
  update<Value>(key: string, change: (old: Value | undefined) => Value | undefined): Promise<Value | undefined>;
  close(): void;
}
