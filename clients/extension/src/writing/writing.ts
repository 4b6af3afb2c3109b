/**
 * One field of a page with grey text: adapter, line and layer together, for as long as the field lives.
 *
 * The layer hangs outside the page's body in a root that scripts of the page cannot open. It does not know other fields.
 */

import { EditableField } from "../../../js/src/adapters/contenteditable.js";
import { TextField } from "../../../js/src/adapters/textarea.js";
import type { Context } from "../../../js/src/core/types.js";
import { Attached } from "../../../js/src/field/attached.js";
import type { Field } from "../../../js/src/field/field.js";
import { ABOVE_ALL, rootedIn, type LayerPlace } from "../../../js/src/field/layer.js";
import type { FrameSettings } from "../messages.js";
import { contextOf } from "../surroundings/context.js";
import { keysSavedBy } from "../worker/saved.js";
import type { Desk } from "./desk.js";
import { Lease } from "./lease.js";
import { Line } from "./line.js";
import { closestAcross } from "./trees.js";
import { trusted } from "./trusted.js";

const REST_MS = 1000; // a field that was left for longer holds nothing in the engine

export class Writing {
  readonly element: HTMLElement;
  readonly #line: Line;
  readonly #attached: Attached;
  readonly #ends = new AbortController();
  #context: Context;

  constructor(element: HTMLElement, desk: Desk, { keys }: FrameSettings) {
    this.element = element;
    this.#line = new Line(desk);
    this.#context = contextOf(element);
    const rest = { transport: this.#line, layer: placeFor(element), onProblem: () => undefined }; // the worker tells
    this.#attached = new Attached(adapterFor(element, (keys) => desk.say({ do: "saved", keys })), { context: this.#context, keys, ...rest });
    element.addEventListener("blur", () => this.#rest(), { signal: this.#ends.signal });
  }

  get context(): Context {
    return this.#context;
  }

  /** Look round again: a subject may have been written since. */
  refresh(): void {
    const fresh = contextOf(this.element);
    if (JSON.stringify(fresh) === JSON.stringify(this.#context)) return;
    this.#context = fresh;
    this.#attached.setContext(fresh);
  }

  /** Its text goes out, as far as one can see. */
  sent(): void {
    this.#attached.sent();
  }

  /** Leave the field as it was found. */
  detach(): void {
    this.#ends.abort();
    this.#attached.detach();
    this.#line.leave();
  }

  #rest(): void {
    setTimeout(() => this.element.matches(":focus") || this.#line.close(), REST_MS);
  }
}

/** Keys are waited for at the window: many pages have listeners of their own high up in their tree. */
function adapterFor(element: HTMLElement, saved: (keys: number) => void): Field {
  const isLine = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
  const field = isLine ? new TextField(element) : new EditableField(element);
  const put = field.insert.bind(field);
  const insert = (text: string, replaced = 0): void => {
    put(text, replaced);
    saved(keysSavedBy(text, replaced));
  };
  return Object.assign(field, { keysFrom: trusted, insert });
}

/** Outside the page's tree; but what lies above all else (a modal dialog, a full screen) has the layers of its fields inside. */
function placeFor(element: HTMLElement): LayerPlace {
  return {
    mode: "closed",
    keep: (drawn) => new Lease(drawn),
    get parent() {
      const box = closestAcross(element, ABOVE_ALL);
      return box ? rootedIn(box) : document.documentElement;
    },
  };
}
