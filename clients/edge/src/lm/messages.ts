/** What the page and the worker of the language model say to each other. Nothing here is computed. */

import type { Shape } from "./card.js";
import type { Runs } from "./faster.js";
import type { PersonalReport, PersonalState } from "./personal.js";
import type { Processor } from "./runtime.js";
import type { Sent } from "./student.js";

/** First message to the worker; buffers are transferred. */
export interface Start {
  readonly do: "start";
  readonly graph: ArrayBuffer;
  readonly weights: ArrayBuffer;
  readonly shape: Shape;
  readonly build: Processor; // which of onnxruntime-web's builds `wasm` is; "gpu": the one that can use it
  readonly on: Processor | "faster"; // where it runs; anything but "wasm" needs the build for it
  readonly wasm: { readonly mjs: string; readonly wasm: string | ArrayBuffer };
  readonly threads: number;
  readonly cacheBytes: number;
  readonly digest: string; // checksum of the weights
}

/** What follows the last `numWanted` prefixes of `tokens`? */
export interface Question {
  readonly id: number;
  readonly session: string;
  readonly tokens: Int32Array;
  readonly numWanted: number;
}

export type Order =
  | Start
  | ({ readonly do: "ask" } & Question)
  | { readonly do: "cancel"; readonly id: number }
  | { readonly do: "release"; readonly session: string }
  | { readonly do: "show life" }
  | ({ readonly do: "learn"; readonly id: number } & Sent)
  | { readonly do: "speak"; readonly id: number; readonly state: PersonalState | null }
  | { readonly do: "nobody" };

export type Started = { readonly is: "ready"; readonly runs: Runs } | { readonly is: "failed"; readonly why: string };

/** `rows`: natural-log probabilities, numWanted times vocab, transferred. */
export type Reply =
  | Started
  | { readonly is: "answer"; readonly id: number; readonly rows: Float32Array }
  | { readonly is: "cancelled"; readonly id: number }
  | { readonly is: "alive" } // the pass under way when it was asked is over
  | { readonly is: "learned"; readonly id: number; readonly report: PersonalReport; readonly state: PersonalState }
  | { readonly is: "error"; readonly id: number; readonly why: string };
