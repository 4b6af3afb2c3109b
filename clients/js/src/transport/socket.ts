/**
 * The way over a WebSocket for a field's whole life: only what changed is sent, stale answers never arrive.
 *
 * It connects again by itself, ever more patiently. While there is no line, questions take the spare transport's way.
 * It does not know what the text says, nor what is drawn.
 */

import { clipped, editMessage, type Sent } from "../core/delta.js";
import type { Answer, Context, Question, Report } from "../core/types.js";
import { addressOf, octets, type Place } from "./calls.js";
import type { Hello, Link, Listener, Problem, Transport, TransportEvent } from "./transport.js";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8000;

type ServerMessage =
  | { readonly type: "opened" | "learned" }
  | ({ readonly type: "suggestion"; readonly seq: number } & Answer)
  | { readonly type: "error"; readonly problem: Problem };

/** Milliseconds to wait before try number `attempt` (from 0); `random` in [0, 1) spreads many pages. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.75 + 0.5 * random);
}

/** The subprotocols that carry a token: addresses end up in the logs of proxies, these do not. */
export function subprotocols(token: string | undefined): string[] {
  if (!token) return [];
  const encoded = btoa(octets(token)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return ["foretype", `foretype.bearer.${encoded}`];
}

export class SocketTransport implements Transport {
  readonly #place: Place;
  readonly #spare: Transport;
  #hello: Hello | null = null;
  #listener: Listener = () => undefined;
  #socket: WebSocket | null = null;
  #isReady = false;
  #spareLink: Link = "off"; // how the spare has last reached the composer, since there is no line
  #held: Sent | null = null; // what the server's end of the socket holds
  #asked: number | null = null; // seq of the question that is under way on the socket
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(place: Place, spare: Transport) {
    this.#place = place;
    this.#spare = spare;
  }

  open(hello: Hello, listener: Listener): void {
    this.#hello = hello;
    this.#listener = listener;
    this.#spare.open(hello, (event) => this.#overhear(event));
    this.#held = null;
    if (this.#isReady) this.#say({ type: "open", ...hello });
    else if (!this.#socket) this.#connect();
  }

  setContext(context: Context): void {
    if (this.#hello) this.#hello = { ...this.#hello, context };
    this.#spare.setContext(context);
    if (this.#isReady) this.#say({ type: "context", context });
  }

  ask(question: Question): void {
    if (!this.#isReady) return this.#spare.ask(question);
    const now = clipped(question.text, question.suffix);
    this.#spare.cancel();
    this.#asked = question.seq;
    this.#say(editMessage(question.seq, this.#held, now));
    this.#held = now;
  }

  cancel(): void {
    if (this.#asked !== null) this.#say({ type: "cancel" });
    this.#asked = null;
    this.#spare.cancel();
  }

  report(report: Report): void {
    if (this.#isReady) this.#say({ type: "feedback", ...report });
    else this.#spare.report(report);
  }

  sent(text: string): void {
    if (!this.#isReady) return this.#spare.sent(text);
    const seq = Number.MAX_SAFE_INTEGER; // the last edit of this message, whatever was asked before
    this.#say({ type: "edit", seq, ...clipped(text, "") });
    this.#say({ type: "close", sent: true });
    this.#held = this.#asked = null;
    this.#spare.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = this.#hello = this.#held = this.#asked = null;
    this.#isReady = false;
    socket?.close();
    this.#spare.close();
  }

  /** An answer by the spare's way may come after the line is there, and is no news of the link then. */
  #overhear(event: TransportEvent): void {
    if (event.type === "link" && this.#isReady) return;
    if (event.type === "link") this.#spareLink = event.link;
    this.#listener(event);
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = lineTo(this.#place);
    if (!socket) return this.#lose();
    this.#socket = socket;
    socket.onopen = () => socket === this.#socket && this.#say({ type: "open", ...this.#hello });
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (socket === this.#socket) this.#receive(JSON.parse(data) as ServerMessage);
    };
    socket.onclose = () => socket === this.#socket && this.#lose();
  }

  #lose(): void {
    const seq = this.#asked;
    this.#socket = this.#held = this.#asked = null;
    this.#isReady = false;
    this.#listener({ type: "link", link: this.#spareLink });
    if (seq !== null) this.#listener({ type: "failed", seq });
    this.#timer = setTimeout(() => this.#connect(), backoffMs(this.#attempt++, Math.random()));
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "opened": return this.#opened();
      case "suggestion": return this.#deliver(message.seq, message);
      case "error": return this.#fail(message.problem);
    }
  }

  #opened(): void {
    const isNew = !this.#isReady;
    this.#isReady = true;
    this.#spareLink = "off";
    this.#attempt = 0;
    if (isNew) this.#listener({ type: "link", link: "live" });
  }

  #deliver(seq: number, answer: Answer): void {
    if (seq !== this.#asked) return;
    if (answer.final !== false) this.#asked = null;
    this.#listener({ type: "answer", seq, answer });
  }

  #fail(problem: Problem): void {
    const seq = this.#asked;
    this.#held = this.#asked = null; // after a refused edit the next one is sent whole
    if (seq !== null) this.#listener({ type: "failed", seq });
    this.#listener({ type: "problem", problem });
  }

  #say(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }
}

/** A line to a server, or null where the browser allows none: from a page on https to a server that is not. */
function lineTo(place: Place): WebSocket | null {
  const address = addressOf(place, "/v1/compose");
  address.protocol = address.protocol.replace("http", "ws");
  try {
    return new WebSocket(address, subprotocols(place.token));
  } catch (error) {
    if (error instanceof DOMException && error.name === "SecurityError") return null;
    throw error;
  }
}
