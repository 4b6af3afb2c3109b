/**
 * Builds build/test: the script of the page of editors that the browser tests open.
 *
 * It does not know what dist/ holds; both are made from the sources.
 */

import { rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("build/test", { recursive: true, force: true });
const settings = { bundle: true, format: "esm", target: "es2022", minify: true, define: { "process.env.NODE_ENV": '"production"' } };
await build({ ...settings, entryPoints: { editors: "test/page/editors.ts" }, outdir: "build/test" });
