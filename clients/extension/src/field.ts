/**
 * The part that is loaded at the first focus of a field: one desk and one set of fields for the frame.
 *
 * It only puts the parts together. It does not know the page.
 */

import { FRAME } from "./messages.js";
import { api } from "./platform.js";
import { Desk } from "./writing/desk.js";
import { Fields } from "./writing/fields.js";

const desk = new Desk(() => api.runtime.connect({ name: FRAME }), hosts());
const fields = new Fields(desk);

/** A field of this frame has the focus now. */
export function focused(element: HTMLElement): void {
  fields.focused(element);
}

/** The hosts of this frame and of all that hold it, up to the window's page; a frame without an address has theirs only, and
 *  in a window that is a sandbox itself there may be none. */
function hosts(): string[] {
  const above = "ancestorOrigins" in location ? [...location.ancestorOrigins] : [];
  return [location.href, ...above].flatMap((address) => hostOf(address) || []);
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : "";
}
