/**
 * The events of a field's element and of the window, handed to whoever listens until a signal ends it.
 *
 * It does not know what they mean.
 */

import type { Field, KeySource } from "./field.js";

const MENU_SIGNS = ["aria-expanded", "aria-activedescendant"];
const REFUSAL_SIGNS = ["readonly", "disabled", "type", "autocomplete", "contenteditable", "data-foretype"];

const NODES = { childList: true, characterData: true, subtree: true };

/** What somebody who attends to a field wants to hear. */
export interface Ears {
  key(event: KeyboardEvent): void;
  about(event: InputEvent): void; // to change the text
  changed(event: Event): void;
  moved(): void; // the caret
  composing(): void;
  composed(): void;
  focus(on: boolean): void;
  shifted(): void; // what stands on the screen
  altered(): void; // the field, by the page: a menu, read-only, other text
}

/** Tell `ears` of `field` until `signal` is aborted. Keys and input are heard before the page hears them. */
export function listen(field: Field, ears: Ears, signal: AbortSignal): void {
  const { element } = field;
  const options = { signal };
  const keys: KeySource = field.keysFrom ?? element;
  const key = (event: Event): void => (event.composedPath().includes(element) ? ears.key(event as KeyboardEvent) : undefined);
  keys.addEventListener("keydown", key, { ...options, capture: true });
  element.addEventListener("beforeinput", (event) => ears.about(event), { ...options, capture: true });
  element.addEventListener("compositionstart", () => ears.composing(), options);
  element.addEventListener("compositionend", () => ears.composed(), options);
  element.addEventListener("focus", () => ears.focus(true), options);
  element.addEventListener("blur", () => ears.focus(false), options);
  if (!field.hasModel) listenToText(element, ears, options);
  addEventListener("scroll", () => ears.shifted(), { ...options, capture: true, passive: true });
  addEventListener("resize", () => ears.shifted(), options);
  const watchers = [new ResizeObserver(() => ears.shifted()), new MutationObserver(() => ears.altered())] as const;
  watchers[0].observe(element);
  watchers[1].observe(element, { attributeFilter: [...MENU_SIGNS, ...REFUSAL_SIGNS], ...(hasNodes(field) && NODES) });
  signal.addEventListener("abort", () => watchers.forEach((watcher) => watcher.disconnect()));
}

function listenToText(element: HTMLElement, ears: Ears, options: { readonly signal: AbortSignal }): void {
  element.addEventListener("input", (event) => ears.changed(event), options);
  const again = (event: Event): void => (event.composedPath()[0] === element ? ears.changed(event) : undefined);
  if ("value" in element) addEventListener("input", again, options); // frameworks put in other text when they hear it
  for (const target of [document, element]) target.addEventListener("selectionchange", () => ears.moved(), options);
}

/** Whether the page may change the text by changing nodes. */
function hasNodes({ element, hasModel }: Field): boolean {
  return !hasModel && !("value" in element);
}
