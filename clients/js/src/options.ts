/**
 * What a page may choose when it attaches a field, and the transport it gets when it chooses none.
 *
 * It does not know kinds of fields.
 */

import { Attached, type FieldOptions } from "./field/attached.js";
import type { Field } from "./field/field.js";
import { addressOf, type Place } from "./transport/calls.js";
import { HttpTransport } from "./transport/http.js";
import { SocketTransport } from "./transport/socket.js";
import type { Transport } from "./transport/transport.js";

/** Where answers come from: a server's address, this page's own when left out, or a transport of one's own. */
export interface Options extends Partial<FieldOptions> {
  readonly server?: string;
  readonly token?: string;
}

/** What the adapters of editor libraries take besides. */
export interface EditorOptions extends Options {
  /** Ends the undo step under way in a history that is not the editor's own, so that an accept is a step of its own;
   *  for Y.js: () => undoManager.stopCapturing(). */
  readonly endUndoStep?: () => void;
}

const attachedTo = new WeakMap<HTMLElement, Attached>(); // so that a field attached twice is not written in twice

/** Show grey text in `field`; what was attached to it before is detached. Throws a TypeError for keys that do not exist, and
 *  for a server that is no address. */
export function attachField(field: Field, { server = location.origin, token, ...rest }: Options): Attached {
  const transport = rest.transport ?? serverTransport({ server, token });
  attachedTo.get(field.element)?.detach();
  const attached = new Attached(field, { ...rest, transport });
  attachedTo.set(field.element, attached);
  return attached;
}

/** A WebSocket to a server, and HTTP while there is none. Throws a TypeError for what is no address. */
export function serverTransport(place: Place): Transport {
  addressOf(place, "/");
  return new SocketTransport(place, new HttpTransport(place));
}
