/**
 * The HTTP door: JSON there and back, problem documents as errors.
 *
 * The bearer token, where the server wants one, comes with the page's address (#token=...) and stays in this
 * tab. This file does not know what a suggestion is.
 */

const TOKEN_KEY = "foretype.token";

/** @typedef {<Reply>(method: string, path: string, body?: object) => Promise<Reply>} Call */

/** A refusal by the server, or a server that cannot be reached (`status` null). */
export class Problem extends Error {
  /** @param {{ title: string, detail?: string, status?: number | null }} told */
  constructor({ title, detail, status = null }) {
    super(detail || title);
    this.title = title;
    this.status = status;
  }
}

/**
 * Take the token out of the address, so that it stays out of the history and of shared links.
 * @param {Location} location
 * @param {History} history
 * @param {Storage} storage
 */
export function readToken(location, history, storage) {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return storage.getItem(TOKEN_KEY);
  storage.setItem(TOKEN_KEY, given);
  history.replaceState(null, "", location.pathname + location.search);
  return given;
}

/**
 * Calls bound to a token: `call(method, path, body?)` gives the JSON reply or throws a Problem.
 * @param {string | null} token
 * @returns {Call}
 */
export function openHttp(token) {
  const authorization = token ? { authorization: `Bearer ${octets(token)}` } : {};
  return async (method, path, body) => {
    const headers = body === undefined ? authorization : { "content-type": "application/json", ...authorization };
    const reply = await reach(path, { method, headers, body: body ? JSON.stringify(body) : null });
    return reply.ok ? read(reply) : refuse(reply);
  };
}

/**
 * Each octet of `text` in UTF-8 as one character: headers take no others.
 * @param {string} text
 */
function octets(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Problem({ title: "The server cannot be reached", detail: "The server cannot be reached. Is foretype serve running?" });
  }
}

/** @param {Response} reply */
async function read(reply) {
  const text = await reply.text();
  return text ? JSON.parse(text) : null;
}

/** @param {Response} reply */
async function refuse(reply) {
  const told = await reply.json().catch(() => ({ title: reply.statusText }));
  throw new Problem({ ...told, status: reply.status });
}
