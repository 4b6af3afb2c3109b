/**
 * One frame at the worker's door: its lines, each with a transport of its own, and what it teaches.
 *
 * What a frame says is done in the order it was said. Nothing is asked for a frame that is switched off. It does not know pages.
 */

import type { Transport } from "../../../js/src/transport/transport.js";
import type { FromFrame, ToFrame } from "../messages.js";
import type { House } from "./house.js";
import { asksElsewhere, frameSettings, type Settings } from "./settings.js";

export class Guest {
  readonly #house: House;
  readonly #tell: (message: ToFrame) => unknown;
  readonly #lines = new Map<number, Transport>();
  #hosts: readonly string[] = [];
  #settings: Settings | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(house: House, tell: (message: ToFrame) => unknown) {
    this.#house = house;
    this.#tell = tell;
  }

  /** Take in what the frame says. */
  hear(message: FromFrame): void {
    this.#turn = this.#turn.then(() => this.#do(message));
  }

  /** The settings have changed. */
  heed(settings: Settings): void {
    const before = this.#settings;
    if (!before) return; // it has not said hello yet
    this.#settings = settings;
    if (asksElsewhere(before, settings)) this.#closeAll();
    this.#tell({ is: "settings", settings: frameSettings(settings, this.#hosts) });
  }

  /** The frame is gone. */
  leave(): void {
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  async #do(message: FromFrame): Promise<void> {
    if (message.do === "hello") return this.#greet(message.hosts);
    const settings = this.#settings;
    if (!settings || !frameSettings(settings, this.#hosts).isOn) return;
    switch (message.do) {
      case "open": return this.#open(message, settings);
      case "context": return this.#lines.get(message.line)?.setContext(message.context);
      case "ask": return this.#lines.get(message.line)?.ask(message.question);
      case "cancel": return this.#lines.get(message.line)?.cancel();
      case "close": return this.#close(message.line);
      case "report": return void this.#house.report(message.report, this.#lines.get(message.line) ?? null, settings);
      case "learn": return void this.#house.learn(message.letter, settings); // neither may hold up the next question
    }
  }

  async #greet(hosts: readonly string[]): Promise<void> {
    this.#hosts = hosts;
    this.#settings = await this.#house.settings();
    this.#tell({ is: "settings", settings: frameSettings(this.#settings, hosts) });
  }

  #open({ line, hello }: Extract<FromFrame, { do: "open" }>, settings: Settings): void {
    this.#close(line);
    const transport = this.#house.transport(settings);
    this.#lines.set(line, transport);
    const { user } = settings;
    transport.open({ ...hello, ...(user && { user }) }, (event) => {
      if (this.#lines.get(line) !== transport) return;
      if (event.type === "problem") this.#house.note(event.problem);
      else this.#tell({ is: "event", line, event });
    });
  }

  #close(line: number): void {
    this.#lines.get(line)?.close();
    this.#lines.delete(line);
  }

  #closeAll(): void {
    this.leave();
    this.#tell({ is: "closed" });
  }
}
