/**
 * What an adapter knows of one kind of field: reading it, putting text in, and where grey text lies.
 *
 * It does not know keys, questions or answers.
 */

import type { FieldText } from "../core/types.js";
import type { Layer } from "./layer.js";
import type { Refusal } from "./refusal.js";

/** Who tells of keys: a window, or something that listens to one. */
export type KeySource = Pick<EventTarget, "addEventListener">;

export interface Field {
  /** The element that has the focus while the field is written in. */
  readonly element: HTMLElement;
  /** Where its keys are waited for, if not at the element: at the window they come by before any listener of the page. */
  readonly keysFrom?: KeySource;
  /** Whether an editor library keeps the text: events of the element come too early then, and somebody calls
   *  `Attached.update` after each change. */
  readonly hasModel?: boolean;
  /** Text and selection now, or null when the selection lies elsewhere. */
  read(): FieldText | null;
  /** Put `text` in place of the `replaced` characters before the caret, as one undo step of the field's own. */
  insert(text: string, replaced?: number): void;
  /** Whether the field has room for so much more text, if it has a limit. */
  takes?(text: string): boolean;
  /** Draw `grey`, never empty, on `layer`, so that it covers nothing that was written. */
  draw(layer: Layer, grey: string, now: FieldText): void;
  /** The element that the caret stands in, if it is not the field's own. */
  holder?(): HTMLElement | null;
  /** Why nothing is suggested where the caret stands now, besides what the element says. */
  refusal?(): Refusal | null;
  /** Whether a menu is open that has the keys and of which the element says nothing. */
  isMenuOpen?(): boolean;
}
