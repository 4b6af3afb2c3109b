import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { StoreError } from "../../src/errors.js";
import { openBackground } from "../../src/ngram/automaton.js";
import { SharedMemories } from "../../src/store/memories.js";
import { RamShelf } from "../../src/store/ram_shelf.js";
import type { Kept } from "../../src/store/shelf.js";

const FILE = readFileSync(new URL("../../../../src/foretype/data/background.ngram", import.meta.url));
const background = openBackground(FILE.buffer.slice(FILE.byteOffset, FILE.byteOffset + FILE.length) as ArrayBuffer);
const NOTE = "Please see the attached figures";

/** A shelf that can be told to refuse, as a full disk does. */
class Refusing extends RamShelf {
  refuses = false;

  override async append(user: string, row: string): Promise<Kept> {
    if (this.refuses) throw new StoreError("there is no room left");
    return super.append(user, row);
  }
}

let shelf: Refusing;

beforeEach(() => {
  shelf = new Refusing();
});

/** Until what one tab told the others has been read there. */
async function heard(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

function texts(memories: SharedMemories, user = "me"): string[] {
  return memories.export(user)?.messages.map(({ text }) => text) ?? [];
}

test("what is learned lies on the shelf, and is there after a reload", async () => {
  const first = await SharedMemories.open(background, shelf);
  first.learn("me", NOTE, {});
  await first.saved();
  const second = await SharedMemories.open(background, shelf);
  expect(texts(second)).toEqual(["please see the attached figures"]);
  expect(second.memory("me")?.length).toBe(first.memory("me")?.length);
});

test("two tabs that learn at the same time lose nothing of each other's", async () => {
  const [left, right] = await Promise.all([SharedMemories.open(background, shelf), SharedMemories.open(background, shelf)]);
  for (let turn = 0; turn < 5; turn++) {
    left.learn("me", `left number ${turn}`, {});
    right.learn("me", `right number ${turn}`, {});
  }
  await Promise.all([left.saved(), right.saved()]);
  await heard(() => texts(left).length === 10 && texts(right).length === 10);
  expect(new Set(texts(left))).toEqual(new Set(texts(right)));
  left.close();
});

test("a phrase that one tab forgets is gone from the other, which keeps what it learned meanwhile", async () => {
  const [left, right] = await Promise.all([SharedMemories.open(background, shelf), SharedMemories.open(background, shelf)]);
  left.learn("me", NOTE, {});
  await left.saved();
  await heard(() => texts(right).length === 1);
  right.learn("me", "another message", {});
  left.forgetPhrase("me", "attached figures");
  await Promise.all([left.saved(), right.saved()]);
  await heard(() => texts(left).length === 2 && !texts(right).join().includes("figures"));
  expect(texts(right)).toContain("another message");
  left.close();
});

test("forgetting takes everything of the user off the shelf, and nothing of others", async () => {
  const memories = await SharedMemories.open(background, shelf);
  memories.learn("me", NOTE, {});
  memories.learn("you", NOTE, {});
  expect([memories.forget("me"), memories.forget("me")]).toEqual([true, false]);
  await memories.saved();
  expect((await shelf.all()).map(({ user }) => user)).toEqual(["you"]);
});

test("what one tab forgets, the other hears of: there may be more of it than messages", async () => {
  const heardOf: string[] = [];
  const left = await SharedMemories.open(background, shelf);
  left.learn("me", NOTE, {});
  left.learn("you", NOTE, {});
  await left.saved();
  const right = await SharedMemories.open(background, shelf, (user) => heardOf.push(user));
  left.learn("me", "another message", {});
  await left.saved();
  await heard(() => texts(right).length === 2);
  expect(heardOf).toEqual([]);
  left.forgetPhrase("me", "attached figures");
  left.forget("you");
  await left.saved();
  await heard(() => heardOf.length === 2);
  expect(heardOf.sort()).toEqual(["me", "you"]);
  left.close();
});

test("a message that waited for room and was forgotten meanwhile never gets to the shelf", async () => {
  const memories = await SharedMemories.open(background, shelf);
  memories.learn("you", "a message that stays", {});
  await memories.saved();
  shelf.refuses = true;
  memories.learn("me", NOTE, {});
  memories.learn("you", "another message", {});
  memories.forget("me");
  memories.forgetPhrase("you", "message that stays");
  await memories.saved();
  shelf.refuses = false;
  memories.learn("you", "one more", {});
  await memories.saved();
  const rows = (await shelf.all()).map(({ user, row }) => `${user}: ${row.split("\x1f")[1]}`);
  expect(rows).toEqual(["you: a <num>", "you: another message", "you: one more"]);
});

test("a shelf that refuses is told of, and gets what waited once it takes changes again", async () => {
  const memories = await SharedMemories.open(background, shelf);
  shelf.refuses = true;
  memories.learn("me", NOTE, {});
  await memories.saved();
  expect([memories.problem, texts(memories).length, (await shelf.all()).length]).toEqual(["there is no room left", 1, 0]);
  await memories.reload();
  expect(texts(memories).length).toBe(1);
  shelf.refuses = false;
  memories.learn("me", "one more", {});
  await memories.saved();
  expect([memories.problem, (await shelf.all()).length]).toEqual([null, 2]);
});
