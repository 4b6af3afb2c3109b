import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Line, LostError, serve, WorkerError, type Call, type DedicatedWorkerScope, type Reply } from "../../src/engine/line.js";

/** A worker's two ends in one thread; `silent` ones hear and never answer. It is no test. */
class NearWorker {
  onmessage: ((event: MessageEvent<Reply>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  isEnded = false;
  readonly heard: Call[] = [];
  readonly scope: DedicatedWorkerScope = {
    onmessage: null,
    postMessage: (data) => queueMicrotask(() => this.isEnded || this.onmessage?.({ data } as MessageEvent<Reply>)),
  };

  constructor(private readonly isSilent = false) {}

  postMessage(data: Call): void {
    this.heard.push(data);
    if (!this.isSilent) queueMicrotask(() => this.scope.onmessage?.({ data } as MessageEvent<Call>));
  }

  terminate(): void {
    this.isEnded = true;
  }

  fail(message: string): void {
    this.onerror?.({ message, preventDefault: () => undefined } as ErrorEvent);
  }
}

interface Adder {
  add(left: number, right: number): Promise<number>;
  refuse(): Promise<never>;
}

const adder: Adder = {
  add: async (left, right) => left + right,
  refuse: async () => {
    throw new RangeError("found nothing, wanted something");
  },
};

function lineTo(...workers: NearWorker[]): { line: Line<Adder>; events: string[]; left: NearWorker[] } {
  const events: string[] = [];
  const left = [...workers];
  const line = new Line<Adder>({
    start: () => {
      const worker = left.shift() as NearWorker;
      serve<Adder>([adder], worker.scope);
      return worker as unknown as Worker;
    },
    told: (what) => events.push(`told ${String(what)}`),
    restarted: () => events.push("restarted"),
    lost: (why) => events.push(`lost: ${why}`),
  });
  return { line, events, left };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a call is answered by the worker's method", async () => {
  const { line } = lineTo(new NearWorker());
  expect(await line.call("add", 2, 3)).toBe(5);
});

test("an error keeps its name and words on the way", async () => {
  const { line } = lineTo(new NearWorker());
  const failure = line.call("refuse");
  await expect(failure).rejects.toThrow(WorkerError);
  await expect(failure).rejects.toMatchObject({ name: "RangeError", message: "found nothing, wanted something" });
});

test("what cannot travel to a worker is refused, and the worker is not taken for one that hangs", async () => {
  const worker = new NearWorker();
  vi.spyOn(worker, "postMessage").mockImplementationOnce(() => {
    throw new DOMException("could not be cloned", "DataCloneError");
  });
  const { line, events } = lineTo(worker);
  await expect(line.call("add", 1, 1)).rejects.toThrow("could not be cloned");
  expect(await line.call("add", 2, 3)).toBe(5);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events).toEqual([]);
});

test("a worker that fails is replaced, and what it was asked is told as lost", async () => {
  const first = new NearWorker(true);
  const { line, events } = lineTo(first, new NearWorker());
  const asked = line.call("add", 1, 1);
  first.fail("out of memory");
  await expect(asked).rejects.toThrow(LostError);
  await expect(line.call("add", 1, 1)).rejects.toThrow(LostError); // there is none at the moment
  await vi.advanceTimersByTimeAsync(200);
  expect(events).toEqual(["lost: out of memory", "restarted"]);
  expect(first.isEnded).toBe(true);
  expect(await line.call("add", 1, 1)).toBe(2);
});

test("a worker that hangs is asked whether it is there, then replaced", async () => {
  const silent = new NearWorker(true);
  const { line, events } = lineTo(silent, new NearWorker());
  const asked = line.call("add", 1, 1);
  const lost = expect(asked).rejects.toThrow("does not answer");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(silent.heard.map(({ id }) => id)).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  await lost;
  await vi.advanceTimersByTimeAsync(200);
  expect(events).toEqual(["lost: it does not answer", "restarted"]);
});

test("a tab that was frozen gives its worker time to answer", async () => {
  const silent = new NearWorker(true);
  const { line, events } = lineTo(silent, new NearWorker());
  const lost = expect(line.call("add", 1, 1)).rejects.toThrow("does not answer");
  await vi.advanceTimersByTimeAsync(10_000);
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(events).toEqual([]);
  expect(silent.heard.map(({ id }) => id)).toEqual([1, 0, 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  await lost;
  vi.restoreAllMocks();
});

test("a worker that is only slow is left alone", async () => {
  const { line, events } = lineTo(new NearWorker());
  const never = vi.spyOn(adder, "add").mockReturnValueOnce(new Promise(() => undefined));
  void line.call("add", 1, 1).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events.filter((event) => event !== "told null")).toEqual([]);
  never.mockRestore();
});

test("workers that fail again and again are started ever more patiently", async () => {
  const workers = Array.from({ length: 6 }, () => new NearWorker(true));
  const { left } = lineTo(...workers);
  const waits: number[] = [];
  for (const worker of workers.slice(0, 5)) {
    worker.fail("no");
    const before = left.length;
    let waited = 0;
    while (left.length === before) {
      await vi.advanceTimersByTimeAsync(100);
      waited += 100;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([100, 200, 400, 800, 1600]);
});

test("a closed line rejects what waits and starts no worker", async () => {
  const { line, events } = lineTo(new NearWorker(true));
  const asked = line.call("add", 1, 1);
  line.close();
  await expect(asked).rejects.toThrow("closed");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events).toEqual([]);
});
