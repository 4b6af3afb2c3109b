/**
 * The window as a source of a person's own keys: those that a script made up, or that the page has used already, are not heard.
 *
 * A page could otherwise press Tab itself and read, word by word, what its visitor usually writes. It does not know what keys mean.
 */

/** Listeners hear the window's events; they are let go by the signal in their options. */
export class Trusted extends EventTarget {
  override addEventListener(kind: string, listener: EventListener, options: AddEventListenerOptions): void {
    window.addEventListener(kind, (event) => event.isTrusted && !event.defaultPrevented && listener(event), options);
  }
}
