/**
 * An editable element read as lines of text, with the caret's place in it.
 *
 * Blocks begin lines, <br> ends them, white space runs are one space unless the style keeps them. It does not know
 * how text is put in.
 */

import type { FieldText } from "../core/types.js";

const BLOCK = /^(ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|DD|DIV|DL|DT|FIGURE|FOOTER|FORM|H[1-6]|HEADER|HR|LI|MAIN|NAV|OL|P|PRE|SECTION|TABLE|TD|TH|TR|UL)$/;
const UNSEEN = /^(SCRIPT|STYLE|TEMPLATE)$/;

/** A place in a document, as selections name it. */
export interface Place {
  readonly node: Node;
  readonly offset: number;
}

/** The text of `root`, and what a selection from `from` to `to` is in it; null when an end lies outside. */
export function textOf(root: HTMLElement, from: Place, to: Place): FieldText | null {
  const reader = new Reader(from, to, !/^(pre|break-spaces)/.test(getComputedStyle(root).whiteSpace));
  reader.children(root);
  const { start, end } = reader;
  return start === null || end === null ? null : { text: reader.text.replaceAll("\u00a0", " "), start, end };
}

/** The block that holds `node`, within `root`. */
export function blockOf(node: Node, root: HTMLElement): HTMLElement {
  const element = node instanceof HTMLElement ? node : node.parentElement;
  if (!element || element === root || BLOCK.test(element.tagName)) return element ?? root;
  return blockOf(element.parentElement ?? root, root);
}

class Reader {
  text = "";
  start: number | null = null;
  end: number | null = null;
  readonly #from: Place;
  readonly #to: Place;
  readonly #collapses: boolean;
  #isLineOpen = false;
  #owesBreak = false;

  constructor(from: Place, to: Place, collapses: boolean) {
    this.#from = from;
    this.#to = to;
    this.#collapses = collapses;
  }

  children(parent: Node): void {
    const nodes = [...parent.childNodes];
    nodes.forEach((node, i) => {
      this.#mark(parent, i);
      this.#node(node);
    });
    this.#mark(parent, nodes.length);
  }

  #node(node: Node): void {
    if (node instanceof Text) return this.#data(node);
    if (!(node instanceof Element) || UNSEEN.test(node.tagName)) return;
    if (node.tagName === "BR") return this.#br(node);
    const isBlock = BLOCK.test(node.tagName);
    if (isBlock) this.#endLine();
    this.children(node);
    if (isBlock) this.#endLine();
  }

  /** Text, cut where the selection's ends lie in it. */
  #data(node: Text): void {
    const cuts = [this.#from, this.#to].filter((place) => place.node === node).map(({ offset }) => offset);
    let done = 0;
    for (const cut of cuts) {
      this.#write(node.data.slice(done, cut));
      this.#mark(node, cut);
      done = cut;
    }
    this.#write(node.data.slice(done));
  }

  /** The last <br> of a block only keeps its line from collapsing. */
  #br(node: Element): void {
    this.#openLine();
    if (node.nextSibling || node.parentElement?.lastChild !== node) this.text += "\n";
  }

  #write(data: string): void {
    const fresh = this.#collapses ? data.replace(/[ \t\r\n]+/g, " ") : data;
    const isLineStart = !this.#isLineOpen || /(^|[\n ])$/.test(this.text);
    const kept = this.#collapses && isLineStart ? fresh.replace(/^ /, "") : fresh;
    if (!kept) return;
    this.#openLine();
    this.text += kept;
  }

  #mark(node: Node, offset: number): void {
    const isFrom = this.#from.node === node && this.#from.offset === offset;
    const isTo = this.#to.node === node && this.#to.offset === offset;
    if (!isFrom && !isTo) return;
    this.#openLine();
    if (isFrom) this.start = this.text.length;
    if (isTo) this.end = this.text.length;
  }

  #openLine(): void {
    if (this.#owesBreak) this.text += "\n";
    this.#owesBreak = false;
    this.#isLineOpen = true;
  }

  #endLine(): void {
    if (this.#isLineOpen) this.#owesBreak = true;
    this.#isLineOpen = false;
  }
}
