/**
 * Builds what `foretype edge build` puts into a folder: bundles of the engine, its two workers and its page; and what the server
 * serves too: static/client.js, the package @foretype/client, and static/private-counts.js, private statistics for pages with an
 * engine of their own.
 *
 * They are committed as package data, since whoever has foretype need not have node; tests/edge proves that they are these. It does
 * not know onnxruntime-web's own files: those lie beside the bundles in a built folder.
 */

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = process.argv[2] ?? "../../src/foretype"; // the package, or another folder to compare with it
const OUT = `${ROOT}/edge/static`;
const PAGES = "../../src/foretype/serve/static"; // the server's page, which the engine's own shares pieces and modules with
const SERVED = `${ROOT}/serve/static`;
const SHARED = { bundle: true, format: "esm", target: "es2022", legalComments: "none" };
const BANNER = `/**
 * Hit and miss counts of a browser as noisy answers, under local differential privacy: the twin of privacy/ldp/ in Python.
 *
 * Built from clients/edge/src/private by clients/edge/build.mjs. It does not know where ledgers are kept, nor who sends a report.
 */`;
const CLIENT_BANNER = "/* @foretype/client, built from clients/js/src by clients/edge/build.mjs. Apache-2.0. */";
const BESIDE = new Map([
  ["onnxruntime-web/wasm", "./ort.js"],
  ["onnxruntime-web/jspi", "./ort-gpu.js"],
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

/** The same bytes wherever node runs: the tenth says on which system. */
function packed(contents) {
  const bytes = gzipSync(contents, { level: 9 });
  bytes[9] = 255;
  return bytes;
}

/** The engine's own page: where it says `as the server's: NAME`, what the server's page has between NAME and /NAME. */
async function page() {
  const theirs = await readFile(`${PAGES}/index.html`, "utf8");
  const own = await readFile("src/page/index.html", "utf8");
  return own.replace(/ *<!-- as the server's: (\w+) -->\n/g, (_, name) => {
    const [, piece] = theirs.split(new RegExp(` *<!-- /?${name} -->\\n`));
    if (!piece) throw new Error(`${PAGES}/index.html: found no piece between ${name} and /${name}`);
    return piece;
  });
}

await mkdir(OUT, { recursive: true });
const { outputFiles } = await build({
  entryPoints: {
    engine: "src/engine/index.ts",
    "engine-worker": "src/engine/worker.ts",
    "lm-worker": "src/lm/worker.ts",
    first: "src/page/first.ts",
    page: "src/page/main.ts",
    sw: "src/page/sw.ts",
  },
  outdir: OUT,
  plugins: [beside],
  minify: true,
  write: false,
  ...SHARED,
});
for (const { path, contents } of outputFiles) await writeFile(`${OUT}/${basename(path)}.gz`, packed(contents));
await build({
  entryPoints: { "private-counts": "src/private/counts.ts" },
  outdir: SERVED,
  banner: { js: BANNER },
  ...SHARED,
});
await build({
  entryPoints: { client: "../js/src/served.ts" },
  outdir: SERVED,
  banner: { js: CLIENT_BANNER },
  minify: true,
  ...SHARED,
});
await copyFile("src/page/edge.css", `${OUT}/edge.css`);
await writeFile(`${OUT}/index.html`, await page());
