/**
 * The engine as the worker sees it, and the one over the network: a transport for each field, learning, and how it stands.
 *
 * This is the only file through which anything leaves the browser, and only to the address that was set. It does not know
 * who writes.
 */

import { CallError, post, type Place } from "../../../js/src/transport/calls.js";
import { HttpTransport } from "../../../js/src/transport/http.js";
import { SocketTransport } from "../../../js/src/transport/socket.js";
import type { Problem, Transport } from "../../../js/src/transport/transport.js";
import { wellFormed } from "../../../js/src/core/words.js";
import type { Letter, Standing } from "../messages.js";
import type { Settings } from "./settings.js";

const PATIENCE_MS = 2000; // for a look at the engine; a person waits for it
const STATES: Readonly<Record<number, Standing["state"]>> = { 401: "token", 403: "foreign", 429: "starting", 503: "starting" };

export interface Engine {
  /** A way for one field. */
  transport(): Transport;
  /** Learn what `user` sent; gives what went wrong, or null. */
  learn(letter: Letter, user: string): Promise<Problem | null>;
  standing(): Promise<Standing>;
}

/** The engine that is set. */
export function engineFor({ server, token }: Settings): Engine {
  return new ServerEngine({ server, token: token || undefined });
}

class ServerEngine implements Engine {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  transport(): Transport {
    return new SocketTransport(this.#place, new HttpTransport(this.#place));
  }

  async learn({ text, context }: Letter, user: string): Promise<Problem | null> {
    return this.#call("/v1/learn", { user, text: wellFormed(text), context });
  }

  /** Asked as a field would ask, about nothing: so address, origin and token are all tried. */
  async standing(): Promise<Standing> {
    const { server } = this.#place;
    const problem = await this.#call("/v1/suggest", { text: "" }, AbortSignal.timeout(PATIENCE_MS));
    if (!problem) return { state: "ready", detail: `Connected to ${server}.` };
    return sayWhy(problem, server);
  }

  async #call(path: string, body: object, signal?: AbortSignal): Promise<Problem | null> {
    try {
      await post(this.#place, path, body, signal);
      return null;
    } catch (error) {
      if (error instanceof CallError) return error;
      const detail = `${this.#place.server} gave no answer that can be read`;
      return { title: "No answer", detail, status: null };
    }
  }
}

function sayWhy({ status, detail }: Problem, server: string): Standing {
  const state = STATES[status ?? 0] ?? "off";
  switch (state) {
    case "token": return { state, detail: `${server} wants a token, or another one: see “token” in its settings.` };
    case "foreign": return { state, detail: `${server} does not let this extension in: add "${location.origin}" to its allowed_origins.` };
    case "starting": return { state, detail: `${server} is busy or still starting; try again in a moment.` };
    default: return { state, detail: status === null ? `No answer from ${server}: is foretype serve running there?` : `${server}: ${detail}` };
  }
}
