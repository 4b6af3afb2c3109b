/** What the demo and the tests ask of an editor, whichever library it is made with. It does not know the libraries. */

import type { Attached, EditorOptions } from "../../src/index.js";

export interface Made {
  attach(options: EditorOptions): Attached;
  /** The document's text as the library keeps it, blocks as lines. */
  text(): string;
  /** How many steps can be undone. */
  depth(): number;
  setEditable(on: boolean): void;
  /** Turn the block that the caret is in into code; nothing where a library has no such blocks. */
  turnIntoCode(): void;
  destroy(): void;
}

/** The attributes of an editor's writing surface. */
export interface Named {
  readonly id: string;
  readonly label: string;
  /** Called when the editor's own key map sees Tab. */
  readonly onTab?: () => void;
}
