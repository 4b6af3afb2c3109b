/**
 * The browser's database for what belongs to a person, with promises in place of its events.
 *
 * All tabs share it; a transaction of one waits for those of others, so that whatever is read in one can be written in it. It
 * does not know what the records mean.
 */

import { StoreError } from "../errors.js";

const NAME = "foretype";
const VERSION = 1;

/** Tables: messages in the order learned, counts and other values by key. */
export const MESSAGES = "messages";
export const VALUES = "values";
export const BY_USER = "user";

export interface Tables {
  readonly messages: IDBObjectStore;
  readonly values: IDBObjectStore;
}

export type Database = IDBDatabase;

/** The database, made if need be. Rejects with a StoreError where the browser refuses: a private window, no room, a newer version. */
export async function openDatabase(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Database> {
  if (!factory) throw new StoreError("this browser keeps nothing for this page: what you send is known until it is closed");
  try {
    const opening = factory.open(NAME, VERSION);
    opening.onupgradeneeded = () => make(opening.result);
    return await answer(opening);
  } catch (error) {
    throw refusal(error);
  }
}

/** Run `work` in one transaction; resolves when it is durable, with what `work` gave. Rejects with a StoreError, and nothing is kept. */
export async function transact<Result>(
  database: Database,
  mode: IDBTransactionMode,
  work: (tables: Tables) => Promise<Result>,
): Promise<Result> {
  try {
    const transaction = database.transaction([MESSAGES, VALUES], mode, { durability: "strict" });
    const done = finished(transaction);
    done.catch(() => undefined); // told by the await below, or by `work` failing first
    const result = await work({ messages: transaction.objectStore(MESSAGES), values: transaction.objectStore(VALUES) });
    await done;
    return result;
  } catch (error) {
    throw refusal(error);
  }
}

/** What a request gives. */
export function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("refused"));
  });
}

function make(database: IDBDatabase): void {
  const messages = database.createObjectStore(MESSAGES, { keyPath: "id", autoIncrement: true });
  messages.createIndex(BY_USER, "user");
  database.createObjectStore(VALUES);
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser called it off"));
  });
}

function refusal(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { name = "", message = String(error) } = error as Partial<Error>;
  const why = name === "QuotaExceededError" ? "there is no room left for this page" : `${name} ${message}`.trim();
  return new StoreError(`the browser keeps nothing for this page (${why}); free some space, or leave the private window`);
}
