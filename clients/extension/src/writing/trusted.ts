/**
 * The window as a source of a person's own keys: those that a script made up, or that the page has used already, are not heard.
 *
 * A page could otherwise press Tab itself and read, word by word, what its visitor usually writes. It does not know what keys mean.
 */

import type { KeySource } from "../../../js/src/field/field.js";

/** Listeners hear the window's events; they are let go by the signal in their options. No class: Firefox lets none extend a page's. */
export const trusted: KeySource = {
  addEventListener(kind: string, listener: EventListener, options: AddEventListenerOptions): void {
    window.addEventListener(kind, (event) => event.isTrusted && !event.defaultPrevented && listener(event), options);
  },
};
