/** Editors that bring grey text along as an extension of their own, and take it away when they are destroyed. */

import { ViewPlugin } from "@codemirror/view";
import { keymap } from "prosemirror-keymap";
import { history, redo, undo } from "prosemirror-history";
import { Plugin } from "prosemirror-state";
import { makeCodeMirror } from "../../demo/editors/codemirror.js";
import type { Made, Named } from "../../demo/editors/made.js";
import { makeProseMirror } from "../../demo/editors/prosemirror.js";
import { codeMirrorValue } from "../../src/adapters/codemirror.js";
import { proseMirrorView } from "../../src/adapters/prosemirror.js";

export function pluggedCodeMirror(parent: Element, named: Named): Made {
  const plugin = ViewPlugin.define(codeMirrorValue({ user: "me" }));
  const made = makeCodeMirror(parent, named, plugin);
  return { ...made, attach: () => found(made.view.plugin(plugin)) };
}

export function pluggedProseMirror(parent: Element, named: Named): Made {
  const view = proseMirrorView({ user: "me" });
  let attached: ReturnType<typeof view> | null = null;
  const plugin = new Plugin({ view: (editor) => (attached = view(editor)) });
  const made = makeProseMirror(parent, named, [plugin, history(), keymap({ "Mod-z": undo, "Mod-Shift-z": redo })]);
  return { ...made, attach: () => found(attached) };
}

function found<Value>(value: Value | null): Value {
  if (value === null) throw new Error("the editor has not made its plugin");
  return value;
}
