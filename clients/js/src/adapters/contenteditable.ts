/**
 * Editable elements: grey text goes on at the caret, in the font it stands in and within its block.
 *
 * It lies on the layer, never among the element's nodes. Where it would cover text it is offered on a chip. It does not
 * know what an editor library keeps besides its nodes.
 */

import { afterCaret, beforeCaret } from "../core/state.js";
import type { FieldText } from "../core/types.js";
import { wholeWords } from "../core/words.js";
import { isWithin, type Box } from "../field/box.js";
import { caretBox, contentBox, type Spot } from "../field/caret.js";
import { isCovered, scaleOf, strays, visibleBox } from "../field/clip.js";
import type { Field } from "../field/field.js";
import { isTouch, type Layer } from "../field/layer.js";
import type { Refusal } from "../field/refusal.js";
import { hasRoom, runsAgainst, runsDown } from "../field/room.js";
import { blockOf, textOf } from "./domtext.js";

const COPIED = [
  "fontFamily", "fontSize", "fontWeight", "fontStyle", "fontStretch", "fontVariant", "fontKerning", "fontFeatureSettings",
  "fontVariationSettings", "fontSizeAdjust", "fontOpticalSizing", "letterSpacing", "wordSpacing", "lineHeight", "textTransform", "tabSize", "direction", "overflowWrap",
  "wordBreak",
] as const;

const LINE_START = "\u200b"; // has no width, and lets a word that does not fit go to the next line, as the element would
const CODE = "pre, code";

/** The adapter of an element with contenteditable, and what those of editor libraries build on. */
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

  /** "code" within code: grey text is prose, and Tab indents there. */
  refusal(): Refusal | null {
    const code = this.holder()?.closest(CODE);
    return code && code !== this.element && this.element.contains(code) ? "code" : null;
  }

  holder(): HTMLElement | null {
    const node = this.node();
    return node instanceof HTMLElement ? node : (node?.parentElement ?? null);
  }

  draw(layer: Layer, grey: string, now: FieldText): void {
    const [holder, caret] = [this.holder(), this.caret()];
    const clip = visibleBox(this.element);
    const isSeen = caret && overlaps(caret, clip) && !isCovered(caret, this.element);
    if (!holder || !isSeen || runsDown(getComputedStyle(holder))) return layer.hide();
    const scale = scaleOf(this.element);
    this.#write(layer, grey, { caret, clip, holder, scale });
    const { end, grey: lines } = layer.lines();
    const mayMove = /^\s/.test(grey) || /\s$/.test(beforeCaret(now));
    const isMoved = !mayMove && end !== null && lines[0] !== undefined && lines[0].top - end.top > 1;
    const covers = !hasRoom(afterCaret(now), lines) || lines.some((line) => strays(line, this.element));
    const words = wholeWords(beforeCaret(now), grey);
    if (!isMoved && !covers && isWithin(lines, clip) && !isPushed(grey, lines, holder)) return isTouch() ? layer.offerToo(words, caret) : undefined;
    return layer.offer(words, caret);
  }

  /** The node that the caret stands in. */
  protected node(): Node | null {
    return this.#range()?.startContainer ?? null;
  }

  /** Where the caret stands; a box without width. */
  protected caret(): Box | null {
    const range = this.#range();
    return range && caretBox(range);
  }

  /** Lay grey text out within the caret's block: the first line is indented as far as the caret. */
  #write(layer: Layer, grey: string, { caret, clip, holder, scale }: Spot): void {
    const style = getComputedStyle(holder);
    const block = contentBox(blockOf(holder, this.element), scale);
    const page = layer.page.style;
    for (const name of COPIED) page[name] = style[name];
    const isRtl = style.direction === "rtl";
    const indent = isRtl ? block.left + block.width - caret.left : caret.left - block.left;
    page.whiteSpace = style.textWrapMode === "nowrap" ? "pre" : style.whiteSpace === "break-spaces" ? "break-spaces" : "pre-wrap";
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

function overlaps(caret: Box, clip: Box): boolean {
  return clip.width > 0 && caret.top + caret.height > clip.top && caret.top < clip.top + clip.height;
}

/** Whether text that stands there would move aside as grey text is typed: lines that are spread, evened out or centred, and
 *  words that run against the line. */
function isPushed(grey: string, lines: readonly DOMRect[], holder: HTMLElement): boolean {
  const { direction, textAlign, textWrapStyle } = getComputedStyle(holder);
  if (runsAgainst(grey, direction === "rtl")) return true;
  return lines.length > 1 && (textAlign === "justify" || textWrapStyle === "balance");
}
