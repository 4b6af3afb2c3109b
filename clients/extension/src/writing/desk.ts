/**
 * A frame's one port to the extension's worker, shared by the lines of its fields.
 *
 * The browser ends the worker whenever it likes. The port is then made anew with the next word, and lines begin anew.
 * When the extension itself is gone, fields are let go. It does not know what a field is.
 */

import type { TransportEvent } from "../../../js/src/transport/transport.js";
import type { FrameSettings, FromFrame, ToFrame } from "../messages.js";

const GONE: FrameSettings = { isOn: false, learns: false, keys: {} };

/** What the desk needs of chrome.runtime.Port. */
export interface Port {
  postMessage(message: FromFrame): void;
  readonly onMessage: { addListener(listener: (message: ToFrame) => void): void };
  readonly onDisconnect: { addListener(listener: () => void): void };
}

/** Who takes what comes for one field. */
export interface Listening {
  hear(event: TransportEvent): void;
  /** The other end has forgotten this line. */
  lose(): void;
}

export class Desk {
  /** Called with the settings of this frame: after each connection, and when they change. */
  onSettings: (settings: FrameSettings) => void = () => undefined;
  readonly #connect: () => Port;
  readonly #hosts: readonly string[];
  readonly #lines = new Map<number, Listening>();
  #numLines = 0;
  #port: Port | null = null;

  /** `connect` makes a port, or throws when the extension is gone. */
  constructor(connect: () => Port, hosts: readonly string[]) {
    this.#connect = connect;
    this.#hosts = hosts;
  }

  /** Take a line in; gives its number. */
  add(line: Listening): number {
    this.#lines.set(++this.#numLines, line);
    return this.#numLines;
  }

  remove(line: number): void {
    this.#lines.delete(line);
  }

  /** Be connected, so that the settings come. */
  wake(): void {
    if (this.#port) return;
    try {
      this.#greet(this.#connect());
    } catch {
      this.onSettings(GONE); // the extension was removed or renewed, and this page outlived it
    }
  }

  /** Say `message`, over a new port if there is none. */
  say(message: FromFrame): void {
    this.wake();
    try {
      this.#port?.postMessage(message);
    } catch {
      this.#lose(); // the port was closed while the page slept in the back-forward cache,
      this.wake(); // or the extension is gone, which nobody tells
    }
  }

  #greet(port: Port): void {
    port.onMessage.addListener((message) => this.#hear(message));
    port.onDisconnect.addListener(() => port === this.#port && this.#lose());
    port.postMessage({ do: "hello", hosts: this.#hosts });
    this.#port = port;
  }

  #hear(message: ToFrame): void {
    switch (message.is) {
      case "event": return this.#lines.get(message.line)?.hear(message.event);
      case "closed": return this.#tellLost();
      case "settings": return this.onSettings(message.settings);
    }
  }

  #lose(): void {
    this.#port = null;
    this.#tellLost();
  }

  #tellLost(): void {
    for (const line of this.#lines.values()) line.lose();
  }
}
