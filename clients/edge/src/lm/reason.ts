/** Why something failed, in words that can cross a line between threads. It does not know what is done about it. */

/** What `error` says. WebAssembly throws bare numbers, addresses that tell nobody anything. */
export function reason(error: unknown): string {
  if (typeof error === "number") return "a fault inside onnxruntime, most likely for want of memory";
  return error instanceof Error ? error.message : String(error);
}
