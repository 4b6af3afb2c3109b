/**
 * Builds dist/: one module a public name, sharing what they share. It does not know types; tsc writes those.
 */

import { copyFile, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: {
    index: "src/index.ts",
    core: "src/core.ts",
    textarea: "src/adapters/textarea.ts",
    contenteditable: "src/adapters/contenteditable.ts",
    codemirror: "src/adapters/codemirror.ts",
    prosemirror: "src/adapters/prosemirror.ts",
    lexical: "src/adapters/lexical.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  chunkNames: "[name]-[hash]",
});
await copyFile("../../LICENSE", "dist/LICENSE");
