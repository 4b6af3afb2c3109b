/**
 * What a page's frame and the extension's worker say to each other, over one port a frame.
 *
 * All are frozen by type, and plain enough for JSON. It does not know who acts on them.
 */

import type { Context, Question, Report } from "../../js/src/core/types.js";
import type { Keys } from "../../js/src/field/keys.js";
import type { Hello, Problem, TransportEvent } from "../../js/src/transport/transport.js";

/** The names of a frame's port to the worker, and of the worker's to the engine inside the extension. */
export const FRAME = "frame";
export const INSIDE = "inside";

/** What a frame is told of the settings: no address, no token, no name. */
export interface FrameSettings {
  readonly isOn: boolean; // here, all switches taken together
  readonly learns: boolean;
  readonly keys: Partial<Keys>;
}

/** A text that went out, and what surrounded it. */
export interface Letter {
  readonly text: string;
  readonly context: Context;
}

/** From a frame. `line` numbers the fields of the frame; `hosts` are the frame's own and those of all that hold it. */
export type FromFrame =
  | { readonly do: "hello"; readonly hosts: readonly string[] }
  | { readonly do: "open"; readonly line: number; readonly hello: Hello }
  | { readonly do: "context"; readonly line: number; readonly context: Context }
  | { readonly do: "ask"; readonly line: number; readonly question: Question }
  | { readonly do: "cancel"; readonly line: number }
  | { readonly do: "report"; readonly line: number; readonly report: Report }
  | { readonly do: "close"; readonly line: number }
  | { readonly do: "saved"; readonly keys: number }
  | { readonly do: "learn"; readonly letter: Letter };

/** To a frame. "closed" tells that all its lines are: another engine answers from now on. */
export type ToFrame =
  | { readonly is: "closed" }
  | { readonly is: "settings"; readonly settings: FrameSettings }
  | { readonly is: "event"; readonly line: number; readonly event: TransportEvent };

/** How the engine was found a moment ago, in a word and in a sentence. */
export interface Standing {
  readonly state: "ready" | "starting" | "token" | "foreign" | "off";
  readonly detail: string;
}

/** What is answered, to any question, where the work broke down: a standing and a problem at once. */
export function brokenDown(error: unknown): Standing & Problem {
  const detail = `The extension's engine broke down: ${error instanceof Error ? error.message : String(error)}`;
  return { state: "off", title: "The engine broke down", detail, status: null };
}

/** What the extension's own pages ask of the worker. */
export type FromPage = { readonly to: "worker"; readonly do: "standing" | "forget" };

/** What the worker asks of the engine inside the extension. */
export type ToInside =
  | { readonly to: "inside"; readonly do: "learn"; readonly letter: Letter; readonly user: string }
  | { readonly to: "inside"; readonly do: "forget"; readonly user: string }
  | { readonly to: "inside"; readonly do: "standing" };
