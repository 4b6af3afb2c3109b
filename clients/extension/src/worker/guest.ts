/**
 * One frame at the worker's door: its lines, and what it teaches.
 *
 * What a frame says is done in the order it was said. Nothing is asked for a frame that is switched off. It does not know pages.
 */

import { brokenDown, type FromFrame, type ToFrame } from "../messages.js";
import type { House } from "./house.js";
import { Lines } from "./lines.js";
import { asksElsewhere, frameSettings, privately, type Settings } from "./settings.js";

export class Guest {
  readonly #house: House;
  readonly #tell: (message: ToFrame) => unknown;
  readonly #lines: Lines;
  readonly #isPrivate: boolean;
  #hosts: readonly string[] = [];
  #settings: Settings | null = null;
  #turn: Promise<void> = Promise.resolve();

  /** `isPrivate`: its window is. */
  constructor(house: House, tell: (message: ToFrame) => unknown, { isPrivate }: { isPrivate: boolean }) {
    this.#house = house;
    this.#isPrivate = isPrivate;
    this.#tell = tell;
    this.#lines = new Lines(tell, (problem) => house.note(problem));
  }

  /** Whether a line is open: somebody writes, or did a moment ago. */
  get isWriting(): boolean {
    return !this.#lines.isEmpty;
  }

  /** Take in what the frame says. */
  hear(message: FromFrame): void {
    this.#turn = this.#turn.then(() => this.#do(message)).catch((error: unknown) => this.#stumble(error));
  }

  /** The settings have changed. */
  heed(settings: Settings): void {
    const before = this.#settings;
    if (!before) return; // it has not said hello yet
    if (asksElsewhere(before, settings)) this.#closeAll();
    this.#keep(settings);
  }

  /** The frame is gone. */
  leave(): void {
    this.#lines.closeAll();
  }

  async #do(message: FromFrame): Promise<void> {
    if (message.do === "hello") return this.#greet(message.hosts);
    const settings = this.#settings;
    if (!settings || !frameSettings(settings, this.#hosts).isOn) return;
    switch (message.do) {
      case "open": return this.#open(message, settings);
      case "report": return this.#aside(this.#house.report(message.report, this.#lines.get(message.line), settings));
      case "saved": return this.#aside(this.#house.count(message.keys));
      case "learn": return this.#aside(this.#house.learn(message.letter, settings));
      default: return this.#lines.say(message);
    }
  }

  async #greet(hosts: readonly string[]): Promise<void> {
    this.#hosts = hosts;
    this.#keep(await this.#house.settings());
  }

  #keep(settings: Settings): void {
    this.#settings = this.#isPrivate ? privately(settings) : settings;
    this.#tell({ is: "settings", settings: frameSettings(this.#settings, this.#hosts) });
  }

  /** The user is named here: frames never learn who writes. */
  async #open({ line, hello }: Extract<FromFrame, { do: "open" }>, settings: Settings): Promise<void> {
    const { user } = settings;
    this.#lines.open(line, { ...hello, ...(user && { user }) }, await this.#house.transport(settings));
  }

  /** None of these may hold up the next question. */
  #aside(work: Promise<void>): void {
    work.catch((error: unknown) => this.#house.note(brokenDown(error)));
  }

  /** The next word finds the way to the engine anew. */
  #stumble(error: unknown): void {
    this.#house.note(brokenDown(error));
    this.#closeAll();
  }

  #closeAll(): void {
    this.#lines.closeAll();
    this.#tell({ is: "closed" });
  }
}
