import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { parseManifest, type FileFacts } from "../../src/engine/manifest.js";
import { check, unpacked } from "../../src/engine/unpack.js";

const TEXT = "let me know ".repeat(100);

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

function facts(bytes: Uint8Array): FileFacts {
  return { num_bytes: bytes.length, sha256: sha256(bytes), num_unpacked: TEXT.length, sha256_unpacked: sha256(TEXT) };
}

test("packed bytes come out as they were, and plain ones are left alone", async () => {
  const plain = new TextEncoder().encode(TEXT);
  for (const bytes of [new Uint8Array(gzipSync(plain)), plain]) {
    expect(new TextDecoder().decode(await unpacked(bytes, "x"))).toBe(TEXT);
  }
});

test("a truncated file is refused with sizes, a changed one with checksums", async () => {
  const bytes = new Uint8Array(gzipSync(TEXT));
  await expect(check(bytes.slice(0, 9), facts(bytes), "x/weights.bin")).rejects.toThrow(`found 9 bytes, wanted ${bytes.length}`);
  const changed = bytes.slice();
  changed[20] = 255 - (changed[20] as number);
  await expect(check(changed, facts(bytes), "x/weights.bin")).rejects.toThrow(/x\/weights.bin: found checksum \w{12}, wanted \w{12}/);
  await expect(unpacked(changed, "x/weights.bin")).rejects.toThrow("cannot be unpacked");
});

test("a file that a web server unpacked on the way is whole, and still held to its checksum", async () => {
  const packed = new Uint8Array(gzipSync(TEXT));
  const plain = new TextEncoder().encode(TEXT);
  await check(plain, facts(packed), "x/weights.bin");
  plain[20] = 0;
  await expect(check(plain, facts(packed), "x/weights.bin")).rejects.toThrow(/found checksum \w{12}, wanted \w{12}/);
});

test("a foreign or a newer manifest is refused with what to do", () => {
  expect(() => parseManifest({ name: "other" }, "x")).toThrow("foretype edge build");
  expect(() => parseManifest(null, "x")).toThrow("no manifest");
  expect(() => parseManifest({ format: "foretype-edge", format_version: 9 }, "x")).toThrow("found format version 9, wanted 1");
});
