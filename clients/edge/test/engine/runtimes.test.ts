/** A device loads the build for what it has, and without a network the one that it kept. */

import { expect, test } from "vitest";
import { readRuntime } from "../../src/engine/runtimes.js";
import { ModelError, UnreachableError } from "../../src/errors.js";

/** A folder of which only these files can be had; `kept` need no network. */
function folderOf(reachable: readonly string[], kept: readonly string[] = []) {
  return {
    read: async (name: string) => {
      if (![...reachable, ...kept].includes(name)) throw new UnreachableError(`${name}: no answer`);
      return new ArrayBuffer(name.length);
    },
    holds: async (name: string) => kept.includes(name),
    address: (name: string) => `/${name}`,
  };
}

const build = async (folder: ReturnType<typeof folderOf>, hasGpu: boolean): Promise<string> =>
  (await readRuntime(folder, hasGpu, () => undefined)).build;

test.each([
  [true, "gpu"],
  [false, "wasm"],
])("with a GPU (%s) the build is %s", async (hasGpu, wanted) => {
  expect(await build(folderOf(["wasm.bin", "wasm-gpu.bin"]), hasGpu)).toBe(wanted);
});

test.each([
  [true, "wasm.bin", "wasm"],
  [false, "wasm-gpu.bin", "gpu"],
])("when a GPU has come or gone (%s) while there is no network, the build that is kept does", async (hasGpu, kept, wanted) => {
  expect(await build(folderOf([], [kept]), hasGpu)).toBe(wanted);
});

test("with neither at hand the network is asked for, and a damaged file is no reason to take the other", async () => {
  await expect(build(folderOf([]), true)).rejects.toThrow(UnreachableError);
  const damaged = { ...folderOf([], ["wasm.bin"]), read: async () => Promise.reject(new ModelError("damaged")) };
  await expect(build(damaged, true)).rejects.toThrow("damaged");
});
