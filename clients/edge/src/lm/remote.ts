/**
 * The language model as others see it: questions go to the worker, answers come back as promises.
 *
 * It checks what is asked and cuts what is too long; it does not know how answers are computed.
 */

import { CancelledError, type LanguageModel, type Markers, type Pending } from "../contracts.js";
import { InputError, ModelError } from "../errors.js";
import type { Card } from "./card.js";
import type { Order, Reply } from "./messages.js";
import type { Port } from "./port.js";
import type { Tokenizer } from "./tokenizer.js";
import { CHUNK_TOKENS, fitted, WINDOW_TOKENS } from "./window.js";

interface Waiting {
  readonly resolve: (rows: Float32Array[]) => void;
  readonly reject: (error: Error) => void;
}

export class RemoteModel implements LanguageModel {
  readonly name: string;
  readonly prelude: readonly number[];
  readonly markers: Markers | null;
  readonly tokenBytes: readonly Uint8Array[];
  readonly #vocabSize: number;
  readonly #window: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed: Error | null = null;

  constructor(
    private readonly port: Port,
    card: Card,
    private readonly tokenizer: Tokenizer,
  ) {
    this.name = card.name;
    this.prelude = card.prelude;
    this.markers = card.markers;
    this.tokenBytes = tokenizer.tokenBytes;
    this.#vocabSize = card.shape.vocabSize;
    this.#window = Math.min(WINDOW_TOKENS, card.shape.contextLength - CHUNK_TOKENS);
    port.onmessage = ({ data }) => this.#hear(data as Reply);
    port.onerror = ({ message }) => this.#fail(new ModelError(`language model: its worker ended (${message}); load the page again`));
  }

  encode(text: string): number[] {
    return this.tokenizer.encode(text);
  }

  submit(tokens: readonly number[], { session, numWanted }: { session: string; numWanted: number }): Pending<Float32Array[]> {
    this.#check(tokens, numWanted);
    const id = ++this.#lastId;
    const result = new Promise<Float32Array[]>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    result.catch(() => undefined); // who cancels need not listen
    if (this.#closed) this.#settle(id)?.reject(this.#closed);
    else {
      const kept = Int32Array.from(fitted(tokens, { numWanted, window: this.#window, numHead: this.#numHead(tokens) }));
      this.#send({ do: "ask", id, session, tokens: kept, numWanted }, [kept.buffer]);
    }
    return { result, cancel: () => this.#cancel(id) };
  }

  release(session: string): void {
    if (!this.#closed) this.#send({ do: "release", session }, []);
  }

  close(): void {
    if (this.#closed) return;
    this.port.terminate();
    this.#fail(new CancelledError("language model: it has been closed"));
  }

  #check(tokens: readonly number[], numWanted: number): void {
    if (!(numWanted >= 1 && numWanted <= tokens.length)) {
      throw new InputError(`submit: found numWanted ${numWanted} for ${tokens.length} tokens, wanted 1 to that many`);
    }
    if (tokens.some((token) => !(token >= 0 && token < this.#vocabSize))) {
      throw new InputError(`submit: found a token outside 0..${this.#vocabSize - 1}; encode with this model's encode()`);
    }
  }

  /** Tokens that a cut spares: the prelude, or the context that markers set apart. */
  #numHead(tokens: readonly number[]): number {
    const text = this.markers ? tokens.indexOf(this.markers.text) : -1;
    return text < 0 ? this.prelude.length : Math.min(text + 1, this.#window >> 1);
  }

  #cancel(id: number): void {
    if (!this.#closed && this.#waiting.has(id)) this.#send({ do: "cancel", id }, []);
  }

  #hear(reply: Reply): void {
    if (!("id" in reply)) return;
    const waiting = this.#settle(reply.id);
    if (reply.is === "answer") waiting?.resolve(rowsOf(reply.rows, this.#vocabSize));
    else if (reply.is === "cancelled") waiting?.reject(new CancelledError("language model: the question was dropped"));
    else waiting?.reject(new ModelError(`language model: found ${reply.why}, wanted an answer; load the page again`));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** No answer will come any more. */
  #fail(error: Error): void {
    this.#closed = error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  #send(order: Order, transfer: Transferable[]): void {
    this.port.postMessage(order, transfer);
  }
}

function rowsOf(flat: Float32Array, length: number): Float32Array[] {
  return Array.from({ length: flat.length / length }, (_, row) => flat.subarray(row * length, (row + 1) * length));
}
