/** A Lexical editor without React: rich text and its history. */

import { $createCodeNode, CodeNode } from "@lexical/code-core";
import { createEmptyHistoryState, registerHistory } from "@lexical/history";
import { HeadingNode, QuoteNode, registerRichText } from "@lexical/rich-text";
import { $createParagraphNode, $getRoot, $getSelection, COMMAND_PRIORITY_LOW, KEY_TAB_COMMAND, createEditor } from "lexical";
import type { LexicalEditor } from "lexical";
import { attachLexical } from "../../src/adapters/lexical.js";
import type { Made, Named } from "./made.js";

const MERGE_WITHIN_MS = 1000; // typing is one step of undo within so long a pause

/** Who keeps an editor's history. */
export interface Past {
  depth(): number;
  end(): void;
}

/** An editor on `parent`; `keep` keeps its history, and may share what is written. */
export function makeLexical(parent: Element, named: Named, keep = ownHistory): Made & { editor: LexicalEditor } {
  const root = document.createElement("div");
  root.contentEditable = "true";
  const attributes = { id: named.id, role: "textbox", "aria-multiline": "true", "aria-label": named.label };
  for (const [name, value] of Object.entries(attributes)) root.setAttribute(name, value);
  parent.append(root);
  const editor = createEditor({ namespace: named.id, nodes: [HeadingNode, QuoteNode, CodeNode], onError: report });
  const past = keep(editor);
  const ends = [registerRichText(editor), () => past.end(), onTab(editor, named)];
  editor.setRootElement(root);
  editor.update(() => void $getRoot().clear().append($createParagraphNode()), { discrete: true, tag: "history-merge" });
  return {
    editor,
    attach: (options) => attachLexical(editor, { ...options, $getSelection }),
    text: () => editor.read(() => $getRoot().getTextContent().replaceAll("\n\n", "\n")),
    depth: () => past.depth(),
    setEditable: (on) => editor.setEditable(on),
    turnIntoCode: () => editor.update(() => void $getRoot().clear().append($createCodeNode()).selectEnd(), { discrete: true }),
    destroy: () => {
      ends.forEach((end) => end());
      editor.setRootElement(null);
      root.remove();
    },
  };
}

function ownHistory(editor: LexicalEditor): Past {
  const past = createEmptyHistoryState();
  return { depth: () => past.undoStack.length, end: registerHistory(editor, past, MERGE_WITHIN_MS) };
}

function onTab(editor: LexicalEditor, named: Named): () => void {
  return editor.registerCommand(KEY_TAB_COMMAND, () => (named.onTab?.(), false), COMMAND_PRIORITY_LOW);
}

function report(error: Error): never {
  throw error;
}
