/**
 * `attach(field, options)`: grey text in a field, in one line.
 *
 * It chooses the adapter by the element. It does not know editor libraries.
 */

import { EditableField } from "./adapters/contenteditable.js";
import { TextField } from "./adapters/textarea.js";
import { Attached, type FieldOptions } from "./field/attached.js";
import type { Place } from "./transport/calls.js";
import { HttpTransport } from "./transport/http.js";
import { SocketTransport } from "./transport/socket.js";
import type { Transport } from "./transport/transport.js";

export * from "./core.js";
export { EditableField, TextField };

/** Where answers come from: a server's address, this page's own when left out, or a transport of one's own. */
export interface Options extends Partial<FieldOptions> {
  readonly server?: string;
  readonly token?: string;
}

/** Show grey text in `field`: a text area, a one-line input, or an element with contenteditable.
 *  Throws a TypeError when there is no such field, and for keys that do not exist. A field that holds secrets can be
 *  attached; nothing is asked for it while `refusal` is not null. */
export function attach(field: Element | null, options: Options = {}): Attached {
  const { server = location.origin, token, ...rest } = options;
  const transport = rest.transport ?? serverTransport({ server, token });
  return new Attached(adapterFor(field), { ...rest, transport });
}

/** A WebSocket to a server, and HTTP while there is none. */
export function serverTransport(place: Place): Transport {
  return new SocketTransport(place, new HttpTransport(place));
}

function adapterFor(field: Element | null): TextField | EditableField {
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) return new TextField(field);
  if (field instanceof HTMLElement && field.isContentEditable) return new EditableField(field);
  const found = field ? `<${field.localName}>` : "nothing";
  throw new TypeError(`attach: found ${found}, wanted a textarea, an input or an element with contenteditable`);
}
