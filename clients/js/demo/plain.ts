/** The fields that browsers know by themselves, made like the editors. It does not know editor libraries. */

import { attach, type Attached, type EditorOptions } from "../src/index.js";
import type { Named } from "./editors/made.js";

export type Maker = (parent: Element, named: Named) => { attach(options: EditorOptions): Attached };

export const makeTextArea: Maker = (parent, named) => placed(document.createElement("textarea"), parent, named);

export const makeLine: Maker = (parent, named) => placed(document.createElement("input"), parent, named);

export const makeEditable: Maker = (parent, named) => {
  const element = document.createElement("div");
  element.contentEditable = "true";
  element.role = "textbox";
  element.ariaMultiLine = "true";
  return placed(element, parent, named);
};

function placed(element: HTMLElement, parent: Element, { id, label }: Named): ReturnType<Maker> {
  element.id = id;
  element.ariaLabel = label;
  parent.append(element);
  return { attach: (options) => attach(element, options) };
}
