/**
 * ProseMirror, and Tiptap through its `editor.view`: text and selection from the document, an accept as a transaction.
 *
 * It uses the library through the view it is given and imports types only. It does not know the nodes of a schema.
 */

import type { Node as DocNode } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import type { FieldText } from "../core/types.js";
import type { Attached } from "../field/attached.js";
import type { Box } from "../field/box.js";
import { partRound } from "../field/part.js";
import type { Refusal } from "../field/refusal.js";
import { attachField, type EditorOptions } from "../options.js";
import { EditableField } from "./contenteditable.js";

const CLOSE_HISTORY = "closeHistory$"; // the meta that closeHistory() of prosemirror-history sets

/** Show grey text in an editor until `detach` is called. It watches the editor from outside: a plugin added later would make
 *  those of others end and begin anew, and that of Y.js forgets its history then. */
export function attachProseMirror(view: EditorView, options: EditorOptions = {}): Attached {
  const attached = proseMirrorView(options)(view);
  const { ended } = attached;
  const watcher = new MutationObserver(() => attached.update());
  watcher.observe(view.dom, { childList: true, characterData: true, attributes: true, subtree: true });
  ended.addEventListener("abort", () => watcher.disconnect());
  const soon = (): unknown => requestAnimationFrame(() => attached.update()); // once the editor has heard it too
  document.addEventListener("selectionchange", soon, { signal: ended });
  return attached;
}

/** The same as a plugin: `new Plugin({ view: proseMirrorView(options) })`. */
export function proseMirrorView(options: EditorOptions = {}): (view: EditorView) => Attached {
  return (view) => attachField(new ProseMirrorField(view, options.endUndoStep), options);
}

export class ProseMirrorField extends EditableField {
  readonly hasModel = true;
  readonly #view: EditorView;
  readonly #endUndoStep: () => void;

  constructor(view: EditorView, endUndoStep: () => void = () => undefined) {
    super(view.dom);
    this.#view = view;
    this.#endUndoStep = endUndoStep;
  }

  override read(): FieldText {
    const { doc, selection } = this.#view.state;
    const { from, to } = partRound(selection.to, doc.content.size);
    const before = this.#text(from, selection.from);
    const chosen = this.#text(Math.max(from, selection.from), selection.to);
    const after = this.#text(selection.to, to);
    return { text: before + chosen + after, start: before.length, end: before.length + chosen.length };
  }

  override insert(text: string, replaced = 0): void {
    const view = this.#view;
    const { from } = view.state.selection;
    const change = view.state.tr.setMeta(CLOSE_HISTORY, true);
    if (replaced) change.delete(from - replaced, from);
    text.split("\n").forEach((line, i) => {
      if (i) change.split(change.selection.from);
      if (line) change.insertText(line);
    });
    this.#endUndoStep();
    view.dispatch(change.scrollIntoView());
    view.dispatch(view.state.tr.setMeta(CLOSE_HISTORY, true)); // typing that follows is a step of its own
    this.#endUndoStep();
  }

  override refusal(): Refusal | null {
    const { $from } = this.#view.state.selection;
    if (!$from.parent.inlineContent) return "not-text";
    return $from.parent.type.spec.code ? "code" : super.refusal();
  }

  /** Whether a list of suggestions, such as Tiptap's of people to mention, follows what is typed. */
  isMenuOpen(): boolean {
    const { state } = this.#view;
    return state.plugins.some((plugin) => {
      const found: unknown = plugin.getState(state);
      return typeof found === "object" && found !== null && "active" in found && found.active === true && "query" in found;
    });
  }

  protected override node(): Node {
    return this.#view.domAtPos(this.#view.state.selection.head, -1).node;
  }

  protected override caret(): Box {
    const { left, top, bottom } = this.#view.coordsAtPos(this.#view.state.selection.head, -1);
    return { left, top, width: 0, height: bottom - top };
  }

  /** The document between two positions: text blocks are lines, and what is drawn within a line is read as it is seen. */
  #text(from: number, to: number): string {
    const lines: string[] = [];
    this.#view.state.doc.nodesBetween(from, to, (node, pos) => {
      if (node.isTextblock) lines.push("");
      else if (node.isInline) lines.push((lines.pop() ?? "") + this.#inline(node, pos, from, to));
      return !node.isInline;
    });
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  #inline(node: DocNode, pos: number, from: number, to: number): string {
    if (node.text) return node.text.slice(Math.max(0, from - pos), to - pos);
    const drawn = this.#view.nodeDOM(pos);
    return drawn?.nodeName === "BR" ? "\n" : (node.type.spec.leafText?.(node) ?? drawn?.textContent ?? "");
  }
}
