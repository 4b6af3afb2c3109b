/**
 * The service worker from the page's side: put in place at the first visit, before anything large is loaded.
 *
 * Browsers allow threads only to a document that came with certain headers, and a plain web server sends none; the service worker
 * does, so the very first visit loads the document once more. It does not know what threads are for.
 */

const RELOADED = "foretype.reloaded";
const PATIENCE_MS = 5000; // a browser that takes longer goes without

/** Whether a service worker stands before the page; resolves without one where the browser has none. May load the page again. */
export async function stepInFront(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register("sw.js", { type: "module", updateViaCache: "none" });
    await Promise.race([controlled(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  } catch {
    return false; // refused: a private window, or a page that did not come over https
  }
  const isInFront = navigator.serviceWorker.controller !== null;
  if (isInFront && !crossOriginIsolated && !sessionStorage.getItem(RELOADED)) {
    sessionStorage.setItem(RELOADED, "yes");
    location.reload();
    await new Promise(() => undefined); // nothing more is loaded in this document
  }
  return isInFront;
}

function controlled(): Promise<void> {
  return new Promise((resolve) => {
    if (navigator.serviceWorker.controller) resolve();
    else navigator.serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
}
