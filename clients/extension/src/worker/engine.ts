/**
 * The engine as the worker sees it, wherever it is.
 *
 * It does not know who writes, nor where.
 */

import type { Problem, Transport } from "../../../js/src/transport/transport.js";
import type { Letter, Standing } from "../messages.js";
import { insideEngine } from "./inside.js";
import { ServerEngine } from "./server.js";
import type { Settings } from "./settings.js";

export interface Engine {
  /** A way for one field. */
  transport(): Promise<Transport>;
  /** Learn what `user` sent; gives what went wrong, or null. */
  learn(letter: Letter, user: string): Promise<Problem | null>;
  /** Delete all that is kept of `user`; gives what went wrong, or null. */
  forget(user: string): Promise<Problem | null>;
  standing(): Promise<Standing>;
}

/** The engine that is set. */
export function engineFor({ engine, server, token }: Settings): Engine {
  return engine === "inside" ? insideEngine() : new ServerEngine({ server, token: token || undefined });
}
