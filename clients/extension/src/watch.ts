/**
 * All that a page without fields ever loads: waits until a field gets the focus, then brings in the rest.
 *
 * A focus that moves within a shadow root stays inside it, so each root on the way is listened to. Editors write their
 * frames' documents anew, which ends all listening there. It does not know which fields are left alone, except that a
 * password's is none of its business.
 */

import { api } from "./platform.js";

const onFocus = (event: Event): void => focused(event.composedPath());

watch(document);
if (self !== top) new MutationObserver(() => watch(document)).observe(document, { childList: true });
for (let at = document.activeElement; at; at = at.shadowRoot?.activeElement ?? null) {
  if (at.shadowRoot) watch(at.shadowRoot);
  bringIn(at);
}

/** Listening twice is listening once. */
function watch(root: Document | ShadowRoot): void {
  root.addEventListener("focusin", onFocus, true);
}

function focused(path: readonly EventTarget[]): void {
  for (const node of path) if (node instanceof ShadowRoot) watch(node);
  bringIn(path[0]);
}

function bringIn(target: EventTarget | undefined): void {
  if (!isWritable(target) || !api.runtime?.id) return; // no id: the extension is gone, this page outlived it
  const rest = import(api.runtime.getURL("field.js")) as Promise<typeof import("./field.js")>;
  rest.then(({ focused }) => focused(target)).catch(() => undefined);
}

function isWritable(target: EventTarget | undefined): target is HTMLElement {
  if (target instanceof HTMLInputElement) return target.type === "text";
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
