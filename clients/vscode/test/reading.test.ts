/** Claims about reading documents, from the file of cases that the language server is held to as well. */

import { expect, test } from "vitest";
import cases from "../../../tests/serve/reading_cases.json";
import { kindOf, ownText, passageAt } from "../src/reading/reading.js";

const LANGUAGES = ["markdown", "plaintext", "git-commit"];

test.each(cases)("$claim", ({ name, language, text, kind, passage, own, opened }) => {
  const [before = "", after = ""] = text.split("¦");
  const found = kindOf({ name, language }, LANGUAGES);
  expect(found).toBe(kind);
  if (!found) return;
  expect(passageAt(found, before + after, before.length)).toEqual(passage);
  expect(ownText(found, before + after, opened).text).toBe(own);
});

test("of a long note the recent part is asked about and only grows", () => {
  const lines = "one line of text\n".repeat(5000);
  const [first = "", second, third] = ["", "a", "ab"].map((more) => passageAt("note", lines + more, lines.length + more.length)?.text);
  expect(first.length).toBeGreaterThanOrEqual(10_000);
  expect(first.length).toBeLessThanOrEqual(20_020);
  expect([second, third]).toEqual([`${first}a`, `${first}ab`]);
});

test("a language that is not wanted is passed over, a mail never is", () => {
  expect(kindOf({ name: "a.md", language: "markdown" }, [])).toBeNull();
  expect(kindOf({ name: "a.eml", language: "plaintext" }, [])).toBe("mail");
  expect(kindOf({ name: "input", language: "scminput" }, ["scminput"])).toBe("commit");
});

test("a document of a megabyte and more is data", () => {
  expect(passageAt("note", "word ".repeat(250_000), 10)).toBeNull();
});
