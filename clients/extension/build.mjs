/**
 * Builds dist/chromium and dist/firefox, each a folder to load unpacked.
 *
 *   node build.mjs [--out DIR] [--server ADDRESS] [--engine FOLDER]
 *
 * ADDRESS is what the extension asks until a person sets another one. FOLDER is what `foretype edge build` made: it is copied
 * into both, and suggestions then come from inside the browser. It does not know whether anybody answers at ADDRESS.
 */

import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { manifest } from "./manifest.mjs";

const USAGE = "usage: npm run build -- [--out DIR] [--server ADDRESS] [--engine FOLDER]";
const root = import.meta.dirname;
const values = asked();
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { origin } = new URL(values.server);

for (const browser of ["chromium", "firefox"]) await write(browser, join(values.out, browser));
console.log(`each page loads ${await bytes("watch.js")} bytes, one with a field ${await bytes("field.js", gzipSync)} more (gzipped)`);

function asked() {
  try {
    const { values } = parseArgs({
      options: {
        out: { type: "string", default: join(root, "dist") },
        server: { type: "string", default: "http://127.0.0.1:8765" },
        engine: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) stop(USAGE, 0);
    check(values);
    return values;
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`, 2);
  }
}

function check({ server, engine }) {
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new TypeError(`--server: found ${server}, wanted an address such as https://compose.example.org`);
  }
  if (engine !== undefined && !existsSync(join(engine, "engine.js"))) {
    throw new TypeError(`${engine}: found no engine.js in it, wanted a folder made by: foretype edge build --out ${engine}`);
  }
}

function stop(why, status) {
  (status ? console.error : console.log)(why);
  process.exit(status);
}

async function write(browser, folder) {
  const hasEngine = values.engine !== undefined;
  const hasDocument = hasEngine && browser === "chromium"; // Firefox's worker is a document itself
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(root, "static"), folder, { recursive: true });
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest({ browser, server: origin, version, hasEngine }), null, 2));
  const modules = ["src/field.ts", "src/worker/worker.ts", "src/pages/popup.ts", "src/pages/options.ts"];
  await bundle({ entryPoints: hasDocument ? [...modules, "src/offscreen.ts"] : modules, format: "esm" });
  await bundle({ entryPoints: ["src/watch.ts"], format: "iife" }); // content scripts are no modules
  if (hasEngine) await cp(values.engine, join(folder, "engine"), { recursive: true, filter: isOfEngine });
  if (!hasDocument) await rm(join(folder, "offscreen.html"));

  function bundle(options) {
    const common = { absWorkingDir: root, bundle: true, minify: true, target: "es2022", entryNames: "[name]", outdir: folder };
    return build({ ...common, ...options, define: { DEFAULT_SERVER: JSON.stringify(origin), HAS_ENGINE: String(hasEngine) } });
  }
}

async function bytes(name, packed = (data) => data) {
  return packed(await readFile(join(values.out, "chromium", name))).length;
}

/** The folder is a web site as well; its pages stay where they are. */
function isOfEngine(path) {
  return !/\.(?:html|css|svg)$|(?:^|[\\/])(?:sw|page|first|theme|client)\.js$/.test(path);
}
