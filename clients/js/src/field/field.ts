/**
 * What an adapter knows of one kind of field: reading it, putting text in, and where grey text lies.
 *
 * It does not know keys, questions or answers.
 */

import type { FieldText } from "../core/types.js";
import type { Layer } from "./layer.js";

export interface Field {
  /** The element that has the focus while the field is written in. */
  readonly element: HTMLElement;
  /** Text and selection now, or null when the selection lies elsewhere. */
  read(): FieldText | null;
  /** Put `text` in place of the `replaced` characters before the caret, as one undo step of the field's own. */
  insert(text: string, replaced?: number): void;
  /** Draw `grey`, never empty, on `layer`, so that it covers nothing that was written. */
  draw(layer: Layer, grey: string, now: FieldText): void;
}
