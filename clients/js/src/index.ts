/**
 * `attach(field, options)`: grey text in a field, in one line.
 *
 * It chooses the adapter by the element. It does not know editor libraries.
 */

import { EditableField } from "./adapters/contenteditable.js";
import { TextField } from "./adapters/textarea.js";
import type { Attached } from "./field/attached.js";
import { attachField, serverTransport, type EditorOptions, type Options } from "./options.js";

export * from "./core.js";
export { EditableField, TextField, serverTransport, type EditorOptions, type Options };

/** Show grey text in `field`: a text area, a one-line input, or an element with contenteditable.
 *  Throws a TypeError when there is no such field, and for keys that do not exist. A field that holds secrets can be
 *  attached; nothing is asked for it while `refusal` is not null. */
export function attach(field: Element | null, options: Options = {}): Attached {
  return attachField(adapterFor(field), options);
}

function adapterFor(field: Element | null): TextField | EditableField {
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) return new TextField(field);
  if (field instanceof HTMLElement && field.isContentEditable) return new EditableField(field);
  const found = field ? `<${field.localName}>` : "nothing";
  throw new TypeError(`attach: found ${found}, wanted a textarea, an input or an element with contenteditable`);
}
