/** Claims about what is read from words alone: which names send, where a quotation begins. */

import { describe, expect, it } from "vitest";
import { beforeQuotedLines, withoutIntroduction } from "../src/surroundings/quote.js";
import { tidy } from "../src/surroundings/seen.js";
import { isSendKey, isSendName } from "../src/writing/gestures.js";

describe("a button", () => {
  it.each(["Send", "Send \u202a(Ctrl-Enter)\u202c", "Senden", "Envoyer", "Reply", "送信", "Надіслати (Ctrl+Enter)", " Post "])(
    "called %s sends",
    (name) => expect(isSendName(name)).toBe(true),
  );

  it.each(["Sender settings", "Cancel", "", "Postpone", "Archive", "Resend?"])("called %s does not", (name) =>
    expect(isSendName(name)).toBe(false),
  );
});

describe("Enter", () => {
  const key = { key: "Enter", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, isComposing: false } as KeyboardEvent;

  it("sends in a chat, elsewhere with Ctrl or Cmd, never while an input method composes", () => {
    expect(isSendKey(key, true)).toBe(true);
    expect(isSendKey(key, false)).toBe(false);
    expect(isSendKey({ ...key, ctrlKey: true }, false)).toBe(true);
    expect(isSendKey({ ...key, metaKey: true }, false)).toBe(true);
    expect(isSendKey({ ...key, shiftKey: true }, true)).toBe(false);
    expect(isSendKey({ ...key, isComposing: true }, true)).toBe(false);
  });
});

describe("quoted text", () => {
  it("ends what the writer wrote, with the line that introduces it", () => {
    expect(beforeQuotedLines("Fine by me.\n\nOn Monday Susan wrote:\n> Shall we?\n> Susan")).toBe("Fine by me.\n");
    expect(beforeQuotedLines("No quote: 3 > 2\nstill mine")).toBe("No quote: 3 > 2\nstill mine");
    expect(beforeQuotedLines("Yes\n> Shall we?")).toBe("Yes");
  });

  it("is answered without its introduction, which stands at its top or not at all", () => {
    expect(withoutIntroduction("On Mon, Mar 2, 2026 Susan <s@example.com> wrote:\nShall we?")).toBe("Shall we?");
    expect(withoutIntroduction("Shall we?")).toBe("Shall we?");
    const late = `${"x\n".repeat(300)}On Monday he wrote:\nearlier`;
    expect(withoutIntroduction(late)).toBe(late);
  });
});

describe("text that is seen", () => {
  it("has no doubled blanks, no piles of empty lines and an end", () => {
    expect(tidy("a\u00a0 b \n\n\n\n c")).toBe("a b\n\nc");
    expect(tidy("x".repeat(9000))).toHaveLength(4000);
  });
});
