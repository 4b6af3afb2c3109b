/** Lexical in React with the typeahead menu of its own package: people to mention after an @. */

import { LexicalComposer } from "@lexical/react/LexicalComposer";
import { useLexicalComposerContext } from "@lexical/react/LexicalComposerContext";
import { ContentEditable } from "@lexical/react/LexicalContentEditable";
import { LexicalErrorBoundary } from "@lexical/react/LexicalErrorBoundary";
import { RichTextPlugin } from "@lexical/react/LexicalRichTextPlugin";
import { LexicalTypeaheadMenuPlugin, MenuOption, useBasicTypeaheadTriggerMatch } from "@lexical/react/LexicalTypeaheadMenuPlugin";
import { $getRoot, $getSelection, type LexicalEditor, type TextNode } from "lexical";
import { createElement as h, useState, type ReactNode } from "react";
import { createPortal, flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import type { Made, Named } from "../../demo/editors/made.js";
import { attachLexical } from "../../src/adapters/lexical.js";

const PEOPLE = ["Susan", "Suleika", "Sven"].map((name) => new MenuOption(name));

export function makeTypeahead(parent: Element, named: Named): Made {
  const root = createRoot(parent);
  let editor: LexicalEditor | undefined;
  flushSync(() => root.render(h(Composer, { named, onEditor: (made: LexicalEditor) => (editor = made) })));
  if (!editor) throw new Error("React has not made the editor");
  const made = editor;
  return {
    attach: (options) => attachLexical(made, { ...options, $getSelection }),
    text: () => made.read(() => $getRoot().getTextContent().replaceAll("\n\n", "\n")),
    depth: () => 0,
    setEditable: (on) => made.setEditable(on),
    turnIntoCode: () => undefined,
    destroy: () => root.unmount(),
  };
}

function Composer({ named, onEditor }: { named: Named; onEditor: (editor: LexicalEditor) => void }): ReactNode {
  const initialConfig = { namespace: named.id, onError: (error: Error): never => { throw error; } };
  const contentEditable = h(ContentEditable, { id: named.id, ariaLabel: named.label });
  const text = h(RichTextPlugin, { contentEditable, ErrorBoundary: LexicalErrorBoundary });
  return h(LexicalComposer, { initialConfig, children: [text, h(People), h(Editor, { onEditor })].map((child, key) => h("div", { key }, child)) });
}

function Editor({ onEditor }: { onEditor: (editor: LexicalEditor) => void }): null {
  const [editor] = useLexicalComposerContext();
  onEditor(editor);
  return null;
}

function People(): ReactNode {
  const [query, setQuery] = useState<string | null>(null);
  const triggerFn = useBasicTypeaheadTriggerMatch("@", { minLength: 0 });
  const options = PEOPLE.filter(({ key }) => key.toLowerCase().startsWith(query?.toLowerCase() ?? "-"));
  return h(LexicalTypeaheadMenuPlugin<MenuOption>, {
    options,
    triggerFn,
    onQueryChange: setQuery,
    onSelectOption: (option: MenuOption, begun: TextNode | null, close: () => void) => {
      begun?.setTextContent(`@${option.key}`);
      close();
    },
    menuRenderFn: (anchor, { selectedIndex }) => anchor.current && options.length ? createPortal(menu(selectedIndex), anchor.current) : null,
  });

  function menu(selected: number | null): ReactNode {
    return h("ul", null, options.map(({ key }, i) => h("li", { key, id: `typeahead-item-${i}`, "aria-selected": i === selected }, key)));
  }
}
