/**
 * Text areas and one-line inputs: a mirror lays out the same text in the same font, with grey text after it.
 *
 * Text that stands there is never moved or covered: where grey text would do that, it is offered on a chip. It does
 * not know what is suggested.
 */

import { beforeCaret, afterCaret } from "../core/state.js";
import type { FieldText } from "../core/types.js";
import { wholeWords } from "../core/words.js";
import { Above } from "../field/above.js";
import { isWithin, overlap, type Box } from "../field/box.js";
import { isCovered, scaleOf, visibleBox } from "../field/clip.js";
import type { Field } from "../field/field.js";
import { isTouch, type Layer } from "../field/layer.js";
import { partRound } from "../field/part.js";
import { hasRoom, runsDown } from "../field/room.js";

const COPIED = [
  "fontFamily", "fontSize", "fontWeight", "fontStyle", "fontStretch", "fontVariant", "fontKerning", "fontFeatureSettings",
  "fontVariationSettings", "fontSizeAdjust", "fontOpticalSizing", "letterSpacing", "wordSpacing", "lineHeight", "textIndent", "textTransform", "textAlign", "tabSize",
  "direction", "unicodeBidi", "overflowWrap", "wordBreak", "lineBreak", "hyphens", "textRendering", "textWrap", "writingMode",
  "paddingTop", "paddingRight", "paddingBottom", "paddingLeft",
] as const;

const LONGEST_LINE = 20_000; // characters; a longer one is laid out too slowly for a key

type Element = HTMLTextAreaElement | HTMLInputElement;

/** The adapter of a text area or a one-line input. */
export class TextField implements Field {
  readonly element: Element;
  readonly #above = new Above();

  constructor(element: Element) {
    this.element = element;
  }

  read(): FieldText {
    const { value } = this.element;
    const [start, end] = this.#selection();
    const { from, to } = partRound(end, value.length);
    return { text: value.slice(from, to), start: Math.max(0, start - from), end: end - from };
  }

  insert(text: string, replaced = 0): void {
    const [start, end] = this.#selection();
    this.element.setSelectionRange(start - replaced, end); // setting the selection ends the undo step before
    if (!document.execCommand("insertText", false, text)) this.#splice(text);
    const [caret] = this.#selection();
    this.element.setSelectionRange(caret, caret);
  }

  takes(text: string): boolean {
    const { value, selectionStart, selectionEnd, maxLength } = this.element;
    const chosen = (selectionEnd ?? 0) - (selectionStart ?? 0);
    return maxLength < 0 || value.length - chosen + text.length <= maxLength;
  }

  draw(layer: Layer, grey: string, now: FieldText): void {
    const style = getComputedStyle(this.element);
    const scale = scaleOf(this.element);
    const inside = this.#inside(scale);
    const box = overlap(inside, visibleBox(this.element));
    const line = this.#caretsLine();
    if (line.text.length > LONGEST_LINE || (this.#isLine && runsDown(style))) return layer.hide();
    this.#setUp(layer, style);
    const above = this.#heightAbove(line.start, layer, box, scale);
    this.#place(layer, [(inside.left - box.left) / scale, (inside.top - box.top) / scale + above]);
    layer.write(line.text, "", box, scale);
    const { end } = layer.lines();
    layer.write(line.text, grey, box, scale);
    const drawn = layer.lines();
    const [first] = drawn.grey;
    const caret = end && caretOf(end, style);
    if (!first || !touches(caret ?? first, box) || isCovered(caret ?? first, this.element)) return layer.hide();
    const words = wholeWords(beforeCaret(now), grey);
    const isStill = !isMoved(end, drawn.end) && !(drawn.grey.length > 1 && widens(this.element, style));
    const stays = isStill && hasRoom(afterCaret(now), drawn.grey) && isWithin(drawn.grey, box);
    if (stays) return isTouch() ? layer.offerToo(words, first) : undefined;
    return layer.offer(words, (!/^\s/.test(grey) && caret) || first);
  }

  get #isLine(): boolean {
    return this.element instanceof HTMLInputElement;
  }

  #selection(): [start: number, end: number] {
    const { value, selectionStart, selectionEnd } = this.element;
    return [selectionStart ?? value.length, selectionEnd ?? value.length];
  }

