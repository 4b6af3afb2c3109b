/**
 * A field with grey text: its events into the core, the core's orders out to transport and field, the state onto the layer.
 *
 * It holds the one state of the field. It does not know what kind of field it is, nor how answers travel.
 */

import { greyText } from "../core/grey.js";
import { beforeCaret, initial, type State } from "../core/state.js";
import type { ChangeKind, Context, Event, Order } from "../core/types.js";
import { update } from "../core/update.js";
import { isClosing } from "../core/words.js";
import type { Hello, Link, Problem, Transport, TransportEvent } from "../transport/transport.js";
import { Announcer, sentenceFor } from "./announce.js";
import type { Field } from "./field.js";
import { defaultKeys, intentOf, withKeys, type Keys } from "./keys.js";
import { Layer, type LayerPlace } from "./layer.js";
import { refusalOf, type Refusal } from "./refusal.js";

const SUGGESTIONS_WANTED = 3; // what the keys for next and previous walk through
const TYPED = /^insert(Text|LineBreak|Paragraph|CompositionText|FromComposition)$/;

export interface FieldOptions {
  readonly transport: Transport;
  readonly user?: string;
  readonly adapter?: string;
  readonly context?: Context;
  /** Chords by intent, in place of the platform's; see keys.ts. */
  readonly keys?: Partial<Keys>;
  /** Where grey text is drawn, if not in the page's body. */
  readonly layer?: LayerPlace;
  /** The sentence for a screen reader, or false for none. */
  readonly announce?: ((words: string) => string) | false;
  readonly onLink?: (link: Link) => void;
  /** What went wrong at the server; said on the console, once, when nobody listens. */
  readonly onProblem?: (problem: Problem) => void;
}

export class Attached {
  readonly #field: Field;
  readonly #options: FieldOptions;
  readonly #keys: Keys;
  readonly #layer: Layer;
  readonly #announcer: Announcer;
  readonly #ends = new AbortController();
  readonly #askedAt = new Map<number, number>();
  #state: State = initial;
  #context: Context;
  #isOpen = false;
  #acceptedAt = -Infinity;
  #problem = "";

