/**
 * Builds the demo page into build/demo and serves it: `npm run demo`, or `npm run demo -- ENGINE` with a folder that
 * `foretype edge build` made, which is then at engine/ beside the page. It does not know where answers come from.
 */

import { cp, mkdir, rm } from "node:fs/promises";
import { context } from "esbuild";

const FOLDER = "build/demo";
const PORT = 8766;

const [engine] = process.argv.slice(2);
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
for (const file of ["index.html", "demo.css"]) await cp(`demo/${file}`, `${FOLDER}/${file}`);
if (engine) await cp(engine, `${FOLDER}/engine`, { recursive: true });

const made = await context({
  entryPoints: ["demo/demo.ts"],
  outdir: FOLDER,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  define: { "process.env.NODE_ENV": '"production"' },
});
await made.rebuild();
const { port } = await made.serve({ servedir: FOLDER, host: "127.0.0.1", port: PORT });
console.log(`http://127.0.0.1:${port}/${engine ? "?engine=engine" : ""}`);
