/** Editors that draw more than their text says: a bold word, and a badge before the caret that is in no document. */

import { Decoration, EditorView, ViewPlugin, WidgetType } from "@codemirror/view";
import { Plugin } from "prosemirror-state";
import { Decoration as Inline, DecorationSet } from "prosemirror-view";
import { makeCodeMirror } from "../../demo/editors/codemirror.js";
import type { Made, Named } from "../../demo/editors/made.js";
import { makeProseMirror } from "../../demo/editors/prosemirror.js";

const BADGE_AT = 4; // characters into the line
const BOLD = { attributes: { style: "font-weight: bold" } };

class Badge extends WidgetType {
  override toDOM(): HTMLElement {
    return badge();
  }
}

export function decoratedCodeMirror(parent: Element, named: Named): Made {
  const marks = (view: EditorView) =>
    view.state.doc.length < BADGE_AT
      ? Decoration.none
      : Decoration.set([Decoration.mark(BOLD).range(0, BADGE_AT), Decoration.widget({ widget: new Badge() }).range(BADGE_AT)]);
  const plugin = ViewPlugin.define(() => ({}), { provide: () => EditorView.decorations.of(marks) });
  return makeCodeMirror(parent, named, plugin);
}

export function decoratedProseMirror(parent: Element, named: Named): Made {
  const plugin = new Plugin({
    props: {
      decorations: ({ doc }) =>
        doc.content.size < BADGE_AT + 2
          ? DecorationSet.empty
          : DecorationSet.create(doc, [Inline.inline(1, 1 + BADGE_AT, BOLD.attributes), Inline.widget(1 + BADGE_AT, badge)]),
    },
  });
  return makeProseMirror(parent, named, [plugin]);
}

function badge(): HTMLElement {
  const made = document.createElement("span");
  made.textContent = "[1]";
  made.contentEditable = "false";
  return made;
}
