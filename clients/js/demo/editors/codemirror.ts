/** A CodeMirror editor for prose, with completions of its own for words that begin with a colon. */

import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, undoDepth } from "@codemirror/commands";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { attachCodeMirror } from "../../src/adapters/codemirror.js";
import type { Made, Named } from "./made.js";

const SIGNS = [":thumbs-up", ":thank-you", ":thinking"].map((label) => ({ label }));

const signs: CompletionSource = (context) => {
  const begun = context.matchBefore(/:[\w-]*/);
  return begun && { from: begun.from, options: SIGNS };
};

/** An editor on `parent`; `more` extensions come first, `past` keeps the history. */
export function makeCodeMirror(parent: Element, named: Named, more: Extension = [], past: Extension = history()): Made & { view: EditorView } {
  const readOnly = new Compartment();
  const tab = { key: "Tab", run: () => (named.onTab?.(), false) };
  const attributes = EditorView.contentAttributes.of({ id: named.id, "aria-label": named.label });
  const keys = keymap.of([tab, ...completionKeymap, ...historyKeymap, ...defaultKeymap]);
  const signMenu = autocompletion({ override: [signs], activateOnTypingDelay: 0, interactionDelay: 0 });
  const carets = EditorState.allowMultipleSelections.of(true);
  const extensions = [more, carets, readOnly.of([]), past, keys, signMenu, attributes, EditorView.lineWrapping];
  const view = new EditorView({ parent, extensions });
  return {
    view,
    attach: (options) => attachCodeMirror(view, options),
    text: () => view.state.doc.toString(),
    depth: () => undoDepth(view.state),
    setEditable: (on) => view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(!on)) }),
    turnIntoCode: () => undefined,
    destroy: () => view.destroy(),
  };
}
