/** How much a page loads, gzipped: the core at most 12 KB, an adapter at most 4 KB on top of it. */

import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { expect, test } from "vitest";

const ADAPTERS = ["textarea", "contenteditable", "codemirror", "prosemirror", "lexical"];

const core = await bundled("src/core.ts", []);

test("the core with its transports is at most 12 KB gzipped", () => {
  expect(core.size).toBeGreaterThan(500);
  expect(core.size).toBeLessThanOrEqual(12_000);
});

test.each(ADAPTERS)("the adapter %s adds at most 4 KB gzipped", async (name) => {
  const { size } = await bundled(`src/adapters/${name}.ts`, core.files);
  expect(size).toBeGreaterThan(500);
  expect(size).toBeLessThanOrEqual(4_000);
});

test("no editor library is part of an adapter", async () => {
  const { files } = await bundled("src/adapters/codemirror.ts", []);
  expect(files.filter((file) => file.includes("node_modules"))).toEqual([]);
});

/** Gzipped bytes of an entry and the files it is made of; `known` files are loaded already. */
async function bundled(entry: string, known: readonly string[]): Promise<{ size: number; files: string[] }> {
  const options = { bundle: true, format: "esm", target: "es2022", minify: true, write: false, metafile: true } as const;
  const { outputFiles, metafile } = await build({ ...options, entryPoints: [entry], plugins: [without(known)] });
  const files = Object.keys(metafile.inputs).map((file) => resolve(file));
  return { size: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length, files };
}

function without(known: readonly string[]): Plugin {
  return {
    name: "without",
    setup: ({ onResolve }) => {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path.replace(/\.js$/, ".ts"));
        return known.includes(file) ? { path, external: true } : null;
      });
    },
  };
}
