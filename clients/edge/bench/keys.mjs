/**
 * Milliseconds a key without the language model, in node or in a browser.
 *
 *     node bench/keys.mjs [--chromium PATH] [--memory-words N]
 *
 * How it misleads: the messages are the vectors' own, short ones; the second typing is measured, so all code is warm; nothing
 * else runs in the page. Compare only figures of one machine and one run.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";

const DATA = new URL("../../../src/foretype/data/", import.meta.url);
const VECTORS = new URL("../vectors/", import.meta.url);
const ENTRY = new URL("measured.ts", import.meta.url).pathname;
const PAGE = `<!doctype html><title>keys</title><script type="module">
  const [{ measured }, given] = await Promise.all([import("/measured.js"), fetch("/given").then((got) => got.json())]);
  const background = await (await fetch("/background")).arrayBuffer();
  const found = await measured({ ...given, background });
  await fetch("/found", { method: "POST", body: JSON.stringify({ ...found, engine: navigator.userAgent }) });
</script>`;

const { values } = parseArgs({
  options: { chromium: { type: "string" }, "memory-words": { type: "string", default: "20000" } },
});

const json = (name, folder) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const given = {
  strengths: json("strengths.json", DATA),
  ranker: JSON.parse(gunzipSync(readFileSync(new URL("ranker.json.gz", VECTORS)))),
  messages: json("scenarios.json", VECTORS),
  memoryWords: Number(values["memory-words"]),
};
const background = readFileSync(new URL("background.ngram", DATA));
const bundled = await build({ entryPoints: [ENTRY], bundle: true, format: "esm", target: "es2022", write: false });
const script = bundled.outputFiles[0].text;

const found = values.chromium ? await inBrowser(values.chromium) : await inNode();
console.log(`${cpus()[0].model}, ${cpus().length} cores; ${found.engine}; memory of ${given.memoryWords} words`);
console.log(`open ${found.openMs.toFixed(0)} ms`);
for (const [name, { keys, p50, p90, p99, max }] of Object.entries(found.deciders)) {
  const [half, most, nearly, all] = [p50, p90, p99, max].map((ms) => ms.toFixed(2));
  console.log(`${name.padEnd(7)} ${keys} keys: p50 ${half}, p90 ${most}, p99 ${nearly}, max ${all} ms`);
}
console.log(JSON.stringify(found));

async function inNode() {
  const { measured } = await import(`data:text/javascript;base64,${Buffer.from(script).toString("base64")}`);
  const buffer = background.buffer.slice(background.byteOffset, background.byteOffset + background.byteLength);
  return { ...(await measured({ ...given, background: buffer })), engine: `node ${process.version}` };
}

async function inBrowser(path) {
  const profile = mkdtempSync(join(tmpdir(), "foretype-keys-"));
  const { address, result, close } = await served();
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
  const browser = spawn(path, [...flags, address], { stdio: "ignore" });
  try {
    return await result;
  } finally {
    const ended = new Promise((resolve) => browser.once("exit", resolve));
    browser.kill();
    await ended;
    close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** A page that measures, and the promise of what it found. */
async function served() {
  let tell;
  const result = new Promise((resolve) => (tell = resolve));
  const answers = {
    "/": ["text/html", PAGE],
    "/measured.js": ["text/javascript", script],
    "/given": ["application/json", JSON.stringify(given)],
    "/background": ["application/octet-stream", background],
  };
  const server = createServer(async (request, response) => {
    if (request.url === "/found") tell(JSON.parse(await new Response(request).text()));
    const [type, body] = answers[request.url] ?? ["text/plain", ""];
    response.writeHead(200, { "Content-Type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  return { address, result, close: () => server.closeAllConnections() ?? server.close() };
}