  /** Throws a TypeError for keys that do not exist. */
  constructor(field: Field, options: FieldOptions) {
    const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
    this.#keys = withKeys(defaultKeys(isMac), options.keys);
    this.#field = field;
    this.#options = options;
    this.#context = options.context ?? {};
    this.#layer = new Layer(field.element, () => this.#dispatch({ type: "accept" }), options.layer);
    const sentence = options.announce || ((words: string) => sentenceFor(words, this.#keys.accept[0]));
    this.#announcer = new Announcer((words) => this.#layer.say(words), sentence);
    this.#listen();
    if (field.element.matches(":focus")) this.#focus(true);
  }

  /** Why nothing is suggested here, or null. */
  get refusal(): Refusal | null {
    return refusalOf(this.#field.element);
  }

  /** The text was sent: learned for the user if there is one, and the next message begins. */
  sent(): void {
    const { text } = this.#state;
    this.#dispatch({ type: "clear" });
    if (this.#isOpen && !this.refusal) this.#options.transport.sent(text);
    this.#isOpen = false;
    this.#focus(this.#field.element.matches(":focus"));
  }

  /** What surrounds the text has changed. */
  setContext(context: Context): void {
    this.#context = context;
    if (this.#isOpen) this.#options.transport.setContext(context);
    this.#dispatch({ type: "context" });
  }

  /** Suggest, or rest. */
  enable(on: boolean): void {
    this.#dispatch({ type: "enable", on });
  }

  /** Leave the field as it was found. */
  detach(): void {
    this.#dispatch({ type: "focus", on: false });
    this.#ends.abort();
    this.#announcer.announce("", "");
    this.#layer.remove();
    this.#options.transport.close();
  }

  #listen(): void {
    const { element } = this.#field;
    const options = { signal: this.#ends.signal };
    element.addEventListener("keydown", (event) => this.#key(event), { ...options, capture: true });
    element.addEventListener("beforeinput", (event) => this.#closeUp(event), options);
    element.addEventListener("input", (event) => this.#changed(event), options);
    element.addEventListener("compositionstart", () => this.#dispatch({ type: "compose", on: true }), options);
    element.addEventListener("compositionend", () => this.#composed(), options);
    element.addEventListener("focus", () => this.#focus(true), options);
    element.addEventListener("blur", () => this.#focus(false), options);
    for (const target of [document, element]) target.addEventListener("selectionchange", () => this.#moved(), options);
    addEventListener("scroll", () => this.#draw(), { ...options, capture: true, passive: true });
    addEventListener("resize", () => this.#draw(), options);
    const sizes = new ResizeObserver(() => this.#draw());
    sizes.observe(element);
    this.#ends.signal.addEventListener("abort", () => sizes.disconnect());
  }

  #dispatch(event: Event): void {
    this.#state = update(this.#state, event);
    for (const order of this.#state.outbox) this.#carryOut(order);
    this.#draw();
  }

  #carryOut(order: Order): void {
    const { transport } = this.#options;
    switch (order.do) {
      case "send": return this.#send(order);
      case "cancel": return transport.cancel();
      case "insert": return this.#insert(order.text);
      case "wait": return this.#later({ type: "due", seq: order.seq }, order.ms);
      case "look": return this.#later({ type: "look", id: order.id }, order.ms);
      case "report": {
        const { do: _, ...report } = order;
        return transport.report(report);
      }
    }
  }

  #send({ seq, text, suffix }: Extract<Order, { do: "send" }>): void {
    if (this.refusal) return;
    if (!this.#isOpen) this.#open();
    this.#askedAt.clear();
    this.#askedAt.set(seq, performance.now());
    this.#options.transport.ask({ seq, text, suffix });
  }

  #open(): void {
    const { user, adapter, transport } = this.#options;
    const names: Partial<Hello> = { ...(user && { user }), ...(adapter && { adapter }) };
    const session = crypto.randomUUID?.() ?? `m-${Math.random().toString(36).slice(2)}`; // none on plain http
    this.#isOpen = true;
    transport.open({ ...names, session, context: this.#context, n: SUGGESTIONS_WANTED }, (event) => this.#hear(event));
  }

  #later(event: Event, ms: number): void {
    const timer = setTimeout(() => this.#dispatch(event), ms);
    this.#ends.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  #insert(text: string): void {
    this.#acceptedAt = performance.now();
    this.#field.insert(text);
  }

  #hear(event: TransportEvent): void {
    if (this.#ends.signal.aborted) return;
    switch (event.type) {
      case "answer": {
        const ms = performance.now() - (this.#askedAt.get(event.seq) ?? performance.now());
        return this.#dispatch({ ...event, ms });
      }
      case "failed": return this.#dispatch(event);
      case "problem": return this.#complain(event.problem);
      case "link":
        this.#options.onLink?.(event.link);
        if (event.link === "live") this.#dispatch({ type: "connected" });
    }
  }

  #complain(problem: Problem): void {
    if (this.#options.onProblem) return this.#options.onProblem(problem);
    if (problem.detail !== this.#problem) console.warn(`foretype: ${problem.detail}`);
    this.#problem = problem.detail;
  }

  #focus(on: boolean): void {
    const now = on && !this.refusal ? this.#field.read() : null;
    if (now) this.#dispatch({ type: "select", ...now });
    this.#dispatch({ type: "focus", on: now !== null });
  }

  #composed(): void {
    const now = this.#field.read();
    if (now) this.#dispatch({ type: "input", kind: "type", at: performance.now(), ...now });
    this.#dispatch({ type: "compose", on: false });
  }

  #changed(event: globalThis.Event): void {
    const { inputType = "" } = event as InputEvent;
    const kind: ChangeKind = TYPED.test(inputType) ? "type" : inputType.startsWith("delete") ? "erase" : "other";
    if (this.refusal) return this.#dispatch({ type: "focus", on: false });
    const now = this.#field.read();
    if (now) this.#dispatch({ type: "input", kind, at: performance.now(), ...now });
  }

  #moved(): void {
    if (!this.#state.focused || this.#state.composing) return;
    const now = this.#field.read();
    if (now) this.#dispatch({ type: "select", ...now });
  }

  #key(event: KeyboardEvent): void {
    const { text, end } = this.#state;
    const sinceAcceptMs = performance.now() - this.#acceptedAt;
    const rtl = getComputedStyle(this.#field.element).direction === "rtl";
    const now = { grey: this.#visible(), atEnd: !text.slice(end).trim(), rtl, sinceAcceptMs };
    const intent = this.#state.focused ? intentOf(event, this.#keys, now) : null;
    if (!intent) return;
    if (intent !== "dismiss" || now.grey) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (intent !== "swallow") this.#dispatch({ type: intent });
  }

  /** Punctuation after the space that came with an accept takes that space's place. */
  #closeUp(event: InputEvent): void {
    const { spaceAt, start, end } = this.#state;
    if (event.inputType !== "insertText" || event.isComposing || !event.data || !isClosing(event.data)) return;
    if (spaceAt !== start || spaceAt !== end) return;
    event.preventDefault();
    this.#field.insert(event.data, 1);
  }

  /** Grey text, unless a menu of the page's own is open on the field. */
  #visible(): string {
    const { element } = this.#field;
    const isMenuOpen = element.getAttribute("aria-expanded") === "true" || element.getAttribute("aria-activedescendant");
    return isMenuOpen ? "" : greyText(this.#state);
  }

  #draw(): void {
    const grey = this.#visible();
    if (grey) this.#field.draw(this.#layer, grey, this.#state);
    else this.#layer.hide();
    if (this.#options.announce !== false) this.#announcer.announce(beforeCaret(this.#state), grey);
  }
}
