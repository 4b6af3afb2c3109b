/**
 * An editable element read as lines of text, with the caret's place in it.
 *
 * Blocks begin lines, <br> ends them, white space runs are one space unless the style keeps them. It does not know
 * how text is put in.
 */

import type { FieldText } from "../core/types.js";

const BLOCK = /^(ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|DD|DIV|DL|DT|FIGURE|FOOTER|FORM|H[1-6]|HEADER|HR|LI|MAIN|NAV|OL|P|PRE|SECTION|TABLE|TD|TH|TR|UL)$/;
const UNSEEN = /^(SCRIPT|STYLE|TEMPLATE)$/;

const BEFORE = 11_000; // characters; see part.ts
const AFTER = 2_000;

/** A place in a document, as selections name it. */
export interface Place {
  readonly node: Node;
  readonly offset: number;
}

/** The text of `root`, and what a selection from `from` to `to` is in it; null when nothing is read where it ends. Of a
 *  long text what stands round `to` is read. */
export function textOf(root: HTMLElement, from: Place, to: Place): FieldText | null {
  const reader = new Reader(nearby(root, to), [from, to], !/^(pre|break-spaces)/.test(getComputedStyle(root).whiteSpace));
  reader.read(root);
  const { start, end } = reader;
  return end === null ? null : { text: reader.text.replaceAll("\u00a0", " "), start: start ?? 0, end };
}

/** The block that holds `node`, within `root`. */
export function blockOf(node: Node, root: HTMLElement): HTMLElement {
  const element = node instanceof HTMLElement ? node : node.parentElement;
  if (!element || element === root || BLOCK.test(element.tagName)) return element ?? root;
  return blockOf(element.parentElement ?? root, root);
}

/** The nodes between which a text is read; null for its ends. */
interface Stretch {
  readonly first: Node | null;
  readonly last: Node | null;
}

/** Where to read round a place: from a node on that stands long before it to one that stands behind it. They stay the same
 *  while the place's own node is typed in. */
function nearby(root: HTMLElement, { node, offset }: Place): Stretch {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const here = node.childNodes[offset] ?? node;
  const far = (step: () => Node | null, enough: number): Node | null => {
    walker.currentNode = here;
    let seen = 0;
    for (let next = step(); next; next = step()) if ((seen += (next as Text).length) > enough) return next;
    return null;
  };
  return { first: far(() => walker.previousNode(), BEFORE), last: far(() => walker.nextNode(), AFTER) };
}

/** For each parent on the way from `root` down to `node`, the child that leads there. */
function wayTo(node: Node | null, root: Node): Map<Node, Node> {
  const way = new Map<Node, Node>();
  for (let child = node; child && child !== root; child = child.parentNode) if (child.parentNode) way.set(child.parentNode, child);
  return way;
}

class Reader {
  text = "";
  start: number | null = null;
  end: number | null = null;
  readonly #stretch: Stretch;
  readonly #ends: readonly [from: Place, to: Place];
  readonly #collapses: boolean;
  #toFirst = new Map<Node, Node>();
  #toLast = new Map<Node, Node>();
  #last = ""; // character
  #isLineOpen = false;
  #owesBreak = false;

  constructor(stretch: Stretch, ends: readonly [from: Place, to: Place], collapses: boolean) {
    this.#stretch = stretch;
    this.#ends = ends;
    this.#collapses = collapses;
  }

  read(root: Node): void {
    this.#toFirst = wayTo(this.#stretch.first, root);
    this.#toLast = wayTo(this.#stretch.last, root);
    this.#children(root);
  }

  #children(parent: Node): void {
    const last = this.#toLast.get(parent);
    let node = this.#toFirst.get(parent) ?? parent.firstChild;
    for (; node; node = node === last ? null : node.nextSibling) {
      this.#markBefore(node, parent);
      this.#node(node);
    }
    this.#markBefore(null, parent);
  }

  #node(node: Node): void {
    if (node instanceof Text) return this.#data(node);
    if (!(node instanceof Element) || UNSEEN.test(node.tagName)) return;
    if (node.tagName === "BR") return this.#br(node);
    const isBlock = BLOCK.test(node.tagName);
    if (isBlock) this.#endLine();
    this.#children(node);
    if (isBlock) this.#endLine();
  }

  /** Text, cut where the selection's ends lie in it. */
  #data(node: Text): void {
    let done = 0;
    this.#ends.forEach((place, i) => {
      if (place.node !== node) return;
      this.#write(node.data.slice(done, place.offset));
      this.#mark(i);
      done = place.offset;
    });
    this.#write(node.data.slice(done));
  }

  /** The last <br> of a block only keeps its line from collapsing. */
  #br(node: Element): void {
    this.#openLine();
    if (node.nextSibling || node.parentElement?.lastChild !== node) this.#add("\n");
  }

  #write(data: string): void {
    const fresh = this.#collapses ? data.replace(/[ \t\r\n]+/g, " ") : data;
    const isLineStart = !this.#isLineOpen || /^[\n ]?$/.test(this.#last);
    const kept = this.#collapses && isLineStart ? fresh.replace(/^ /, "") : fresh;
    if (!kept) return;
    this.#openLine();
    this.#add(kept);
  }

  /** Mark the ends of the selection that stand before a child of `parent`; null: behind its children. */
  #markBefore(child: Node | null, parent: Node): void {
    this.#ends.forEach(({ node, offset }, i) => {
      if (node === parent && (node.childNodes[offset] ?? null) === child) this.#mark(i);
    });
  }

  #mark(end: number): void {
    this.#openLine();
    if (end === 0) this.start = this.text.length;
    else this.end = this.text.length;
  }

  #openLine(): void {
    if (this.#owesBreak) this.#add("\n");
    this.#owesBreak = false;
    this.#isLineOpen = true;
  }

  #endLine(): void {
    if (this.#isLineOpen) this.#owesBreak = true;
    this.#isLineOpen = false;
  }

  #add(piece: string): void {
    this.text += piece; // nobody looks into it before it is whole: that would copy it each time
    this.#last = piece.at(-1) ?? this.#last;
  }
}
