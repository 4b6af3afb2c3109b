/**
 * Where grey text is drawn: a layer above the page, in a shadow root, outside the field and its document.
 *
 * Between two keys only the data of its text nodes and its styles change, for Chromium ends an undo step whenever a
 * node comes or goes. It does not know what is suggested, nor how a field lays out its text.
 */

import { ancestors } from "./ancestors.js";
import type { Box } from "./box.js";
import { Chip } from "./chip.js";
import { RULER_PX, STYLE } from "./layerstyle.js";

const GREY_SHARE = "62%"; // of the field's own colour: black on white becomes #616161, 6.2 to 1

/** What may lie above all other layers of a page, which then has the layers of its fields inside. */
export const ABOVE_ALL = "dialog, [popover], :fullscreen";

/** Where a layer lives, for those who do not own the page: its parent, and whether scripts of the page may look in. */
export interface LayerPlace {
  readonly parent: Element | ShadowRoot;
  readonly mode: ShadowRootMode;
  /** Called with what is drawn on when something is; ended when nothing is any more. */
  readonly keep?: (drawn: readonly Element[]) => { end(): void };
}

/** What newer browsers have: a sentence for screen readers that stands nowhere in the page. */
interface Notifying {
  readonly ariaNotify?: (sentence: string) => void;
}

export class Layer {
  readonly page: HTMLElement;
  readonly #place: () => LayerPlace;
  readonly #isForeign: boolean; // to the page: its scripts may not look in
  readonly #host: HTMLElement;
  readonly #frame: HTMLElement;
  readonly #before = new Text("");
  readonly #grey = new Text("");
  readonly #live = new Text("");
  readonly #greySpan: HTMLElement;
  readonly #chip: Chip;
  readonly #keep: LayerPlace["keep"];
  #kept: { end(): void } | null | undefined = null;

  /** A layer for `field`, open, in the dialog, popover or full screen it lives in; `onChip` when the chip is pressed. */
  constructor(field: HTMLElement, onChip: () => void, place?: LayerPlace) {
    this.#place = () => place ?? placeOf(field);
    this.#keep = place?.keep;
    this.#host = document.createElement("foretype-layer");
    const { mode } = this.#place();
    this.#isForeign = mode === "closed";
    const root = this.#host.attachShadow({ mode });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#greySpan = element("span", "grey", this.#grey);
    this.page = element("div", "page", this.#before, this.#greySpan);
    this.#frame = element("div", "frame", this.page);
    this.#frame.setAttribute("aria-hidden", "true");
    this.#frame.inert = true; // no script of a page finds it by searching, which reaches into closed roots
    this.#chip = new Chip(onChip);
    const live = element("div", "live", this.#live);
    live.setAttribute("role", "status");
    root.append(this.#frame, this.#chip.element, live);
    this.hide();
    this.settle();
  }

  /** Live where the field lives now: editors are made before they have a place, and pages move them into dialogs. */
  settle(): void {
    const { parent } = this.#place();
    if (this.#host.parentNode !== parent) parent.append(this.#host);
  }

  remove(): void {
    this.hide();
    this.#host.remove();
  }

  /** Whether nothing is drawn. */
  get isBlank(): boolean {
    return this.#frame.hidden && this.#chip.isHidden;
  }

  /** Say a sentence politely, "" to say it no more: in the live region, or past the page where its scripts may not look in. */
  say(sentence: string): void {
    const { ariaNotify } = this.#host as Notifying;
    if (!ariaNotify || !this.#isForeign) return set(this.#live, sentence);
    if (sentence) ariaNotify.call(this.#host, sentence);
  }

  /** Draw nothing. */
  hide(): void {
    if (this.isBlank) return;
    this.#frame.hidden = true;
    this.#chip.hide();
    this.#kept?.end();
    this.#kept = null;
    set(this.#before, "");
    set(this.#grey, "");
  }

  /** Lay out `before`, unseen, and `grey` after it, on a page clipped to `box`, magnified `scale` times; no chip. */
  write(before: string, grey: string, box: Box, scale: number): void {
    this.#frame.hidden = false;
    this.#chip.hide();
    this.#kept ??= this.#keep?.([this.#frame, this.#chip.element]);
    const { x, y, unit } = this.#inside(box);
    const style = this.#frame.style;
    style.transform = `translate(${x}px, ${y}px) scale(${scale / unit})`;
    style.width = `${box.width / scale}px`;
    style.height = `${box.height / scale}px`;
    set(this.#before, before);
    set(this.#grey, grey);
  }

  /** Grey in the colour of `style`, unless the page sets --foretype-grey. */
  colour({ color }: CSSStyleDeclaration, field: HTMLElement): void {
    const own = getComputedStyle(field).getPropertyValue("--foretype-grey").trim();
    this.#host.style.setProperty("--foretype-color", own || `color-mix(in srgb, ${color} ${GREY_SHARE}, transparent)`);
  }

  /** The lines that `before` (its last character) and grey text stand on now. */
  lines(): { end: DOMRect | null; grey: DOMRect[] } {
    const range = document.createRange();
    const { length } = this.#before;
    range.setStart(this.#before, Math.max(0, length - 1));
    range.setEnd(this.#before, length);
    const end = length ? ([...range.getClientRects()].at(-1) ?? null) : null;
    range.selectNodeContents(this.#greySpan);
    return { end, grey: [...range.getClientRects()].filter(({ width }) => width > 0) };
  }

  /** Take grey text off the line, and offer `words` on a chip under `line`, or above it where the window ends. */
  offer(words: string, line: Box): void {
    this.#frame.hidden = true;
    this.offerToo(words, line);
  }

  /** Offer words on a chip, besides what stands on the line. */
  offerToo(words: string, line: Box): void {
    this.#chip.offer(words, line, (place) => this.#inside(place));
  }

  /** A place of the viewport in the layer's own pixels, each `unit` on the screen: an ancestor may be zoomed or transformed. */
  #inside({ left, top }: Pick<Box, "left" | "top">): { x: number; y: number; unit: number } {
    const origin = this.#host.getBoundingClientRect();
    const unit = origin.width / RULER_PX || 1;
    return { x: (left - origin.left) / unit, y: (top - origin.top) / unit, unit };
  }
}

/** Whether a finger is the writer's pointer, so that keys such as Tab may be missing. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

function placeOf(field: HTMLElement): LayerPlace {
  const box = ancestors(field).find((each) => each.matches(ABOVE_ALL));
  return { parent: box ? rootedIn(box) : document.body, mode: "open" };
}

/** Where in `box` something is drawn that is added to it: the element's own children are not, if it has a shadow root. */
export function rootedIn(box: Element): Element | ShadowRoot {
  return box.shadowRoot ?? box;
}

function element(tag: string, name: string, ...children: Node[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...children);
  return made;
}

function set(node: Text, text: string): void {
  if (node.data !== text) node.data = text;
}
