/** The page's two views, by the address's hash. It does not know what stands in them. */

import { byId } from "./dom.js";

/**
 * Show the view that the address names, now and whenever it names another; `learned` and `write` are called when theirs is shown.
 * @param {{ learned: () => void, write: () => void }} shown
 */
export function openViews(shown) {
  const turn = () => turnTo(location.hash === "#learned" ? "learned" : "write", shown);
  addEventListener("hashchange", turn);
  turn();
}

/**
 * @param {"learned" | "write"} view
 * @param {{ learned: () => void, write: () => void }} shown
 */
function turnTo(view, shown) {
  for (const name of ["write", "learned"]) byId(name).hidden = name !== view;
  for (const tab of document.querySelectorAll("[data-view]")) {
    if (tab.getAttribute("data-view") === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  shown[view]();
}
