/** A Tiptap editor with its starter kit, and people to mention after an @. */

import { Editor, Extension } from "@tiptap/core";
import Mention from "@tiptap/extension-mention";
import { undoDepth } from "@tiptap/pm/history";
import StarterKit from "@tiptap/starter-kit";
import type { SuggestionOptions } from "@tiptap/suggestion";
import { attachProseMirror } from "../../src/adapters/prosemirror.js";
import type { Made, Named } from "./made.js";
import { linesOf } from "./prosemirror.js";

const PEOPLE = ["Susan", "Suleika", "Sven"];

/** An editor on `parent`. */
export function makeTiptap(parent: Element, named: Named): Made & { editor: Editor } {
  const tab = Extension.create({ addKeyboardShortcuts: () => ({ Tab: () => (named.onTab?.(), false) }) });
  const attributes = { id: named.id, role: "textbox", "aria-multiline": "true", "aria-label": named.label };
  const extensions = [StarterKit, tab, Mention.configure({ suggestion: people })];
  const editor = new Editor({ element: parent, extensions, editorProps: { attributes } });
  return {
    editor,
    attach: (options) => attachProseMirror(editor.view, options),
    text: () => linesOf(editor.state.doc),
    depth: () => Number(undoDepth(editor.state)),
    setEditable: (on) => editor.setEditable(on),
    turnIntoCode: () => void editor.commands.setCodeBlock(),
    destroy: () => editor.destroy(),
  };
}

/** A list under the editor; Tab or Enter takes the first name. */
const people: Partial<SuggestionOptions<string>> = {
  items: ({ query }) => PEOPLE.filter((name) => name.toLowerCase().startsWith(query.toLowerCase())),
  render: () => {
    const list = document.createElement("ul");
    let take = (): void => undefined;
    return {
      onStart: ({ editor, items, command }) => {
        editor.view.dom.parentElement?.after(list);
        list.replaceChildren(...items.map(itemOf));
        take = () => command(items[0] === undefined ? "" : { id: items[0] });
      },
      onUpdate: ({ items, command }) => {
        list.replaceChildren(...items.map(itemOf));
        take = () => command(items[0] === undefined ? "" : { id: items[0] });
      },
      onKeyDown: ({ event }) => {
        if (event.key !== "Tab" && event.key !== "Enter") return false;
        take();
        return true;
      },
      onExit: () => list.remove(),
    };
  },
};

function itemOf(name: string): HTMLElement {
  const item = document.createElement("li");
  item.textContent = name;
  return item;
}
