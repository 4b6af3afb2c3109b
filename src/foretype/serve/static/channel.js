/**
 * The way to the composer: a WebSocket for the life of a message, HTTP while there is none.
 *
 * Reconnects with back-off. Emits events that the reducer and the page understand: connected, answer, failed, link,
 * problem. It does not know what the text says, nor what is drawn.
 */

import { clipped, editMessage } from "./delta.js";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8000;

/** Milliseconds to wait before try number `attempt` (from 0); `random` in [0, 1) spreads many pages. */
export function backoffMs(attempt, random) {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.75 + 0.5 * random);
}

/** Where the socket listens, for a page at `location`. */
export function socketAddress(location, token) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/v1/compose${token ? `?token=${encodeURIComponent(token)}` : ""}`;
}

export class Channel {
  #emit;
  #call;
  #address;
  #socket = null;
  #ready = false;
  #hello = null; // {user, session, context, n}
  #held = null; // what the server's end of the socket holds: {text, suffix}
  #attempt = 0;
  #timer = null;
  #asked = new Map(); // seq -> {at, live}: when, in ms, and whether over the socket
  #running = null; // AbortController of the HTTP question in flight

  constructor({ emit, call, address }) {
    this.#emit = emit;
    this.#call = call;
    this.#address = address;
  }

  /** Begin a message; the one before it, if any, is over. */
  open(hello) {
    this.#hello = hello;
    this.#part();
    this.#attempt = 0;
    this.#connect();
  }

  /** Try now instead of at the end of the back-off. */
  retry() {
    if (this.#socket) return;
    this.#attempt = 0;
    this.#connect();
  }

  setContext(context) {
    this.#hello = { ...this.#hello, context };
    if (this.#ready) this.#send({ type: "context", context });
  }

  edit({ seq, text, suffix }) {
    const now = clipped(text, suffix);
    this.#asked.set(seq, { at: performance.now(), live: this.#ready });
    if (!this.#ready) return this.#ask(seq, now);
    this.#send(editMessage(seq, this.#held, now));
    this.#held = now;
  }

  report({ id, outcome, characters, persisted }) {
    const feedback = { id, outcome, characters, persisted }; // JSON leaves out what is undefined
    if (this.#ready) this.#send({ type: "feedback", ...feedback });
    else this.#call("POST", "/v1/feedback", feedback).catch(() => {}); // a lost count is no loss to the writer
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.onopen = () => this.#send({ type: "open", ...this.#hello });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(JSON.parse(data));
    socket.onclose = () => socket === this.#socket && this.#lose();
  }

  #part() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.#held = null;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "close", sent: false }));
    socket?.close();
  }

  #lose() {
    this.#socket = null;
    this.#held = null;
    if (this.#ready) this.#emit({ type: "link", link: "lost" });
    this.#ready = false;
    this.#failLive();
    this.#timer = setTimeout(() => this.#connect(), backoffMs(this.#attempt++, Math.random()));
  }

  #receive(message) {
    if (message.type === "suggestion") return this.#deliver(message.seq, message);
    if (message.type === "error") return this.#fail(message.problem);
    if (message.type !== "opened") return undefined;
    this.#ready = true;
    this.#attempt = 0;
    this.#emit({ type: "link", link: "live", model: message.model });
    return this.#emit({ type: "connected" });
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  async #ask(seq, { text, suffix }) {
    this.#running?.abort();
    this.#running = new AbortController();
    try {
      const reply = await this.#call("POST", "/v1/suggest", { text, suffix, ...this.#hello }, this.#running.signal);
      if (!this.#ready) this.#emit({ type: "link", link: "http", model: reply.model });
      this.#deliver(seq, reply);
    } catch (error) {
      this.#refused(seq, error);
    }
  }

  #deliver(seq, answer) {
    const asked = this.#asked.get(seq);
    if (answer.final !== false) this.#forgetUpTo(seq);
    if (asked) this.#emit({ type: "answer", seq, answer, ms: performance.now() - asked.at });
  }

  #forgetUpTo(seq) {
    for (const asked of this.#asked.keys()) if (asked <= seq) this.#asked.delete(asked);
  }

  #refused(seq, error) {
    this.#asked.delete(seq);
    this.#emit({ type: "failed", seq });
    if (error.name === "AbortError") return;
    if (error.status === null) this.#emit({ type: "link", link: "off" });
    else this.#emit({ type: "problem", problem: error });
  }

  #failLive() {
    const lost = [...this.#asked].filter(([, { live }]) => live).map(([seq]) => seq);
    for (const seq of lost) this.#asked.delete(seq);
    for (const seq of lost) this.#emit({ type: "failed", seq });
  }

  #fail(problem) {
    this.#failLive();
    this.#held = null; // after a refused edit the next one is sent whole
    this.#emit({ type: "problem", problem: { title: problem.title, message: problem.detail || problem.title } });
  }
}
