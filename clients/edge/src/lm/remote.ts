/**
 * The language model as others see it: questions go to the worker, answers come back as promises.
 *
 * It checks what is asked and cuts what is too long; it does not know how answers are computed.
 */

import { CancelledError, type Context, type LanguageModel, type Markers, type Pending } from "../contracts.js";
import { InputError, ModelError } from "../errors.js";
import { contextTokens, contextWords, textTokens } from "../text/prompt.js";
import type { Card } from "./card.js";
import type { Runs } from "./faster.js";
import type { Order, Reply } from "./messages.js";
import type { PersonalReport, PersonalState } from "./personal.js";
import type { Port } from "./port.js";
import type { Tokenizer } from "./tokenizer.js";
import { Watch } from "./watch.js";
import { CHUNK_TOKENS, fitted, WINDOW_TOKENS } from "./window.js";

interface Waiting {
  readonly hear: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** What a person's messages taught so far, to be kept, and what it brought. */
export interface Learned {
  readonly report: PersonalReport;
  readonly state: PersonalState;
}

export class RemoteModel implements LanguageModel {
  /** Resolves when its worker has ended or hangs, with why; never once it was closed. */
  readonly lost: Promise<ModelError>;
  readonly name: string;
  readonly prelude: readonly number[];
  readonly markers: Markers | null;
  readonly tokenBytes: readonly Uint8Array[];
  /** On what it runs. */
  readonly runs: Runs;
  private readonly tokenizer: Tokenizer;
  readonly #vocabSize: number;
  readonly #window: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #numPersons = 0; // that it has spoken for, nobody included
  #speaker = "";
  #closed: Error | null = null;
  #tellLost: (why: ModelError) => void = () => undefined;
  readonly #watch = new Watch({ ask: () => this.#send({ do: "show life" }), hung: () => this.#lose("does not answer") });

