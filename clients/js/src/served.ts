/**
 * The package as a server hands it out, at /client.js: fields talk to the server that the script came from.
 *
 * It does not know whose page loads it.
 */

import type { Attached } from "./field/attached.js";
import { attach as attachAnywhere } from "./index.js";
import type { Options } from "./options.js";

export * from "./index.js";

const HOME = new URL(".", import.meta.url).href;

/** `attach` as in the package, but at the server this script came from, unless `options` name another. */
export function attach(field: Element | null, options: Options = {}): Attached {
  return attachAnywhere(field, { server: HOME, ...options });
}
