/**
 * What a page may choose when it attaches a field, and the transport it gets when it chooses none.
 *
 * It does not know kinds of fields.
 */

import { Attached, type FieldOptions } from "./field/attached.js";
import type { Field } from "./field/field.js";
import type { Place } from "./transport/calls.js";
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

/** Show grey text in `field`. Throws a TypeError for keys that do not exist. */
export function attachField(field: Field, { server = location.origin, token, ...rest }: Options): Attached {
  return new Attached(field, { ...rest, transport: rest.transport ?? serverTransport({ server, token }) });
}

/** A WebSocket to a server, and HTTP while there is none. */
export function serverTransport(place: Place): Transport {
  return new SocketTransport(place, new HttpTransport(place));
}
