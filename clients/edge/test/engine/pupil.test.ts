/** The model speaks for who writes, and never for another person, however shelves and people come and go. */

import { expect, test } from "vitest";
import { CancelledError } from "../../src/contracts.js";
import { StoreError } from "../../src/errors.js";
import { Pupil, pupilKey } from "../../src/engine/pupil.js";
import type { Learned, PersonalState, RemoteModel } from "../../src/lm/index.js";
import { RamShelf } from "../../src/store/ram_shelf.js";

/** A model that notes whom it speaks for; what it learned names the texts. */
class NotingModel {
  speaksFor: string[] | null = null;

  async speakFor(state: PersonalState | null): Promise<Learned> {
    this.speaksFor = [...((state as unknown as { texts: string[] } | null)?.texts ?? [])];
    return this.#told();
  }

  speakForNobody(): void {
    this.speaksFor = null;
  }

  async learn(text: string): Promise<Learned> {
    if (!this.speaksFor) throw new CancelledError("nobody");
    this.speaksFor.push(text);
    return this.#told();
  }

  #told(): Learned {
    return { report: { messages: this.speaksFor?.length }, state: { texts: [...(this.speaksFor ?? [])] } } as unknown as Learned;
  }
}

function pupil(shelf = new RamShelf()): { pupil: Pupil; lm: NotingModel; kept: (user: string) => Promise<unknown> } {
  const lm = new NotingModel();
  return {
    pupil: new Pupil(lm as unknown as RemoteModel, shelf),
    lm,
    kept: (user) => shelf.update<unknown>(pupilKey(user), (state) => state),
  };
}

test("what each of two people taught is kept apart, and spoken to them alone", async () => {
  const { pupil: both, lm, kept } = pupil();
  await both.learn("ann", "one", {});
  await both.learn("bob", "two", {});
  expect(lm.speaksFor).toEqual(["two"]);
  await both.speakFor("ann");
  expect(lm.speaksFor).toEqual(["one"]);
  expect(await kept("bob")).toEqual({ texts: ["two"] });
});

test("from the moment somebody else writes, nothing of the last person speaks", async () => {
  const { pupil: both, lm } = pupil();
  await both.learn("ann", "one", {});
  const speaking = both.speakFor("bob");
  expect(lm.speaksFor).toBeNull();
  await speaking;
  expect(lm.speaksFor).toEqual([]);
});

test("a message is not taught to whoever took over meanwhile", async () => {
  const { pupil: both, lm, kept } = pupil();
  const learning = both.learn("ann", "one", {});
  await both.speakFor("bob");
  await learning;
  expect(lm.speaksFor).toEqual([]);
  expect([await kept("ann"), await kept("bob")]).toEqual([undefined, undefined]);
});

test("two messages sent at once are both learned", async () => {
  const { pupil: one, kept } = pupil();
  await Promise.all([one.learn("ann", "one", {}), one.learn("ann", "two", {})]);
  expect(await kept("ann")).toEqual({ texts: ["one", "two"] });
});

test("where the shelf cannot be read it speaks for nobody, and tries again", async () => {
  const shelf = new RamShelf();
  const { pupil: both, lm } = pupil(shelf);
  await both.learn("ann", "one", {});
  const update = shelf.update.bind(shelf);
  shelf.update = async () => {
    throw new StoreError("the database is locked");
  };
  await expect(both.speakFor("bob")).rejects.toThrow("locked");
  expect(lm.speaksFor).toBeNull();
  shelf.update = update;
  await both.speakFor("bob");
  expect(lm.speaksFor).toEqual([]);
});
