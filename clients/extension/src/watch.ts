/**
 * All that a page without fields ever loads: waits until a field gets the focus, then brings in the rest.
 *
 * A focus that moves within a shadow root stays inside it, so each root on the way is listened to. What becomes a field while it
 * has the focus is noticed when it is written in. Pages write documents anew, which ends all listening there. It does not know
 * which fields are left alone; a password's is brought in too, so that it is still known for one when the page shows it.
 */

import { api } from "./platform.js";

const WRITABLE = /^(?:text|password)$/;
const onFocus = (event: Event): void => focused(event.composedPath());
let latest: EventTarget | undefined;

for (const left of document.querySelectorAll(":root > foretype-layer")) left.remove(); // by the extension before an update
watch(document);
new MutationObserver(() => watch(document)).observe(document, { childList: true });
for (let at = document.activeElement; at; at = at.shadowRoot?.activeElement ?? null) {
  if (at.shadowRoot) watch(at.shadowRoot);
  bringIn(at);
}

/** Listening twice is listening once. */
function watch(root: Document | ShadowRoot): void {
  root.addEventListener("focusin", onFocus, true);
  root.addEventListener("beforeinput", onInput, true);
}

function focused(path: readonly EventTarget[]): void {
  for (const node of path) if (node instanceof ShadowRoot) watch(node);
  bringIn(path[0]);
  bringIn(passwordBeside(path[0]));
}

function onInput(event: Event): void {
  const [target] = event.composedPath();
  if (target !== latest) bringIn(target);
  latest = target;
}

function bringIn(target: EventTarget | null | undefined): void {
  if (!isWritable(target) || !api.runtime?.id) return; // no id: the extension is gone, this page outlived it
  const rest = import(api.runtime.getURL("field.js")) as Promise<typeof import("./field.js")>;
  rest.then(({ focused }) => focused(target)).catch(() => undefined);
}

/** What a button or a box to tick may be about to show. */
function passwordBeside(target: EventTarget | undefined): Element | null {
  const isSwitch = target instanceof HTMLButtonElement || (target instanceof HTMLInputElement && !isWritable(target));
  return isSwitch ? (target.form ?? document).querySelector('input[type="password" i]') : null;
}

function isWritable(target: EventTarget | null | undefined): target is HTMLElement {
  if (target instanceof HTMLInputElement) return WRITABLE.test(target.type);
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
