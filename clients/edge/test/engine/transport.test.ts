import { expect, test } from "vitest";
import type { TransportEvent } from "../../../js/src/transport/transport.js";
import type { Answer, Request } from "../../src/contracts.js";
import { LostError } from "../../src/engine/line.js";
import { EngineTransport, type Behind } from "../../src/engine/transport.js";

const ANSWER: Answer = { id: "a1", suggestions: [], model: "background", elapsed_ms: 1, silence: "unsure", lm_steps: 0 };
const HELLO = { session: "m-1", context: { kind: "chat" }, n: 1 } as const;

/** An engine whose answers are given by hand. It is no test. */
class ByHand {
  readonly requests: Request[] = [];
  readonly did: string[] = [];
  readonly learned: string[] = [];
  readonly events: TransportEvent[] = [];
  readonly transport: EngineTransport;
  isReady = true;
  learns = true;
  reply: (answer: Answer | null) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  #watching: ((isReady: boolean) => void) | null = null;

  constructor(user: string | null = "me") {
    const did = (what: string) => async () => void this.did.push(what);
    const behind: Behind = {
      house: {
        answer: (request) => {
          this.requests.push(request);
          return new Promise((resolve, reject) => Object.assign(this, { reply: resolve, fail: reject }));
        },
        withdraw: (id) => did(`withdraw ${id}`)(),
        release: (session) => did(`release ${session}`)(),
        feedback: ({ id, outcome }) => did(`${outcome} ${id}`)(),
      },
      user,
      deadlineMs: 60,
      isReady: () => this.isReady,
      learn: async (text, whose) => this.learned.push(`${whose}: ${text}`),
      watch: (listener) => {
        this.#watching = listener;
        return () => (this.#watching = null);
      },
      answered: () => undefined,
    };
    this.transport = new EngineTransport(behind, () => this.learns);
    this.transport.open(HELLO, (event) => this.events.push(event));
  }

  turn(isReady: boolean): void {
    this.isReady = isReady;
    this.#watching?.(isReady);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("a question goes to the engine with the message's session, context and writer", async () => {
  const engine = new ByHand();
  engine.transport.ask({ seq: 1, text: "Hi", suffix: "" });
  expect(engine.requests).toEqual([{ text: "Hi", suffix: "", session: "m-1", context: { kind: "chat" }, n: 1, deadline_ms: 60, user: "me" }]);
  engine.reply(ANSWER);
  await settled();
  expect(engine.events).toEqual([{ type: "link", link: "live" }, { type: "answer", seq: 1, answer: ANSWER }]);
});

test("an answer that a newer key overtook never arrives, and is withdrawn", async () => {
  const engine = new ByHand();
  engine.transport.ask({ seq: 1, text: "H", suffix: "" });
  const first = engine.reply;
  engine.transport.ask({ seq: 2, text: "Hi", suffix: "" });
  first(ANSWER);
  engine.reply({ ...ANSWER, id: "a2" });
  await settled();
  expect(engine.events.filter(({ type }) => type === "answer")).toEqual([{ type: "answer", seq: 2, answer: { ...ANSWER, id: "a2" } }]);
  expect(engine.did).toEqual(["withdraw a1"]);
});

test("a question that was called off is not answered", async () => {
  const engine = new ByHand();
  engine.transport.ask({ seq: 1, text: "H", suffix: "" });
  engine.transport.cancel();
  engine.reply(ANSWER);
  await settled();
  expect(engine.events.map(({ type }) => type)).toEqual(["link"]);
  expect(engine.did).toEqual(["withdraw a1"]);
});

test("a question that the worker is lost over fails without a word, and the line tells of loss and return", async () => {
  const engine = new ByHand();
  engine.transport.ask({ seq: 1, text: "H", suffix: "" });
  engine.fail(new LostError("gone"));
  engine.turn(false);
  engine.turn(true);
  await settled();
  expect(engine.events).toEqual([
    { type: "link", link: "off" },
    { type: "link", link: "live" },
    { type: "link", link: "live" },
    { type: "failed", seq: 1 },
  ]);
});

test("nothing is asked of an engine that still loads", async () => {
  const engine = new ByHand();
  engine.turn(false);
  engine.transport.ask({ seq: 1, text: "H", suffix: "" });
  await settled();
  expect(engine.requests).toEqual([]);
  expect(engine.events).toContainEqual({ type: "failed", seq: 1 });
});

test("what is sent is learned for the writer, and the message's session ends", async () => {
  const engine = new ByHand();
  engine.transport.sent("Hello there");
  expect(engine.learned).toEqual(["me: Hello there"]);
  expect(engine.did).toEqual(["release m-1"]);
});

test("nothing is learned for nobody, nor where the page says not to", () => {
  const nobody = new ByHand(null);
  nobody.transport.sent("Hello");
  const quiet = new ByHand();
  quiet.learns = false;
  quiet.transport.sent("Hello");
  expect([...nobody.learned, ...quiet.learned]).toEqual([]);
});
