/**
 * Builds the demo page under build/demo and serves it to this machine.
 *
 *   npm run demo -- [ENGINE] [--port PORT]
 *
 * ENGINE is a folder that `foretype edge build` made: it is then at engine/ beside the page, which needs no server. It does not
 * know whether a server runs.
 */

import { existsSync } from "node:fs";
import { cp, mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { context } from "esbuild";

const USAGE = "usage: npm run demo -- [ENGINE] [--port PORT]      ENGINE: a folder made by foretype edge build";
const HOST = "127.0.0.1";

const { engine, port, isHelp } = asked();
const folder = `build/demo/${port}`; // two may run side by side
if (isHelp) stop(USAGE, 0);
if (engine && !existsSync(join(engine, "engine.js"))) {
  stop(`${engine}: found no engine.js in it, wanted a folder made by: foretype edge build --out ${engine}`);
}
if (!(await isFree(port))) stop(`port ${port}: found it taken, wanted a free one: npm run demo -- --port ${port + 1}`);
await fill();
await (await bundle()).serve({ servedir: folder, host: HOST, port });
const address = `http://${HOST}:${port}`;
console.log(engine ? `${address}/?engine=engine` : `${address}/  asks: FORETYPE_ALLOWED_ORIGINS=${address} foretype serve`);

function asked() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { port: { type: "string", default: "8766" }, help: { type: "boolean", short: "h" } },
    });
    const port = Number(values.port);
    if (positionals.length > 1) throw new TypeError(`found ${positionals.length} folders, wanted one`);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new TypeError(`--port: found ${values.port}, wanted 1 to 65535`);
    return { engine: positionals[0], port, isHelp: values.help };
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`, 2);
  }
}

function isFree(port) {
  return new Promise((done) => {
    const probe = createServer().once("error", () => done(false)).listen(port, HOST, () => probe.close(() => done(true)));
  });
}

async function fill() {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of ["index.html", "demo.css"]) await cp(`demo/${file}`, `${folder}/${file}`);
  if (engine) await cp(engine, `${folder}/engine`, { recursive: true });
}

async function bundle() {
  const made = await context({
    entryPoints: ["demo/demo.ts"],
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  await made.rebuild();
  return made;
}

function stop(sentence, status = 1) {
  (status ? console.error : console.log)(sentence);
  process.exit(status);
}
