/** What the page of editors gives the tests to hold on to, and the frames its editors live in. It does not know libraries. */

import type { Made } from "../../demo/editors/made.js";
import type { Attached, EditorOptions } from "../../src/index.js";

export interface Bench {
  made: Record<string, Made>;
  attached: Record<string, Attached>;
  ownTabs: number; // how often an editor's own key map saw Tab
  textOf(id: string): string;
  reset(): void;
  make(name: string): void;
  attachTo(name: string, options: EditorOptions): void;
}

/** A new frame with a name for an editor. */
export function frameFor(name: string): HTMLElement {
  const frame = document.createElement("div");
  frame.id = `${name}-frame`;
  frame.className = "frame";
  document.querySelector("#editors")?.append(frame);
  return frame;
}
