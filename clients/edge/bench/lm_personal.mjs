/** Bundles bench/lm_personal.ts and runs it: `xz -dc enron-valid.jsonl.xz | node bench/lm_personal.mjs`. It measures nothing. */

import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const OUT = new URL("../test/lm/.bench-personal.mjs", import.meta.url); // beside the helper whose paths it uses

const { outputFiles } = await build({
  entryPoints: ["bench/lm_personal.ts"],
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
