/**
 * Keeps the worker's document, and the engine in it, from being suspended while somebody writes.
 *
 * Firefox suspends it after half a minute in which it called nothing of the browser; an engine takes seconds to load again. It
 * does not know who writes.
 */

import { api } from "../platform.js";

const EVERY_MS = 10_000;

/** From now on, call something of the browser every ten seconds in which it `isNeeded`. */
export function stayAwake(isNeeded: () => boolean): void {
  setInterval(() => isNeeded() && void api.runtime.getPlatformInfo(), EVERY_MS);
}
