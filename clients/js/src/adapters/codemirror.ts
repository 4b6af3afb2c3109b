/**
 * CodeMirror 6: text and selection from the editor's state, an accept as a transaction, the place from its layout.
 *
 * It uses the library through the view it is given and imports types only. It does not know the extensions of an editor.
 */

import type { Extension, StateEffect } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { FieldText } from "../core/types.js";
import type { Attached } from "../field/attached.js";
import type { Box } from "../field/box.js";
import { partRound } from "../field/part.js";
import type { Refusal } from "../field/refusal.js";
import { attachField, type EditorOptions } from "../options.js";
import { EditableField } from "./contenteditable.js";


/** Who is told of a view's updates. An editor keeps what is appended to it, so each is given one listener for good. */
const told = new WeakMap<EditorView, { readonly listener: (update: ViewUpdate) => void; attached: Attached | null }>();

/** Show grey text in an editor, until its state is replaced with `setState` or `detach` is called. */
export function attachCodeMirror(view: EditorView, options: EditorOptions = {}): Attached {
  const attached = codeMirrorValue(options)(view);
  const { updateListener } = view.constructor as typeof EditorView; // the editor's own copy of the library:
  const known = told.get(view);
  const isKnown = known && view.state.facet(updateListener).includes(known.listener);
  const ear = isKnown ? known : { listener: () => ear.attached?.update(), attached: null as Attached | null };
  ear.attached = attached;
  attached.ended.addEventListener("abort", () => (ear.attached === attached ? (ear.attached = null) : null));
  if (!isKnown) append(view, updateListener.of(ear.listener));
  told.set(view, ear);
  return attached;
}

function append(view: EditorView, extension: Extension): void {
  const effect = (view.constructor as typeof EditorView).announce.of(""); // another copy's classes mean nothing to it
  const { appendConfig } = effect.constructor as typeof StateEffect;
  view.dispatch({ effects: appendConfig.of(extension) });
}

/** The same as an extension: `ViewPlugin.define(codeMirrorValue(options))`. */
export function codeMirrorValue(options: EditorOptions = {}): (view: EditorView) => Attached {
  return (view) => attachField(new CodeMirrorField(view, options.endUndoStep), options);
}

export class CodeMirrorField extends EditableField {
  readonly hasModel = true;
  readonly #view: EditorView;
  readonly #endUndoStep: () => void;

  constructor(view: EditorView, endUndoStep: () => void = () => undefined) {
    super(view.contentDOM);
    this.#view = view;
    this.#endUndoStep = endUndoStep;
  }

  /** Several carets are a selection from the first to the last. */
  override read(): FieldText {
    const { doc, selection } = this.#view.state;
    const { ranges, main } = selection;
    const { from, to } = partRound(main.head, doc.length);
    const place = (at: number): number => Math.max(0, Math.min(to, at) - from);
    return { text: doc.sliceString(from, to), start: place(ranges[0]?.from ?? main.from), end: place(ranges.at(-1)?.to ?? main.to) };
  }

  override insert(text: string, replaced = 0): void {
    const view = this.#view;
    const { head } = view.state.selection.main;
    const from = head - replaced;
    const change = { changes: { from, to: head, insert: text }, selection: { anchor: from + text.length } };
    this.#endUndoStep();
    view.dispatch({ ...change, userEvent: "input.complete", scrollIntoView: true }); // no typing, so a step of its own
    view.dispatch({ selection: view.state.selection }); // which typing that follows does not join
    this.#endUndoStep();
  }

  override refusal(): Refusal | null {
    return this.#view.state.readOnly ? "read-only" : super.refusal();
  }

  protected override node(): Node {
    return this.#view.domAtPos(this.#view.state.selection.main.head).node;
  }

  protected override caret(): Box | null {
    const rect = this.#view.coordsAtPos(this.#view.state.selection.main.head, -1);
    return rect && { left: rect.left, top: rect.top, width: 0, height: rect.bottom - rect.top };
  }
}
