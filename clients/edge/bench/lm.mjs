/**
 * Times of the language model in headless Chromium: `node bench/lm.mjs [threads ...]`, from clients/edge.
 *
 * It misleads where other programs run: look at the tenth percentile and at the load it prints. Chromium itself, the asking
 * thread and the model's worker share the cores. It does not know keystrokes: one step is one token.
 */

import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { cpus, loadavg, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { build } from "esbuild";

const FOLDERS = { model: "../../src/foretype/data/model", ort: "../node_modules/onnxruntime-web/dist" };
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html", ".json": "application/json" };
const PAGE = '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>';

const built = await mkdtemp(join(tmpdir(), "foretype-bench-"));
await build({
  entryPoints: { page: process.env.BENCH_PAGE ?? "bench/lm_page.ts", "lm-worker": "src/lm/worker.ts" },
  conditions: ["onnxruntime-web-use-extern-wasm"],
  outdir: built,
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "error",
});

for (const threads of process.argv.slice(2).length ? process.argv.slice(2) : ["1"]) {
  const result = await run(`/?threads=${threads}`);
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  console.log(JSON.stringify(result, null, 1));
  console.log(JSON.stringify(result));
}
await rm(built, { recursive: true });

/** What the page at `path` sends when it is done. */
async function run(path) {
  let done;
  const result = new Promise((resolve) => { done = resolve; });
  const server = createServer((request, response) => answer(request, response, done)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const profile = await mkdtemp(join(tmpdir(), "foretype-chromium-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
  const browser = spawn("chromium", [...flags, `http://127.0.0.1:${server.address().port}${path}`], { stdio: "ignore", detached: true });
  const found = await result;
  const memory = await residentMb(profile);
  process.kill(-browser.pid);
  await new Promise((resolve) => browser.once("exit", resolve));
  server.close();
  server.closeAllConnections();
  await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return { ...found, renderer_resident_mb: memory };
}

function answer(request, response, done) {
  const { pathname } = new URL(request.url, "http://localhost");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  response.setHeader("Content-Security-Policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
  if (pathname === "/result") return receive(request, response, done);
  response.setHeader("Content-Type", TYPES[extname(pathname)] ?? (pathname === "/" ? "text/html" : "application/octet-stream"));
  if (pathname === "/") return response.end(PAGE);
  const [, folder, name] = pathname.split("/");
  const file = name ? join(FOLDERS[folder] ?? built, name) : join(built, folder);
  return createReadStream(file).on("error", () => response.writeHead(404).end()).pipe(response);
}

function receive(request, response, done) {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    response.end();
    done(JSON.parse(Buffer.concat(parts).toString()));
  });
}

/** Memory of the largest process that was started with this profile. */
async function residentMb(profile) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(pids.map(async (pid) => {
    const [line, status] = await Promise.all(["cmdline", "status"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")));
    if (!line.includes("--type=renderer") || !line.includes(profile.split("/").at(-1))) return 0;
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000;
  }));
  return Math.round(Math.max(...sizes));
}
