/** Claims about what is asked of a server and what is shown of its answers, with a real one on this machine. */

import { expect, test } from "vitest";
import { says, worldWith } from "./world.js";

test("a suggestion replaces the word under the caret", async () => {
  const world = await worldWith(says("ow ", "eel "));
  expect(await world.see("Please let me kn¦")).toEqual({ id: "a1", typed: "kn", texts: ["know ", "kneel "] });
});

test("text, what follows, user, session and what surrounds it reach the server", async () => {
  const world = await worldWith(says("ow "));
  world.settings = { ...world.settings, token: "secret" };
  await world.see("Subject: Plan\n\nlet me kn¦\n\nMe", { kind: "mail" });
  expect(world.asked[0]).toMatchObject({ text: "let me kn", suffix: "\n\nMe", user: "me", session: "s", n: 1, deadline_ms: 60 });
  expect(world.asked[0]?.context).toEqual({ kind: "email", subject: "Plan", previous: "", to: [] });
  expect(world.tokens).toEqual(["Bearer secret"]);
});

test("without a user none is named", async () => {
  const world = await worldWith(says("ow "));
  world.settings = { ...world.settings, user: null };
  await world.see("kn¦");
  expect(world.asked[0]).not.toHaveProperty("user");
});

test("typing through a suggestion and going back ask nobody", async () => {
  const world = await worldWith(says("now if "));
  await world.see("let me k¦");
  expect((await world.see("let me know i¦"))?.texts).toEqual(["if "]);
  expect((await world.see("let me k¦"))?.texts).toEqual(["know if "]);
  expect(world.asked.length).toBe(1);
});

test("another letter, another subject and a key that asks do ask", async () => {
  const world = await worldWith(says("ow "));
  for (const text of ["Subject: A\n\nkn¦", "Subject: A\n\nkit¦", "Subject: B\n\nkn¦"]) await world.see(text, { kind: "mail" });
  await world.see("Subject: B\n\nkn¦", { kind: "mail", isAsked: true });
  expect(world.asked.map(({ n }) => n)).toEqual([1, 1, 1, 3]);
});

test("a silence is kept, but not one for want of time", async () => {
  const world = await worldWith({ silence: "unsure" });
  expect(await world.see("x¦")).toBeNull();
  expect(await world.see("x¦")).toBeNull();
  expect(world.asked.length).toBe(1);
  world.answers = [{ silence: "deadline" }, says("now ")];
  expect((await world.see("k¦"))?.texts).toEqual(["know "]);
});

test("a server that is always late is asked three times a key", async () => {
  const world = await worldWith({ silence: "deadline" });
  expect(await world.see("k¦")).toBeNull();
  expect(world.asked.length).toBe(3);
});

test("in headers, quotes and secrets nobody is asked", async () => {
  const world = await worldWith(says("ow "));
  for (const text of ["Subject: kn¦\n\nHi", "> kn¦"]) expect(await world.see(text, { kind: "mail" })).toBeNull();
  expect(world.asked).toEqual([]);
});

test("no space is doubled before what follows", async () => {
  const world = await worldWith(says("ow "));
  expect((await world.see("kn¦ more"))?.texts).toEqual(["know"]);
});

test("a question that is called off ends at the server", async () => {
  const world = await worldWith("wait");
  const calling = new AbortController();
  const found = world.see("k¦", {}, calling.signal);
  while (!world.asked.length) await new Promise(setImmediate);
  calling.abort();
  expect(await found).toBeNull();
  while (!world.aborted) await new Promise(setImmediate);
  expect(world.troubles).toEqual([]);
});

test("a server's delay is kept, and a new key ends it", async () => {
  const world = await worldWith({ ...says("now "), delay_ms: 60_000 });
  const calling = new AbortController();
  const found = world.see("k¦", {}, calling.signal);
  while (!world.troubles.length) await new Promise(setImmediate);
  calling.abort();
  expect(await found).toBeNull();
  expect((await world.see("k¦", { isAsked: true }))?.texts).toEqual(["know "]);
});

test("a server that hangs up is left in peace ever longer, and found again by itself", async () => {
  const world = await worldWith("hang up");
  expect(await world.see("a¦")).toBeNull();
  expect(await world.see("b¦")).toBeNull();
  expect(world.asked.length).toBe(1);
  world.now = 1000;
  await world.see("c¦");
  world.now = 2999;
  await world.see("d¦");
  expect(world.asked.length).toBe(2);
  [world.now, world.answers] = [3000, [says("now ")]];
  expect((await world.see("k¦"))?.texts).toEqual(["know "]);
  const away = `${world.settings.server} does not answer: is \`foretype serve\` running there?`;
  expect(world.troubles).toEqual([away, away, ""]);
});

test("a key that asks does not wait for the pause to end", async () => {
  const world = await worldWith(503, says("now "));
  await world.see("k¦");
  expect((await world.see("k¦", { isAsked: true }))?.texts).toEqual(["know "]);
  expect(world.troubles).toEqual([`${world.settings.server} refuses: not like this.`, ""]);
});

test("a server that wants its token says which command keeps it", async () => {
  const world = await worldWith(401);
  await world.see("k¦");
  expect(world.troubles[0]).toContain("Set the Server's Token");
});

test("an address that is none is told, and nothing is thrown", async () => {
  const world = await worldWith(says("now "));
  world.settings = { server: "nowhere", user: null };
  expect(await world.see("k¦")).toBeNull();
  expect(world.troubles[0]).toContain("nowhere does not answer");
});

test("what was taken is told, and what was written is learned for a user only", async () => {
  const world = await worldWith(says("now "));
  await world.engine.report({ id: "a1", outcome: "accepted", characters: 0 });
  await world.engine.learn("See you.", { kind: "note" });
  world.settings = { ...world.settings, user: null };
  await world.engine.learn("See you.", { kind: "note" });
  expect(world.reports).toEqual([{ id: "a1", outcome: "accepted", characters: 0 }]);
  expect(world.taught).toEqual([{ user: "me", text: "See you.", context: { kind: "note" } }]);
});
