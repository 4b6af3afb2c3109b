/**
 * The service worker from the page's side: put in place at the first visit.
 *
 * Browsers allow threads only to a document that came with certain headers, and a plain web server sends none; the service worker
 * does. So where threads help, the very first visit loads the document, nothing large, once more. It does not know what threads are
 * for.
 */

import { MANY_CORES } from "../engine/threads.js";

const RELOADED = "foretype.reloaded";
const PATIENCE_MS = 5000; // a browser that takes longer goes without

/** Put a service worker in front of the page, where the browser has one. May load the page again, unless `isInUse` says that
 *  something would be lost. */
export async function stepInFront(isInUse: () => boolean): Promise<void> {
  if (!navigator.serviceWorker) return; // some browsers name it in private windows and have none
  const registering = navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  const registered = registering.catch(() => null); // refused: a private window
  if (crossOriginIsolated || navigator.hardwareConcurrency < MANY_CORES || wasReloaded()) return;
  if (await registered) await Promise.race([controlled(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (isInFront() && !isInUse()) {
    location.reload();
    await new Promise(() => undefined); // nothing more is loaded in this document
  }
}

/** Whether the next visit gets page and scripts without a network. */
export function isInFront(): boolean {
  return Boolean(navigator.serviceWorker?.controller);
}

function controlled(): Promise<void> {
  return new Promise((resolve) => {
    if (isInFront()) resolve();
    else navigator.serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
}

/** Whether this tab was loaded again already; says yes from then on, and where the browser keeps no such note. */
function wasReloaded(): boolean {
  try {
    const before = sessionStorage.getItem(RELOADED);
    sessionStorage.setItem(RELOADED, "yes");
    return before !== null;
  } catch {
    return true; // else it would be loaded again for ever
  }
}
