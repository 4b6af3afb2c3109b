/** How much a page loads, gzipped: the core at most 12 KB, an adapter at most 4 KB. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

async function gzipped(entry: string): Promise<number> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", target: "es2022", minify: true, write: false });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

test.each([
  ["src/core.ts", 12_000],
  ["src/adapters/textarea.ts", 4_000],
  ["src/adapters/contenteditable.ts", 4_000],
])("%s is at most %i bytes gzipped", async (entry, limit) => {
  const size = await gzipped(entry);
  expect(size).toBeGreaterThan(500);
  expect(size).toBeLessThanOrEqual(limit);
});
