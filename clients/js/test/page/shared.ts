/** Editors of a text that is shared through Y.js, whose undo manager keeps the history. It does not know how it travels. */

import { keymap as codeMirrorKeys } from "@codemirror/view";
import { keymap } from "prosemirror-keymap";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { redo, undo, ySyncPlugin, yUndoPlugin, yUndoPluginKey } from "y-prosemirror";
import { Awareness } from "y-protocols/awareness";
import { Doc, UndoManager, XmlElement, XmlText, applyUpdate, encodeStateAsUpdate } from "yjs";
import { makeCodeMirror } from "../../demo/editors/codemirror.js";
import type { Made, Named } from "../../demo/editors/made.js";
import { makeProseMirror } from "../../demo/editors/prosemirror.js";

/** How many updates a shared document has sent to its other writers. */
export interface Shared extends Made {
  updates(): number;
  /** Another writer puts a paragraph before the first one. */
  joined(words: string): void;
}

export function sharedCodeMirror(parent: Element, named: Named): Shared {
  const doc = new Doc();
  const text = doc.getText("text");
  const undoManager = new UndoManager(text);
  const past = [yCollab(text, new Awareness(doc), { undoManager }), codeMirrorKeys.of(yUndoManagerKeymap)];
  const made = makeCodeMirror(parent, named, [], past);
  const endUndoStep = (): void => undoManager.stopCapturing();
  const joined = (words: string): void => byOther(doc, (copy) => copy.getText("text").insert(0, `${words}\n`));
  const depth = (): number => undoManager.undoStack.length;
  return { ...made, ...counted(doc), depth, joined, attach: (options) => made.attach({ ...options, endUndoStep }) };
}

export function sharedProseMirror(parent: Element, named: Named): Shared {
  const doc = new Doc();
  const keys = keymap({ "Mod-z": undo, "Mod-Shift-z": redo });
  const made = makeProseMirror(parent, named, [ySyncPlugin(doc.getXmlFragment("text")), yUndoPlugin(), keys]);
  const { undoManager } = yUndoPluginKey.getState(made.view.state) as { undoManager: UndoManager };
  const endUndoStep = (): void => undoManager.stopCapturing();
  const joined = (words: string): void => byOther(doc, (copy) => copy.getXmlFragment("text").insert(0, [paragraphOf(words)]));
  const depth = (): number => undoManager.undoStack.length;
  return { ...made, ...counted(doc), depth, joined, attach: (options) => made.attach({ ...options, endUndoStep }) };
}

/** What somebody else does to a copy of the document comes into it as an update. */
function byOther(doc: Doc, change: (copy: Doc) => void): void {
  const copy = new Doc();
  applyUpdate(copy, encodeStateAsUpdate(doc));
  change(copy);
  applyUpdate(doc, encodeStateAsUpdate(copy));
}

function paragraphOf(words: string): XmlElement {
  const paragraph = new XmlElement("paragraph");
  paragraph.insert(0, [new XmlText(words)]);
  return paragraph;
}

/** Counts what a document sends. */
export function counted(doc: Doc): Pick<Shared, "updates"> {
  let updates = 0;
  doc.on("update", () => updates++);
  return { updates: () => updates };
}
