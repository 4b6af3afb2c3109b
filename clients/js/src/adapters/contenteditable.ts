/**
 * Editable elements: grey text goes on at the caret, in the font it stands in and within its block.
 *
 * It lies on the layer, never among the element's nodes. Where it would cover text it is offered on a chip. It does not
 * know what an editor library keeps besides its nodes.
 */

import { afterCaret } from "../core/state.js";
import type { FieldText } from "../core/types.js";
import type { Field } from "../field/field.js";
import { isTouch, type Box, type Layer } from "../field/layer.js";
import { hasRoom } from "../field/room.js";
import { blockOf, textOf } from "./domtext.js";

const COPIED = [
  "fontFamily", "fontSize", "fontWeight", "fontStyle", "fontStretch", "fontVariant", "fontKerning", "fontFeatureSettings",
  "fontVariationSettings", "letterSpacing", "wordSpacing", "lineHeight", "textTransform", "tabSize", "direction", "overflowWrap",
  "wordBreak",
] as const;

const LINE_START = "\u200b"; // has no width, and lets a word that does not fit go to the next line, as the element would

/** The adapter of an element with contenteditable. */
export class EditableField implements Field {
  readonly element: HTMLElement;

  constructor(element: HTMLElement) {
    this.element = element;
  }

  read(): FieldText | null {
    const range = this.#range();
    if (!range) return null;
    const { startContainer, startOffset, endContainer, endOffset } = range;
    return textOf(this.element, { node: startContainer, offset: startOffset }, { node: endContainer, offset: endOffset });
  }

  insert(text: string, replaced = 0): void {
    const selection = this.#selection();
    this.#endUndoStep(selection);
    for (let i = 0; i < replaced; i++) selection?.modify("extend", "backward", "character");
    document.execCommand("insertText", false, text);
    this.#endUndoStep(selection);
  }

  draw(layer: Layer, grey: string, now: FieldText): void {
    const range = this.#range();
    const caret = range && caretBox(range);
    if (!range || !caret) return layer.hide();
    const clip = this.element.getBoundingClientRect();
    if (!overlaps(caret, clip)) return layer.hide();
    const holder = range.startContainer instanceof HTMLElement ? range.startContainer : range.startContainer.parentElement;
    const style = getComputedStyle(holder ?? this.element);
    const scale = clip.width / this.element.offsetWidth || 1;
    this.#write(layer, grey, { caret, clip, style, scale, block: blockOf(range.startContainer, this.element) });
    const { end, grey: lines } = layer.lines();
    const isMoved = !/^\s/.test(grey) && end !== null && lines[0] !== undefined && lines[0].top - end.top > 1;
    if (!isMoved && hasRoom(afterCaret(now), lines)) return isTouch() ? layer.offerToo(grey, caret) : undefined;
    return layer.offer(grey, caret);
  }

  /** Lay grey text out within the caret's block: the first line is indented as far as the caret. */
  #write(layer: Layer, grey: string, at: { caret: Box; clip: DOMRect; style: CSSStyleDeclaration; scale: number; block: HTMLElement }): void {
    const { caret, clip, style, scale } = at;
    const block = contentBox(at.block, scale);
    const page = layer.page.style;
    for (const name of COPIED) page[name] = style[name];
    const isRtl = style.direction === "rtl";
    const indent = isRtl ? block.left + block.width - caret.left : caret.left - block.left;
    page.whiteSpace = "pre-wrap";
    page.textAlign = "start";
    page.textIndent = `${indent / scale}px`;
    page.width = `${block.width / scale}px`;
    page.transform = `translate(${(block.left - clip.left) / scale}px, 0px)`;
    layer.colour(style, this.element);
    layer.write(LINE_START, grey, clip, scale);
    const { end: line } = layer.lines();
    const sunk = line ? (caret.top + caret.height / 2 - (line.top + line.height / 2)) / scale : 0;
    page.transform = `translate(${(block.left - clip.left) / scale}px, ${sunk}px)`;
  }

  /** Chromium keeps the selection inside a shadow root from the document, and gives it to the root. */
  #selection(): Selection | null {
    const root = this.element.getRootNode() as Partial<Pick<Document, "getSelection">>;
    return root.getSelection?.() ?? this.element.ownerDocument.getSelection();
  }

  #range(): Range | null {
    const selection = this.#selection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    return range && this.element.contains(range.commonAncestorContainer) ? range : null;
  }

  /** Browsers merge typing that follows typing into one undo step; setting the selection ends a step. */
  #endUndoStep(selection: Selection | null): void {
    const { focusNode, focusOffset } = selection ?? {};
    if (selection && focusNode) selection.collapse(focusNode, focusOffset);
  }
}

/** Where the caret stands, by the character before it or the element it is in. */
function caretBox(range: Range): Box | null {
  const { startContainer: node, startOffset: offset } = range;
  const own = range.getClientRects()[0];
  if (own) return { left: own.left, top: own.top, width: 0, height: own.height };
  if (!(node instanceof HTMLElement)) return null;
  const child = node.childNodes[offset] ?? node.childNodes[offset - 1];
  const { left, top, height } = (child instanceof HTMLElement ? child : node).getBoundingClientRect();
  return { left, top, width: 0, height };
}

function contentBox(block: HTMLElement, scale: number): Box {
  const { left, top, width, height } = block.getBoundingClientRect();
  const { paddingLeft, paddingRight, borderLeftWidth, borderRightWidth } = getComputedStyle(block);
  const [start, end] = [parseFloat(paddingLeft) + parseFloat(borderLeftWidth), parseFloat(paddingRight) + parseFloat(borderRightWidth)];
  return { left: left + start * scale, top, width: width - (start + end) * scale, height };
}

function overlaps(caret: Box, clip: Box): boolean {
  return caret.top + caret.height > clip.top && caret.top < clip.top + clip.height;
}
