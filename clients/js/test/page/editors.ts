/**
 * The page of editors that the browser tests drive: one of each library, attached with one line, made anew by `reset`.
 *
 * It does not know the tests.
 */

import { makeCodeMirror } from "../../demo/editors/codemirror.js";
import { makeLexical } from "../../demo/editors/lexical.js";
import type { Made } from "../../demo/editors/made.js";
import { makeProseMirror } from "../../demo/editors/prosemirror.js";
import { makeTiptap } from "../../demo/editors/tiptap.js";
import type { Attached, EditorOptions } from "../../src/index.js";
import { frameFor, type Bench } from "./bench.js";
import { makeControlled } from "./controlled.js";
import { decoratedCodeMirror, decoratedProseMirror } from "./decorated.js";
import { pluggedCodeMirror, pluggedProseMirror } from "./plugged.js";
import { sharedCodeMirror, sharedProseMirror } from "./shared.js";
import { sharedLexical } from "./sharedlexical.js";
import { makeTypeahead } from "./typeahead.js";

const MAKERS = { codemirror: makeCodeMirror, prosemirror: makeProseMirror, tiptap: makeTiptap, lexical: makeLexical };
const RARE = {
  controlled: makeControlled,
  typeahead: makeTypeahead,
  decoratedcodemirror: decoratedCodeMirror,
  decoratedprosemirror: decoratedProseMirror,
  pluggedcodemirror: pluggedCodeMirror,
  pluggedprosemirror: pluggedProseMirror,
  sharedcodemirror: sharedCodeMirror,
  sharedprosemirror: sharedProseMirror,
  sharedlexical: sharedLexical,
};

const bench: Bench = { made: {}, attached: {}, ownTabs: 0, textOf, reset, make, attachTo };
Object.assign(window, bench);

function reset(): void {
  for (const each of Object.values(window.attached)) each.detach();
  for (const each of Object.values(window.made)) each.destroy();
  document.querySelector("#editors")?.replaceChildren();
  Object.assign(window, { made: {}, attached: {}, ownTabs: 0 });
  for (const [name, maker] of Object.entries(MAKERS)) add(name, maker(frameFor(name), namedAs(name)));
}

/** Add an editor that few tests need. */
function make(name: keyof typeof RARE): void {
  add(name, RARE[name](frameFor(name), namedAs(name)));
}

function add(name: string, made: Made): void {
  window.made[name] = made;
  window.attached[name] = made.attach({ user: "me" });
}

/** Attach an editor anew with other options. */
function attachTo(name: string, options: EditorOptions): void {
  const made = window.made[name];
  window.attached[name]?.detach();
  if (made) window.attached[name] = made.attach(options);
}

function namedAs(id: string): { id: string; label: string; onTab: () => void } {
  return { id, label: `Text in ${id}`, onTab: () => void window.ownTabs++ };
}

function textOf(id: string): string {
  return window.made[id]?.text() ?? "";
}

declare global {
  interface Window extends Bench {
    made: Record<string, Made>;
    attached: Record<string, Attached>;
  }
}

reset();
