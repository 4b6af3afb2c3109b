/**
 * Builds dist/chromium and dist/firefox, each a folder to load unpacked.
 *
 *   node build.mjs [--out DIR] [--server ADDRESS]
 *
 * ADDRESS is what the extension asks until a person sets another one. It does not know whether anybody answers there.
 */

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { manifest } from "./manifest.mjs";

const root = import.meta.dirname;
const { values } = parseArgs({
  options: { out: { type: "string", default: join(root, "dist") }, server: { type: "string", default: "http://127.0.0.1:8765" } },
});
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { origin } = new URL(values.server);

for (const browser of ["chromium", "firefox"]) await write(browser, join(values.out, browser));

async function write(browser, folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(root, "static"), folder, { recursive: true });
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest({ browser, server: origin, version }), null, 2));
  const modules = ["src/field.ts", "src/worker/worker.ts", "src/pages/popup.ts", "src/pages/options.ts"];
  await bundle({ entryPoints: modules, format: "esm" });
  await bundle({ entryPoints: ["src/watch.ts"], format: "iife" }); // content scripts are no modules

  function bundle(options) {
    const common = { absWorkingDir: root, bundle: true, minify: true, target: "es2022", entryNames: "[name]", outdir: folder };
    return build({ ...common, ...options, define: { DEFAULT_SERVER: JSON.stringify(origin) } });
  }
}