  /** The caret's own line, up to the caret: lines above it are not laid out again at every key. */
  #caretsLine(): { start: number; text: string } {
    const [caret] = this.#selection();
    const { value } = this.element;
    const start = value.slice(0, caret).lastIndexOf("\n") + 1;
    return { start, text: value.slice(start, caret) };
  }

  /** How high the lines before `start` are, and the mirror's page made ready for the line that begins there. */
  #heightAbove(start: number, layer: Layer, box: Box, scale: number): number {
    const page = layer.page.style;
    const { cssText, textIndent } = page;
    const height = this.#above.heightOf(this.element.value.slice(0, start), cssText, (lines, isFirst) => {
      page.textIndent = isFirst ? textIndent : "0px";
      page.paddingTop = page.paddingBottom = "0px"; // browsers round it: subtracted, it would leave a bit at each line
      layer.write(lines, "", box, scale);
      return parseFloat(getComputedStyle(layer.page).height);
    });
    page.cssText = cssText;
    if (start) page.textIndent = "0px";
    return height;
  }

  /** The box that text is clipped to: no borders, no scroll bars. */
  #inside(scale: number): Box {
    const { left, top } = this.element.getBoundingClientRect();
    const { clientLeft, clientTop, clientWidth, clientHeight } = this.element;
    const [width, height] = [clientWidth * scale, clientHeight * scale];
    return { left: left + clientLeft * scale, top: top + clientTop * scale, width, height };
  }

  #setUp(layer: Layer, style: CSSStyleDeclaration): void {
    const { element } = this;
    const page = layer.page.style;
    for (const name of COPIED) page[name] = style[name];
    page.transform = "";
    const isLine = this.#isLine;
    page.width = isLine ? "max-content" : `${element.clientWidth}px`;
    page.minWidth = `${element.clientWidth}px`;
    page.whiteSpace = isLine ? "pre" : style.whiteSpace;
    if (isLine) page.lineHeight = `${contentHeight(element, style)}px`; // the browser centres the one line
    layer.colour(style, element);
  }

  /** Put the mirror's page where the text lies: `left` and `top` from the clip, less what is scrolled. */
  #place(layer: Layer, [left, top]: readonly [number, number]): void {
    const { scrollLeft, scrollTop } = this.element;
    layer.page.style.transform = `translate(${left - scrollLeft}px, ${top - scrollTop}px)`;
  }

  #splice(text: string): void {
    const [start, end] = this.#selection();
    this.element.setRangeText(text, start, end, "end");
    this.element.dispatchEvent(new InputEvent("input", { inputType: "insertText", data: text, bubbles: true }));
  }
}

/** Whether the word begun would go elsewhere with grey text after it: to the next line, or aside where lines are centred. */
function isMoved(alone: DOMRect | null, together: DOMRect | null): boolean {
  if (!alone || !together) return false;
  return Math.abs(alone.top - together.top) > 1 || Math.abs(alone.left - together.left) > 1;
}

/** Whether the field grows wider with its text, so that lines will not break where they do now. */
function widens(element: Element, style: CSSStyleDeclaration): boolean {
  return style.getPropertyValue("field-sizing") === "content" && element.computedStyleMap?.().get("width")?.toString() === "auto";
}

function touches(caret: Box, box: Box): boolean {
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const isBeside = caret.left < box.left - 1 || caret.left > right + 1; // it may stand on the edge
  return !isBeside && caret.top + caret.height > box.top && caret.top < bottom;
}

function caretOf(end: DOMRect, { direction }: CSSStyleDeclaration): Box {
  return { left: direction === "rtl" ? end.left : end.right, top: end.top, width: 0, height: end.height };
}

function contentHeight(element: Element, { paddingTop, paddingBottom }: CSSStyleDeclaration): number {
  return element.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
}
