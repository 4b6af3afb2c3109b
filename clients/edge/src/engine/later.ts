/** A promise and its two ends. It does not know who holds them. */

export interface Later<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

export function later<Value>(): Later<Value> {
  let ends: Pick<Later<Value>, "resolve" | "reject"> | undefined;
  const promise = new Promise<Value>((resolve, reject) => (ends = { resolve, reject }));
  return { promise, ...(ends as unknown as Pick<Later<Value>, "resolve" | "reject">) };
}
