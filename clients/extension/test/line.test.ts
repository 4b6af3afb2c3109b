/** Claims about a field's line when the worker at the other end comes and goes. */

import { beforeEach, describe, expect, it } from "vitest";
import type { FrameSettings, FromFrame, ToFrame } from "../src/messages.js";
import type { TransportEvent } from "../../js/src/transport/transport.js";
import { Desk, type Port } from "../src/writing/desk.js";
import { Line } from "../src/writing/line.js";

const HELLO = { session: "m-1", context: {}, n: 3 };

/** A worker at the other end of ports: notes what it hears, ends when it is told to. */
class World {
  readonly heard: string[] = [];
  isGone = false;
  #told: (message: ToFrame) => void = () => undefined;
  #ended: () => void = () => undefined;
  #isOpen = false;

  connect(): Port {
    if (this.isGone) throw new Error("Extension context invalidated.");
    this.#isOpen = true;
    return {
      postMessage: (message: FromFrame) => this.#hear(message),
      onMessage: { addListener: (listener) => (this.#told = listener) },
      onDisconnect: { addListener: (listener) => (this.#ended = listener) },
    };
  }

  tell(message: ToFrame): void {
    this.#told(message);
  }

  end(): void {
    this.#isOpen = false;
    this.#ended();
  }

  /** Ended while the page slept: the page has not been told. */
  endUnheard(): void {
    this.#isOpen = false;
  }

  #hear(message: FromFrame): void {
    if (!this.#isOpen) throw new Error("Attempting to use a disconnected port object");
    this.heard.push("line" in message ? `${message.do} ${message.line}` : message.do);
  }
}

let world: World;
let desk: Desk;
let events: TransportEvent[];

const ask = (line: Line, seq: number): void => line.ask({ seq, text: "Hi", suffix: "" });
const opened = (): Line => {
  const line = new Line(desk);
  line.open(HELLO, (event) => events.push(event));
  return line;
};

beforeEach(() => {
  world = new World();
  desk = new Desk(() => world.connect(), ["a.example"]);
  events = [];
});

describe("a line", () => {
  it("says nothing until something is asked", () => {
    opened();
    expect(world.heard).toEqual([]);
  });

  it("opens with its first question, over one port for all lines of the frame", () => {
    ask(opened(), 1);
    ask(opened(), 1);
    expect(world.heard).toEqual(["hello", "open 1", "ask 1", "open 2", "ask 2"]);
  });

  it("fails the question under way when the worker ends, and opens again with the next", () => {
    const line = opened();
    ask(line, 1);
    world.end();
    expect(events).toEqual([{ type: "failed", seq: 1 }]);
    ask(line, 2);
    expect(world.heard.slice(3)).toEqual(["hello", "open 1", "ask 1"]);
  });

  it("does not fail a question that was answered", () => {
    const line = opened();
    ask(line, 1);
    world.tell({ is: "event", line: 1, event: { type: "answer", seq: 1, answer: { id: "a1", suggestions: [] } } });
    world.end();
    expect(events.map(({ type }) => type)).toEqual(["answer"]);
  });

  it("survives a port that was closed behind its back", () => {
    const line = opened();
    ask(line, 1);
    world.endUnheard();
    ask(line, 2);
    ask(line, 3);
    expect(world.heard.slice(3)).toEqual(["hello", "open 1", "ask 1"]);
  });

  it("reports over a new worker without opening", () => {
    const line = opened();
    ask(line, 1);
    world.end();
    line.report({ id: "a1", outcome: "ignored", characters: 0 });
    expect(world.heard.slice(3)).toEqual(["hello", "report 1"]);
  });

  it("opens again when another engine answers from now on", () => {
    const line = opened();
    ask(line, 1);
    world.tell({ is: "closed" });
    ask(line, 2);
    expect(world.heard.slice(3)).toEqual(["open 1", "ask 1"]);
  });

  it("hears nothing any more once it left", () => {
    const line = opened();
    ask(line, 1);
    line.leave();
    world.tell({ is: "event", line: 1, event: { type: "failed", seq: 1 } });
    expect(events).toEqual([]);
  });
});

describe("a desk", () => {
  it("lets the fields go when the extension is gone", () => {
    const heard: FrameSettings[] = [];
    desk.onSettings = (settings) => heard.push(settings);
    world.isGone = true;
    ask(opened(), 1);
    expect(heard.at(0)?.isOn).toBe(false);
  });
});
