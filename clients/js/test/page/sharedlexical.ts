/** A Lexical editor of a text shared through Y.js, bound as its React plugin binds it. It does not know how it travels. */

import { createUndoManager, createYjsBinding, initLocalState } from "@lexical/yjs";
import { syncLexicalUpdateToYjs, syncYjsChangesToLexical } from "@lexical/yjs";
import type { Binding, Provider, UserState } from "@lexical/yjs";
import { $createParagraphNode, $createTextNode, $getRoot, createEditor } from "lexical";
import { COMMAND_PRIORITY_EDITOR, REDO_COMMAND, UNDO_COMMAND } from "lexical";
import type { LexicalEditor } from "lexical";
import { Awareness } from "y-protocols/awareness";
import { Doc, UndoManager, applyUpdate, encodeStateAsUpdate } from "yjs";
import { makeLexical, type Past } from "../../demo/editors/lexical.js";
import type { Named } from "../../demo/editors/made.js";
import { counted, type Shared } from "./shared.js";

const PUBLISHED = Symbol.for("@lexical/yjs/UndoManager"); // as the plugin does

export function sharedLexical(parent: Element, named: Named): Shared {
  const doc = new Doc();
  const made = makeLexical(parent, named, (editor) => pastOf(editor, bound(editor, doc)));
  return { ...made, ...counted(doc), joined: (words) => joinedBy(doc, words) };
}

/** What is written goes into `doc`, and what others put there comes into the editor. */
function bound(editor: LexicalEditor, doc: Doc): Binding {
  const binding = createYjsBinding({ editor, id: "text", doc, docMap: new Map([["text", doc]]) });
  const provider = localProvider(doc);
  initLocalState(provider, "me", "black", true, {});
  editor.registerUpdateListener(({ prevEditorState, editorState, dirtyElements, dirtyLeaves, normalizedNodes, tags }) => {
    syncLexicalUpdateToYjs(binding, provider, prevEditorState, editorState, dirtyElements, dirtyLeaves, normalizedNodes, tags);
  });
  binding.root.getSharedType().observeDeep((events, { origin }) => {
    if (origin !== binding) syncYjsChangesToLexical(binding, provider, events, origin instanceof UndoManager);
  });
  return binding;
}

function pastOf(editor: LexicalEditor, binding: Binding): Past {
  const undoManager = createUndoManager(binding, binding.root.getSharedType());
  Object.assign(editor, { [PUBLISHED]: undoManager });
  const ends = [
    editor.registerCommand(UNDO_COMMAND, () => undoManager.undo() !== undefined, COMMAND_PRIORITY_EDITOR),
    editor.registerCommand(REDO_COMMAND, () => undoManager.redo() !== undefined, COMMAND_PRIORITY_EDITOR),
  ];
  return { depth: () => undoManager.undoStack.length, end: () => ends.forEach((end) => end()) };
}

/** Another writer's editor, on a copy of the document, puts a paragraph before the first one. */
function joinedBy(doc: Doc, words: string): void {
  const copy = new Doc();
  const editor = createEditor({ namespace: "other" });
  editor.setRootElement(document.createElement("div")); // without one it commits nothing
  bound(editor, copy);
  applyUpdate(copy, encodeStateAsUpdate(doc));
  editor.read(() => undefined); // what came in is committed by itself: together with it, what is written would not be sent
  const paragraph = (): void => void $getRoot().splice(0, 0, [$createParagraphNode().append($createTextNode(words))]);
  editor.update(paragraph, { discrete: true });
  applyUpdate(doc, encodeStateAsUpdate(copy));
}

/** A provider that reaches nobody: the bench carries updates itself. */
function localProvider(doc: Doc): Provider {
  const awareness = new Awareness(doc);
  const quiet = (): void => undefined;
  return {
    awareness: {
      getLocalState: () => awareness.getLocalState() as UserState | null,
      getStates: () => awareness.getStates() as Map<number, UserState>,
      setLocalState: (state) => awareness.setLocalState(state),
      setLocalStateField: (field, value) => awareness.setLocalStateField(field, value),
      on: (type, heard) => awareness.on(type, heard),
      off: (type, heard) => awareness.off(type, heard),
    },
    connect: quiet,
    disconnect: quiet,
    on: quiet,
    off: quiet,
  };
}
