/** A plain ProseMirror editor with the basic schema. */

import { baseKeymap, chainCommands, exitCode, setBlockType, toggleMark } from "prosemirror-commands";
import { history, redo, undo, undoDepth } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import type { Node } from "prosemirror-model";
import { schema } from "prosemirror-schema-basic";
import { EditorState, type Command, type Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { attachProseMirror } from "../../src/adapters/prosemirror.js";
import type { Made, Named } from "./made.js";

const newLine: Command = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(schema.nodes.hard_break.create()).scrollIntoView());
  return true;
});

/** An editor on `parent`; `past` keeps the history and may bring more. */
export function makeProseMirror(parent: Element, named: Named, past: readonly Plugin[] = ownHistory()): Made & { view: EditorView } {
  const tab: Command = () => (named.onTab?.(), false);
  const keys = { Tab: tab, "Mod-b": toggleMark(schema.marks.strong), "Shift-Enter": newLine };
  const state = EditorState.create({ schema, plugins: [...past, keymap(keys), keymap(baseKeymap)] });
  let isEditable = true;
  const attributes = { id: named.id, role: "textbox", "aria-multiline": "true", "aria-label": named.label };
  const view = new EditorView(parent, { state, attributes, editable: () => isEditable });
  return {
    view,
    attach: (options) => attachProseMirror(view, options),
    text: () => linesOf(view.state.doc),
    depth: () => Number(undoDepth(view.state)),
    setEditable: (on) => {
      isEditable = on;
      view.setProps({});
    },
    turnIntoCode: () => void setBlockType(schema.nodes.code_block)(view.state, view.dispatch),
    destroy: () => view.destroy(),
  };
}

/** A document's text, blocks and breaks as lines. */
export function linesOf(doc: Node): string {
  return doc.textBetween(0, doc.content.size, "\n", (leaf) => leaf.type.spec.leafText?.(leaf) ?? "\n");
}

function ownHistory(): Plugin[] {
  return [history(), keymap({ "Mod-z": undo, "Mod-Shift-z": redo, "Mod-y": redo })];
}
