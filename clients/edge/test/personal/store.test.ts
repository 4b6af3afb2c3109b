/** Memories in one worker: learned at once, told to whoever keeps them, forgotten for good. It knows no database. */

import { expect, test } from "vitest";
import { InputError } from "../../src/errors.js";
import { HeldMemories, type Keeper } from "../../src/personal/store.js";
import { background } from "../vectors.js";

/** Keeps rows in a list each, in the order told. */
class Shelf implements Keeper {
  readonly rows: Record<string, string[]> = {};

  async append(user: string, row: string): Promise<void> {
    this.rows[user] = [...(this.rows[user] ?? []), row];
  }

  async replace(user: string, rows: readonly string[]): Promise<void> {
    this.rows[user] = [...rows];
  }
}

const opened = (keeper?: Keeper, rows = {}): HeldMemories => new HeldMemories(background, keeper, rows, () => 1_700_000_000);

test("what was sent is known at once, and durable when saved", async () => {
  const shelf = new Shelf();
  const store = opened(shelf);
  expect(store.learn("u1", "The Quarzlicht is here.", {})).toEqual({ numWords: 4, numRefused: 0 });
  expect(store.memory("u1")?.strange).toEqual(["Quarzlicht"]);
  await store.saved();
  expect(shelf.rows).toEqual({ u1: ["1700000000\x1fthe Quarzlicht is here ⁀."] });
});

test("kept rows give the same memory back", async () => {
  const shelf = new Shelf();
  const before = opened(shelf);
  before.learn("u1", "Hi Anna,\n\nthe Quarzlicht is here.", { sent_at: "2026-05-01T10:00:00+02:00" });
  await before.saved();
  const after = opened(shelf, shelf.rows);
  expect(after.export("u1")).toEqual(before.export("u1"));
  expect(after.memory("u1")?.unigrams()).toEqual(before.memory("u1")?.unigrams());
  expect(after.export("u1")?.messages[0]?.sent_at).toBe("2026-05-01T08:00:00+00:00");
});

test("a forgotten user is gone, rows and all", async () => {
  const shelf = new Shelf();
  const store = opened(shelf);
  store.learn("u1", "see you", {});
  expect([store.forget("u1"), store.forget("u1"), store.memory("u1"), store.export("u1")]).toEqual([true, false, null, null]);
  await store.saved();
  expect(shelf.rows).toEqual({ u1: [] });
});

test("a forgotten phrase is in no row, no memory and no list of phrases", async () => {
  const shelf = new Shelf();
  const store = opened(shelf);
  store.learn("u1", "please ask Quarzlicht about it, Quarzlicht knows", {});
  store.learn("u1", "QUARZLICHT", {});
  expect(store.phrases("u1").map(({ text }) => text)).toContain("Quarzlicht");
  expect([store.forgetPhrase("u1", "quarzlicht"), store.forgetPhrase("u1", "quarzlicht")]).toEqual([3, 0]);
  await store.saved();
  expect(JSON.stringify([shelf.rows, store.memory("u1")?.strange, store.phrases("u1")])).not.toMatch(/quarzlicht/i);
  expect(shelf.rows["u1"]).toHaveLength(1); // of the other message no word was left
});

test("an export is learned once, whoever made it and however often it is read", () => {
  const [first, second] = [opened(), opened()];
  first.learn("u1", "Hi Anna,\n\nthe Quarzlicht is here. My pin is 4821.", {});
  first.learn("u1", "See you, Maja", {});
  expect([second.import("me", first.export("u1")), second.import("me", first.export("u1"))]).toEqual([2, 0]);
  expect(second.export("me")?.messages).toEqual(first.export("u1")?.messages);
});

test("nothing is kept of a sensitive field, of secrets alone, or of no words", () => {
  const store = opened();
  expect(store.learn("u1", "swordfish", { sensitive: true })).toEqual({ numWords: 0, numRefused: 0 });
  expect(store.learn("u1", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", {})).toEqual({ numWords: 0, numRefused: 0 });
  expect(store.learn("u1", " \n ", {})).toEqual({ numWords: 0, numRefused: 0 });
  expect(store.memory("u1")).toBeNull();
});

test("what cannot be used is refused with a reason, and changes nothing", () => {
  const store = opened();
  const refused: readonly (() => unknown)[] = [
    () => store.learn("", "hello", {}),
    () => store.learn("u".repeat(257), "hello", {}),
    () => store.learn("u\0", "hello", {}),
    () => store.learn("u1", "half \ud83d", {}),
    () => store.learn("u1", "hello", { sent_at: "yesterday" }),
    () => store.forgetPhrase("u1", " "),
    () => store.import("u1", { messages: [{ sent_at: "soon", text: "hello" }] }),
    () => store.import("u1", { phrases: [] }),
    () => store.import("u1", null),
  ];
  for (const call of refused) expect(call).toThrow(InputError);
  expect(store.users()).toEqual([]);
});

test("a keeper that fails is told of by saved, once, and later changes are kept", async () => {
  const shelf = new Shelf();
  let isFull = true;
  const store = opened({
    append: async (user, row) => (isFull ? Promise.reject(new Error("disk full")) : shelf.append(user, row)),
    replace: (user, rows) => shelf.replace(user, rows),
  });
  store.learn("u1", "one", {});
  await expect(store.saved()).rejects.toThrow("disk full");
  isFull = false;
  store.learn("u1", "two", {});
  await store.saved();
  expect(shelf.rows["u1"]).toHaveLength(1);
});
