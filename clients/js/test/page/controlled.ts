/** A text area that React controls, by an application that keeps its text in capitals. */

import { createElement as h, useState, type ChangeEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import type { Made, Named } from "../../demo/editors/made.js";
import { attach } from "../../src/index.js";

export function makeControlled(parent: Element, named: Named): Made {
  const root = createRoot(parent);
  let kept = "";
  const keep = (text: string): void => void (kept = text);
  flushSync(() => root.render(h(Capitals, { named, keep })));
  return {
    attach: (options) => attach(parent.querySelector("textarea"), options),
    text: () => kept,
    depth: () => 0,
    setEditable: () => undefined,
    turnIntoCode: () => undefined,
    destroy: () => root.unmount(),
  };
}

function Capitals({ named, keep }: { named: Named; keep: (text: string) => void }): ReactNode {
  const [value, setValue] = useState("");
  keep(value);
  const onChange = ({ target }: ChangeEvent<HTMLTextAreaElement>): void => setValue(target.value.toUpperCase());
  return h("textarea", { id: named.id, "aria-label": named.label, value, onChange });
}
