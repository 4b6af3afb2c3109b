/**
 * Builds what `foretype edge build` puts into a folder: bundles of the engine, its two workers, its page and @foretype/client.
 *
 * They are committed as package data, since whoever has foretype need not have node; tests/edge proves that they are these. It does
 * not know onnxruntime-web's own files: those lie beside the bundles in a built folder.
 */

import { copyFile, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const OUT = process.argv[2] ?? "../../src/foretype/edge/static";
const BESIDE = new Map([
  ["onnxruntime-web/wasm", "./ort.js"],
  ["../engine/index.js", "./engine.js"],
  ["../../../js/src/index.js", "./client.js"],
]);

/** Modules that lie in the folder as files of their own are imported from there. */
const beside = {
  name: "beside",
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind !== "entry-point" && BESIDE.has(path) ? { path: BESIDE.get(path), external: true } : undefined,
    );
  },
};

await mkdir(OUT, { recursive: true });
await build({
  entryPoints: {
    engine: "src/engine/index.ts",
    "engine-worker": "src/engine/worker.ts",
    "lm-worker": "src/lm/worker.ts",
    page: "src/page/main.ts",
    client: "../js/src/index.ts",
    sw: "src/page/sw.ts",
  },
  outdir: OUT,
  plugins: [beside],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
});
for (const name of ["index.html", "edge.css"]) await copyFile(`src/page/${name}`, `${OUT}/${name}`);
