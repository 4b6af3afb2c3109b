/**
 * One dialog that asks before something cannot be undone. It does not know what is asked.
 */

import { byId, setText } from "../dom.js";

/** Whether the person goes on; Escape means no. */
export function confirmed(question, consequence, go) {
  const dialog = byId("confirm");
  setText(byId("confirm-question"), question);
  setText(byId("confirm-consequence"), consequence);
  setText(byId("confirm-do"), go);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "do"), { once: true }));
}
