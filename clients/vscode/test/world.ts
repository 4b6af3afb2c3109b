/** A server that answers from a table, and an engine that asks it. It is no test. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import type { Answer, Context, Report } from "../../js/src/core/types.js";
import { Engine, type Settings, type Trouble } from "../src/engine.js";
import { Suggester, type Found, type Place } from "../src/suggester.js";

interface Asked {
  readonly text: string;
  readonly suffix: string;
  readonly user?: string;
  readonly session: string;
  readonly context: Context;
  readonly n: number;
  readonly deadline_ms: number;
}

/** What the server says next, what it was told, and the clock. */
export class World {
  readonly asked: Asked[] = [];
  readonly reports: Report[] = [];
  readonly taught: { readonly user: string; readonly text: string; readonly context: Context }[] = [];
  readonly tokens: (string | undefined)[] = [];
  readonly troubles: Trouble[] = [];
  answers: (Partial<Answer> | number | "hang up" | "wait")[] = []; // a number refuses with that status; the last one stays
  aborted = 0;
  now = 0;
  settings: Settings = { server: "", user: "me" };
  readonly engine = new Engine(() => Promise.resolve(this.settings), (trouble) => this.troubles.push(trouble), () => this.now);
  readonly suggester = new Suggester(this.engine);

  /** Suggestions for a text with the caret at its broken bar. */
  see(text: string, more: Partial<Place> = {}, signal = new AbortController().signal): Promise<Found | null> {
    const place = { session: "s", kind: "note" as const, text: text.replace("¦", ""), offset: text.indexOf("¦"), isAsked: false };
    return this.suggester.suggest({ ...place, ...more }, signal);
  }

  receive(request: IncomingMessage, body: unknown, response: ServerResponse): void {
    this.tokens.push(request.headers.authorization);
    if (request.url === "/v1/feedback") this.reports.push(body as Report);
    if (request.url === "/v1/learn") this.taught.push(body as World["taught"][number]);
    if (request.url !== "/v1/suggest") return void response.end("{}");
    this.asked.push(body as Asked);
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    response.on("close", () => { if (!response.writableEnded) this.aborted++; });
    if (answer === "hang up") request.socket.destroy();
    else if (typeof answer === "number") response.writeHead(answer).end(JSON.stringify({ title: "No", detail: "not like this" }));
    else if (answer !== "wait") response.end(JSON.stringify({ id: `a${this.asked.length}`, suggestions: [], ...answer }));
  }
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A world whose server says `answers`, the last one again and again. */
export async function worldWith(...answers: World["answers"]): Promise<World> {
  const world = new World();
  world.answers = answers;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => world.receive(request, JSON.parse(body), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => { server.closeAllConnections(); server.close(); });
  world.settings = { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user: "me" };
  return world;
}

export const says = (...texts: string[]): Partial<Answer> => ({ suggestions: texts.map((text) => ({ text })) });
