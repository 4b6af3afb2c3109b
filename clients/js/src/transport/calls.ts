/**
 * Plain calls to a server: JSON out, JSON in, a refusal as a CallError.
 *
 * It does not know what a suggestion is.
 */

import type { Problem } from "./transport.js";

/** A refusal by the server, or a server that cannot be reached (`status` null). */
export class CallError extends Error implements Problem {
  readonly title: string;
  readonly detail: string;
  readonly status: number | null;

  constructor({ title, detail, status }: Problem) {
    super(detail);
    this.title = title;
    this.detail = detail;
    this.status = status;
  }
}

/** Where the server is, a path on this page's own host included, and the token it wants if it wants one. */
export interface Place {
  readonly server: string;
  readonly token?: string | undefined;
}

/** The address of `path` at the server. Throws a TypeError for a server that is neither an http address nor a path. */
export function addressOf({ server }: Place, path: string): URL {
  if (/^(https?:\/)?\//.test(server)) return new URL(server.replace(/\/+$/, "") + path, globalThis.location?.href);
  throw new TypeError(`server: found ${JSON.stringify(server)}, wanted an address such as "http://127.0.0.1:8765", or a path`);
}

/** POST `body` as JSON; gives the reply, throws a CallError, or an AbortError when `signal` says so. */
export async function post<Reply>(place: Place, path: string, body: object, signal?: AbortSignal): Promise<Reply> {
  const authorization = place.token ? { authorization: `Bearer ${octets(place.token)}` } : {};
  const headers = { "content-type": "application/json", ...authorization };
  const options = { method: "POST", headers, body: JSON.stringify(body), keepalive: !signal, signal: signal ?? null };
  const reply = await reach(addressOf(place, path), options);
  return reply.ok ? ((await reply.json()) as Reply) : refuse(reply);
}

/** Each octet of `text` in UTF-8 as one character: headers and btoa() take no others. */
export function octets(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

async function reach(address: URL, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...options, redirect: "error" }); // words go to the server that is named, and to no other
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    const detail = `${address.origin} cannot be reached: is foretype serve running, and this page in its allowed_origins?`;
    throw new CallError({ title: "The server cannot be reached", detail, status: null });
  }
}

async function refuse(reply: Response): Promise<never> {
  const told = (await reply.json().catch(() => ({}))) as Partial<Problem>;
  const title = told.title ?? (reply.statusText || `Status ${reply.status}`);
  throw new CallError({ title, detail: told.detail ?? title, status: reply.status });
}
