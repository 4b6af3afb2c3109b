/** Large files of a folder: whole or told of, whatever lies between the web server and the page. */

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { Folder } from "../../src/engine/folder.js";
import { UnreachableError } from "../../src/errors.js";

const BASE = "https://example.org/sub/";
const TEXT = "let me know ".repeat(50);
const PACKED = new Uint8Array(gzipSync(TEXT));
const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");
const FACTS = { num_bytes: PACKED.length, sha256: sha256(PACKED), num_unpacked: TEXT.length, sha256_unpacked: sha256(TEXT) };
const MANIFEST = { format: "foretype-edge", format_version: 1, files: { "strengths.bin": FACTS } };

type Reply = () => Response;

const damaged: Reply = () => new Response(PACKED.map((byte, at) => (at === 30 ? byte ^ 1 : byte)));
const whole: Reply = () => new Response(PACKED);
const unpacked: Reply = () => new Response(TEXT);

/** A body that breaks off. */
const cut: Reply = () =>
  new Response(
    new ReadableStream({
      start: (stream) => {
        stream.enqueue(PACKED.slice(0, 9));
        stream.error(new TypeError("network error"));
      },
    }),
  );

/** A folder whose web server gives the replies one after the other; `asked` are the ways in which it was asked. */
async function folderOf(...replies: Reply[]): Promise<{ folder: Folder; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  vi.stubGlobal("fetch", async (address: string, { cache }: RequestInit = {}) => {
    asked.push(cache);
    if (address.endsWith("manifest.json")) return Response.json(MANIFEST);
    const reply = replies.shift();
    if (!reply) throw new TypeError("failed to fetch");
    return reply();
  });
  return { folder: await Folder.open(BASE), asked };
}

afterEach(() => void vi.unstubAllGlobals());

test("a file is read as it was packed, or as a web server unpacked it on the way", async () => {
  const { folder, asked } = await folderOf(whole, unpacked);
  expect(await folder.text("strengths.bin")).toBe(TEXT);
  expect(await folder.text("strengths.bin")).toBe(TEXT);
  expect(asked).toEqual(["no-cache", "default", "default"]); // an old manifest beside new files would find them damaged
});

test("a damaged copy on the way is asked for once more, past every cache", async () => {
  const { folder, asked } = await folderOf(damaged, whole);
  expect(await folder.text("strengths.bin")).toBe(TEXT);
  expect(asked.slice(1)).toEqual(["default", "reload"]);
});

test("a file that is damaged twice is told of with both checksums", async () => {
  const { folder } = await folderOf(damaged, damaged);
  await expect(folder.text("strengths.bin")).rejects.toThrow(/strengths.bin: found checksum \w{12}, wanted \w{12}/);
});

test("what the network keeps away may be asked for later, what is not there may not", async () => {
  const busy: Reply = () => new Response("", { status: 503 });
  const missing: Reply = () => new Response("", { status: 404 });
  const { folder } = await folderOf(cut, busy, missing);
  await expect(folder.text("strengths.bin")).rejects.toThrow("the connection broke half way");
  await expect(folder.text("strengths.bin")).rejects.toBeInstanceOf(UnreachableError);
  await expect(folder.text("strengths.bin")).rejects.not.toBeInstanceOf(UnreachableError);
  await expect(folder.text("strengths.bin")).rejects.toThrow("no answer");
});

test("a kept copy that the browser damaged is fetched anew and replaced", async () => {
  const kept = new Map<string, Response>();
  const cache = { match: async (key: string) => kept.get(key)?.clone(), put: async (key: string, reply: Response) => void kept.set(key, reply) };
  vi.stubGlobal("caches", { open: async () => cache });
  kept.set(`${BASE}strengths.bin?sha256=${FACTS.sha256}`, damaged());
  const { folder } = await folderOf(whole);
  expect(await folder.text("strengths.bin")).toBe(TEXT);
  expect(await folder.text("strengths.bin")).toBe(TEXT); // the web server is gone by now
});