  constructor(
    private readonly port: Port,
    { card, tokenizer, runs }: { readonly card: Card; readonly tokenizer: Tokenizer; readonly runs: Runs },
  ) {
    this.tokenizer = tokenizer;
    this.runs = runs;
    this.name = card.name;
    this.prelude = card.prelude;
    this.markers = card.markers;
    this.tokenBytes = tokenizer.tokenBytes;
    this.#vocabSize = card.shape.vocabSize;
    this.#window = Math.min(WINDOW_TOKENS, card.shape.contextLength - CHUNK_TOKENS);
    port.onmessage = ({ data }) => this.#hear(data as Reply);
    port.onerror = (event) => {
      event.preventDefault(); // told here, not to whoever owns this thread
      this.#lose(`ended (${event.message})`);
    };
    this.lost = new Promise((resolve) => (this.#tellLost = resolve));
  }

  /** Differs wherever answers may; "" for the network as it is, which is everybody's until a correction is sure to help. */
  get speaker(): string {
    return this.#speaker;
  }

  encode(text: string): number[] {
    return this.tokenizer.encode(text);
  }

  submit(tokens: readonly number[], { session, numWanted }: { session: string; numWanted: number }): Pending<Float32Array[]> {
    this.#check(tokens, numWanted);
    const kept = Int32Array.from(fitted(tokens, { numWanted, window: this.#window, numHead: this.#numHead(tokens) }));
    const id = ++this.#lastId;
    const result = this.#asked(id, { do: "ask", id, session, tokens: kept, numWanted }).then((reply) =>
      reply.is === "answer" ? rowsOf(reply.rows, this.#vocabSize) : [],
    );
    result.catch(() => undefined); // who cancels need not listen
    return { result, cancel: () => this.#cancel(id) };
  }

  /**
   * From the next question on, speak for a person: `state` is what was kept of them, null somebody new.
   *
   * One person at a time. Rejects with ModelError for another model's state; then it speaks for nobody.
   */
  async speakFor(state: PersonalState | null): Promise<Learned> {
    this.#speaker = `${++this.#numPersons}`; // until it is known whether a correction speaks
    return this.#taught({ do: "speak", id: ++this.#lastId, state });
  }

  /** From the next question on, speak for nobody; what the last person taught is gone from memory. */
  speakForNobody(): void {
    this.#numPersons += 1;
    this.#speaker = "";
    if (!this.#closed) this.#send({ do: "nobody" });
  }

  /**
   * Learn from a message that the person has sent, when nobody asks; answers change once that is measured to help.
   *
   * Rejects with CancelledError when the person goes meanwhile, or nobody is spoken for.
   */
  async learn(text: string, context: Context): Promise<Learned> {
    const before = this.#before(context);
    const tokens = Int32Array.from([...before, ...textTokens((part) => this.encode(part), text)]).subarray(0, this.#window);
    return this.#taught({ do: "learn", id: ++this.#lastId, tokens, numContext: before.length });
  }

  release(session: string): void {
    if (!this.#closed) this.#send({ do: "release", session });
  }

  close(): void {
    if (!this.#closed) this.#fail(new CancelledError("language model: it has been closed"));
  }

  #check(tokens: readonly number[], numWanted: number): void {
    if (!(numWanted >= 1 && numWanted <= tokens.length)) {
      throw new InputError(`submit: found numWanted ${numWanted} for ${tokens.length} tokens, wanted 1 to that many`);
    }
    if (tokens.some((token) => !(token >= 0 && token < this.#vocabSize))) {
      throw new InputError(`submit: found a token outside 0..${this.#vocabSize - 1}; encode with this model's encode()`);
    }
  }

  /** What the model reads before a text. */
  #before({ kind = "email", previous = "", subject = "" }: Context): number[] {
    const encode = (part: string): number[] => this.encode(part);
    const around = { kind, previous, subject };
    if (this.markers) return contextTokens(encode, this.markers, around);
    return [...this.prelude, ...encode(contextWords(around))];
  }

  /** Tokens that a cut spares: the prelude, or the context that markers set apart. */
  #numHead(tokens: readonly number[]): number {
    const text = this.markers ? tokens.indexOf(this.markers.text) : -1;
    return text < 0 ? this.prelude.length : Math.min(text + 1, this.#window >> 1);
  }

  #cancel(id: number): void {
    if (!this.#closed && this.#waiting.has(id)) this.#send({ do: "cancel", id });
  }

  #hear(reply: Reply): void {
    if (reply.is !== "cancelled") this.#watch.heard(); // that is said while a pass hangs, too
    if (!("id" in reply)) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (!this.#waiting.size) this.#watch.end();
    if (reply.is === "cancelled") waiting?.reject(new CancelledError("language model: the question was dropped"));
    else if (reply.is === "error") waiting?.reject(new ModelError(`language model: found ${reply.why}, wanted an answer; load the page again`));
    else waiting?.hear(reply);
  }

  /** Put an order that is answered; resolves with the reply. */
  async #asked(id: number, order: Order): Promise<Reply> {
    if (this.#closed) throw this.#closed;
    return new Promise((hear, reject) => {
      this.#waiting.set(id, { hear, reject });
      this.#watch.begin();
      this.#send(order);
    });
  }

  async #taught(order: Order & { readonly id: number }): Promise<Learned> {
    const person = this.#numPersons;
    const reply = await this.#asked(order.id, order);
    if (person !== this.#numPersons) throw new CancelledError("language model: it speaks for somebody else by now");
    if (reply.is !== "learned") throw new ModelError(`language model: found ${reply.is}, wanted what was learned; load the page again`);
    const { report, state } = reply;
    this.#speaker = report.isOn ? `${person}.${report.messages}` : "";
    return { report, state };
  }

  #lose(how: string): void {
    const error = new ModelError(`language model: found a worker that ${how}, wanted answers; load the page again`);
    this.#fail(error);
    this.#tellLost(error);
  }

  /** No answer will come any more. A worker that hangs or failed takes a core or memory until it is ended. */
  #fail(error: Error): void {
    this.#closed = error;
    this.#watch.end();
    this.port.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  #send(order: Order): void {
    this.port.postMessage(order, []); // tokens are few: copied as fast as they are transferred
  }
}

function rowsOf(flat: Float32Array, length: number): Float32Array[] {
  return Array.from({ length: flat.length / length }, (_, row) => flat.subarray(row * length, (row + 1) * length));
}
