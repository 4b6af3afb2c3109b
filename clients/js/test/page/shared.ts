/** Editors of a text that is shared through Y.js, whose undo manager keeps the history. It does not know how it travels. */

import { yCollab } from "y-codemirror.next";
import { redo, undo, ySyncPlugin, yUndoPlugin, yUndoPluginKey } from "y-prosemirror";
import { keymap } from "prosemirror-keymap";
import { Awareness } from "y-protocols/awareness";
import { Doc, UndoManager } from "yjs";
import { makeCodeMirror } from "../../demo/editors/codemirror.js";
import type { Made, Named } from "../../demo/editors/made.js";
import { makeProseMirror } from "../../demo/editors/prosemirror.js";
import { yUndoManagerKeymap } from "y-codemirror.next";
import { keymap as codeMirrorKeys } from "@codemirror/view";

/** How many updates a shared document has sent to its other writers. */
export interface Shared extends Made {
  updates(): number;
}

export function sharedCodeMirror(parent: Element, named: Named): Shared {
  const doc = new Doc();
  const text = doc.getText("text");
  const undoManager = new UndoManager(text);
  const past = [yCollab(text, new Awareness(doc), { undoManager }), codeMirrorKeys.of(yUndoManagerKeymap)];
  const made = makeCodeMirror(parent, named, [], past);
  const endUndoStep = (): void => undoManager.stopCapturing();
  return { ...made, ...counted(doc, undoManager), attach: (options) => made.attach({ ...options, endUndoStep }) };
}

export function sharedProseMirror(parent: Element, named: Named): Shared {
  const doc = new Doc();
  const keys = keymap({ "Mod-z": undo, "Mod-Shift-z": redo });
  const made = makeProseMirror(parent, named, [ySyncPlugin(doc.getXmlFragment("text")), yUndoPlugin(), keys]);
  const { undoManager } = yUndoPluginKey.getState(made.view.state) as { undoManager: UndoManager };
  const endUndoStep = (): void => undoManager.stopCapturing();
  return { ...made, ...counted(doc, undoManager), attach: (options) => made.attach({ ...options, endUndoStep }) };
}

function counted(doc: Doc, undoManager: UndoManager): Pick<Shared, "updates" | "depth"> {
  let updates = 0;
  doc.on("update", () => updates++);
  return { updates: () => updates, depth: () => undoManager.undoStack.length };
}
