/**
 * The fields of a frame that have grey text: made at their first focus, let go when they or the switches say so.
 *
 * It does not know what is suggested, nor how words travel.
 */

import type { FrameSettings } from "../messages.js";
import type { Desk } from "./desk.js";
import { Secrets } from "./secrets.js";
import { Sending } from "./sending.js";
import { editingHost } from "./trees.js";
import { isLeftAlone } from "./wanted.js";
import { Writing } from "./writing.js";

export class Fields {
  readonly #desk: Desk;
  readonly #writings = new Map<HTMLElement, Writing>();
  readonly #secrets = new Secrets((field) => this.#drop(field));
  #settings: FrameSettings | null = null;
  #latest: HTMLElement | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
    desk.onSettings = (settings) => this.#heed(settings);
    const sending = new Sending((letter) => this.#settings?.learns && desk.say({ do: "learn", letter }));
    sending.watch(document, () => this.#writings.values());
  }

  /** `element`, or the editable element it is in, has the focus now. */
  focused(element: HTMLElement): void {
    this.#latest = editingHost(element);
    this.#secrets.watch(element.getRootNode());
    this.#sweep();
    this.#desk.wake();
    if (this.#settings) this.#take(this.#latest, this.#settings);
  }

  #heed(settings: FrameSettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    for (const element of this.#writings.keys()) this.#drop(element);
    if (this.#latest?.matches(":focus")) this.#take(this.#latest, settings);
  }

  #take(element: HTMLElement, settings: FrameSettings): void {
    if (!settings.isOn || this.#secrets.has(element) || isLeftAlone(element)) return this.#drop(element);
    const writing = this.#writings.get(element);
    if (writing) return writing.refresh();
    this.#writings.set(element, new Writing(element, this.#desk, settings));
  }

  #sweep(): void {
    for (const element of this.#writings.keys()) if (!element.isConnected) this.#drop(element);
  }

  #drop(element: HTMLElement): void {
    this.#writings.get(element)?.detach();
    this.#writings.delete(element);
  }
}
