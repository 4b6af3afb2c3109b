/** Bundles a TypeScript benchmark and runs it in this process: `node bench/lm_node.mjs lm_kernels`. It measures nothing. */

import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [, , name] = process.argv;
const OUT = new URL(`../test/lm/.bench-${name}.mjs`, import.meta.url); // beside the helper whose paths it uses

const { outputFiles } = await build({
  entryPoints: [`bench/${name}.ts`],
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  packages: "external",
  logLevel: "error",
});
writeFileSync(OUT, outputFiles[0].contents);
process.on("exit", () => rmSync(fileURLToPath(OUT), { force: true }));
await import(OUT.href);
