/** Which processor runs the language model: what was measured on this very device, and nothing that failed. */

import { afterEach, expect, test, vi } from "vitest";
import type { Folder } from "../../src/engine/folder.js";
import { Graphics } from "../../src/engine/graphics.js";
import { RamShelf } from "../../src/store/ram_shelf.js";

const FOLDER = { has: () => true, manifest: { version: "v1" } } as unknown as Folder;
const FASTER = { on: "gpu", stepMs: { gpu: 2, wasm: 5 } } as const;
const SLOWER = { on: "wasm", stepMs: { gpu: 9, wasm: 5 } } as const;

/** A browser with such a GPU, or with none. */
function browserWith(adapter: object | null): void {
  vi.stubGlobal("navigator", { userAgent: "Browser 1", gpu: { requestAdapter: async () => adapter } });
  vi.stubGlobal("WebAssembly", { Suspending: class {} });
}

const card = (architecture: string, isFallbackAdapter = false): object => {
  return { info: { vendor: "maker", architecture, device: "", description: "", isFallbackAdapter } };
};

afterEach(() => void vi.unstubAllGlobals());

test("a new GPU is measured, and where it won it is used at the next visit without measuring", async () => {
  browserWith(card("a"));
  const shelf = new RamShelf();
  const first = await Graphics.find(FOLDER, shelf, null);
  expect([first.isThere, await first.where()]).toEqual([true, "faster"]);
  await first.measured(FASTER);
  expect(await (await Graphics.find(FOLDER, shelf, null)).where()).toBe("gpu");
});

test("where it lost it is left alone, until the device or the folder is another one", async () => {
  browserWith(card("a"));
  const shelf = new RamShelf();
  await (await Graphics.find(FOLDER, shelf, null)).measured(SLOWER);
  expect(await (await Graphics.find(FOLDER, shelf, null)).where()).toBe("wasm");
  const newer = { ...FOLDER, manifest: { version: "v2" } } as unknown as Folder;
  expect(await (await Graphics.find(newer, shelf, null)).where()).toBe("faster");
  browserWith(card("b"));
  expect(await (await Graphics.find(FOLDER, shelf, null)).where()).toBe("faster");
});

test("a GPU that failed while it answered is tried again at the next visit, one that did not open is not", async () => {
  browserWith(card("a"));
  const shelf = new RamShelf();
  const graphics = await Graphics.find(FOLDER, shelf, null);
  await graphics.measured(FASTER);
  graphics.failed();
  expect(await graphics.where()).toBe("wasm");
  const next = await Graphics.find(FOLDER, shelf, null);
  expect(await next.where()).toBe("gpu");
  await next.refused();
  expect(await next.where()).toBe("wasm");
  expect(await (await Graphics.find(FOLDER, shelf, null)).where()).toBe("wasm");
});

test.each([
  ["no GPU", null, null, FOLDER],
  ["one that the processor plays", card("swiftshader", true), null, FOLDER],
  ["a page that wants none", card("a"), false, FOLDER],
  ["a folder without the runtime for it", card("a"), null, { ...FOLDER, has: () => false } as unknown as Folder],
])("with %s it runs on WebAssembly", async (_, adapter, wanted, folder) => {
  browserWith(adapter);
  const graphics = await Graphics.find(folder, new RamShelf(), wanted);
  expect([graphics.isThere, await graphics.where()]).toEqual([false, "wasm"]);
});

test("a page that insists takes any GPU, unmeasured", async () => {
  browserWith(card("swiftshader", true));
  expect(await (await Graphics.find(FOLDER, new RamShelf(), true)).where()).toBe("gpu");
});

test("a browser whose WebAssembly cannot wait for a GPU has none", async () => {
  browserWith(card("a"));
  vi.stubGlobal("WebAssembly", {});
  expect((await Graphics.find(FOLDER, new RamShelf(), null)).isThere).toBe(false);
});

test("a browser that never says whether it has a GPU is not waited for", async () => {
  vi.useFakeTimers();
  browserWith(null);
  vi.stubGlobal("navigator", { userAgent: "", gpu: { requestAdapter: () => new Promise(() => undefined) } });
  const finding = Graphics.find(FOLDER, new RamShelf(), null);
  await vi.advanceTimersByTimeAsync(5000);
  expect((await finding).isThere).toBe(false);
  vi.useRealTimers();
});
