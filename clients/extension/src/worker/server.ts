/**
 * The engine behind an address. This is the only file through which anything leaves the browser, and only to that address.
 *
 * It does not know who writes.
 */

import { wellFormed } from "../../../js/src/core/words.js";
import { CallError, octets, post, type Place } from "../../../js/src/transport/calls.js";
import { HttpTransport } from "../../../js/src/transport/http.js";
import { SocketTransport } from "../../../js/src/transport/socket.js";
import type { Problem, Transport } from "../../../js/src/transport/transport.js";
import type { Letter, Standing } from "../messages.js";
import type { Engine } from "./engine.js";

const PATIENCE_MS = 2000; // for a look at the engine; a person waits for it
const NOT_FOUND = 404;
const STATES: Readonly<Record<number, Standing["state"]>> = { 401: "token", 403: "foreign", 429: "starting", 503: "starting" };

export class ServerEngine implements Engine {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  async transport(): Promise<Transport> {
    return new SocketTransport(this.#place, new HttpTransport(this.#place));
  }

  learn({ text, context }: Letter, user: string): Promise<Problem | null> {
    return this.#try(() => post(this.#place, "/v1/learn", { user, text: wellFormed(text), context }));
  }

  forget(user: string): Promise<Problem | null> {
    return this.#try(() => this.#delete(`/v1/users/${encodeURIComponent(user)}`));
  }

  /** Asked as a field would ask, about nothing: so address, origin and token are all tried. */
  async standing(): Promise<Standing> {
    const { server } = this.#place;
    const asked = (): Promise<unknown> => post(this.#place, "/v1/suggest", { text: "" }, AbortSignal.timeout(PATIENCE_MS));
    const problem = await this.#try(asked);
    return problem ? whyNot(problem, server) : { state: "ready", detail: `Connected to ${server}.` };
  }

  async #delete(path: string): Promise<void> {
    const { server, token } = this.#place;
    const headers = token ? { authorization: `Bearer ${octets(token)}` } : {};
    const { ok, status } = await fetch(new URL(path, server), { method: "DELETE", headers, redirect: "error" });
    if (ok || status === NOT_FOUND) return; // nothing was kept of that name
    const title = "Not forgotten";
    throw new CallError({ title, detail: `${server} answered with status ${status}`, status });
  }

  async #try(call: () => Promise<unknown>): Promise<Problem | null> {
    try {
      await call();
      return null;
    } catch (error) {
      if (error instanceof CallError) return error;
      return { title: "No answer", detail: `${this.#place.server} gave no answer that can be read`, status: null };
    }
  }
}

function whyNot({ status, detail }: Problem, server: string): Standing {
  const state = STATES[status ?? 0] ?? "off";
  switch (state) {
    case "token": return { state, detail: `${server} wants a token, or another one: see “token” in its settings.` };
    case "foreign": return { state, detail: `${server} does not let this extension in: add "${location.origin}" to its allowed_origins.` };
    case "starting": return { state, detail: `${server} is busy or still starting; try again in a moment.` };
    default: return { state, detail: status === null ? `No answer from ${server}: is foretype serve running there?` : `${server}: ${detail}` };
  }
}
