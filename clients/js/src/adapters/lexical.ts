/**
 * Lexical: text and selection as the editor draws them, an accept as an update of its own in the history.
 *
 * It imports types only, and is handed the one function of the library it needs. It does not know the nodes of an editor.
 */

import type { $getSelection, LexicalEditor, RangeSelection } from "lexical";
import type { Attached } from "../field/attached.js";
import type { Refusal } from "../field/refusal.js";
import { attachField, type EditorOptions } from "../options.js";
import { EditableField } from "./contenteditable.js";

const SHARED_HISTORY = Symbol.for("@lexical/yjs/UndoManager"); // where Lexical's plugin for Y.js leaves its undo manager
const OWN_STEP = { discrete: true, tag: "history-push" } as const;

export interface LexicalOptions extends EditorOptions {
  /** The function of this name that `lexical` exports. */
  readonly $getSelection: typeof $getSelection;
}

/** Show grey text in an editor until `detach` is called.
 *  Throws a TypeError for an editor without a root element: attach it once it is on the page. */
export function attachLexical(editor: LexicalEditor, options: LexicalOptions): Attached {
  const attached = attachField(new LexicalField(editor, options), options);
  const tell = (): void => attached.update();
  const ends = [editor.registerUpdateListener(tell), editor.registerEditableListener(tell)];
  attached.ended.addEventListener("abort", () => ends.forEach((end) => end()));
  return attached;
}

export class LexicalField extends EditableField {
  readonly hasModel = true;
  readonly #editor: LexicalEditor;
  readonly #options: LexicalOptions;

  constructor(editor: LexicalEditor, options: LexicalOptions) {
    super(rootOf(editor));
    this.#editor = editor;
    this.#options = options;
  }

  override insert(text: string, replaced = 0): void {
    const { $getSelection } = this.#options;
    this.#endUndoStep();
    this.#editor.update(() => {
      const selection = $getSelection();
      for (let i = 0; i < replaced; i++) (selection as RangeSelection | null)?.modify("extend", true, "character");
      selection?.insertRawText(text);
    }, OWN_STEP);
    this.#editor.update(() => touch($getSelection()), { discrete: true }); // typing that follows is a step of its own
    this.#endUndoStep();
  }

  override refusal(): Refusal | null {
    return this.#editor.isEditable() ? super.refusal() : "read-only";
  }

  #endUndoStep(): void {
    const { [SHARED_HISTORY]: shared } = this.#editor as { [SHARED_HISTORY]?: { stopCapturing(): void } };
    shared?.stopCapturing();
    this.#options.endUndoStep?.();
  }
}

function rootOf(editor: LexicalEditor): HTMLElement {
  const root = editor.getRootElement();
  if (!root) throw new TypeError("attachLexical: found an editor without a root element, wanted one that is on the page");
  return root;
}

/** An update that changes nothing is no update; one that writes the selection anew is. */
function touch(selection: ReturnType<typeof $getSelection>): void {
  if (selection) selection.dirty = true;
}
