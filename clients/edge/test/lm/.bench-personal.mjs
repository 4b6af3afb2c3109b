// bench/lm_personal.ts
import { createInterface } from "node:readline";

// test/lm/opened.ts
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// src/errors.ts
var ForetypeError = class extends Error {
  get name() {
    return this.constructor.name;
  }
};
var InputError = class extends ForetypeError {
};
var ModelError = class extends ForetypeError {
};

// src/lm/card.ts
var REBUILD = "build the folder anew with `foretype edge build`";
function readCard(json) {
  const found = parsed(json);
  if (found.format !== "foretype-model" || found.format_version !== 1) {
    throw new ModelError(
      `model.json: found ${String(found.format)} ${String(found.format_version)}, wanted foretype-model 1; ${REBUILD}`
    );
  }
  const { architecture: arch } = found;
  if (arch.sliding_window != null) {
    throw new ModelError(`model.json: found a sliding window of ${arch.sliding_window}, wanted none; choose another model`);
  }
  return { name: found.name, prelude: found.prelude, markers: found.markers ?? null, shape: shapeOf(arch), files: found.files };
}
async function checkFile(card, name, bytes) {
  const wanted = card.files[name];
  if (!wanted) throw new ModelError(`model.json: found no entry for ${name}, wanted its size and checksum; ${REBUILD}`);
  if (bytes.byteLength !== wanted.num_bytes) {
    throw new ModelError(`${name}: found ${bytes.byteLength} bytes, wanted ${wanted.num_bytes}; load it again`);
  }
  const digest = await sha256(bytes);
  if (digest !== null && digest !== wanted.sha256) {
    throw new ModelError(`${name}: found checksum ${digest.slice(0, 12)}, wanted ${wanted.sha256.slice(0, 12)}; ${REBUILD}`);
  }
}
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ModelError(`model.json: found no JSON (${String(error)}), wanted a model's card; ${REBUILD}`, { cause: error });
  }
}
function shapeOf(arch) {
  return {
    vocabSize: arch.vocab_size,
    hiddenSize: arch.hidden_size,
    numLayers: arch.num_layers,
    numKvHeads: arch.num_kv_heads,
    headSize: arch.head_size,
    contextLength: arch.context_length
  };
}
async function sha256(bytes) {
  const { subtle } = globalThis.crypto;
  if (!subtle) return null;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// src/contracts.ts
var CancelledError = class extends Error {
};

// src/text/letters.ts
var BLANKS = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
var ODD_DIGITS = "\\xb2\\xb3\\xb9\\u1369-\\u1371\\u19da\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468\\u2474-\\u247c\\u2488-\\u2490\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788\\u278a-\\u2792\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}\\u{11052}-\\u{1105a}\\u{1f100}-\\u{1f10a}";
var PIECES = new RegExp(`[^${BLANKS}]+`, "gu");
var BLANK = new RegExp(`^[${BLANKS}]$`, "u");
var DIGIT = new RegExp(`[\\p{Nd}${ODD_DIGITS}]`, "gu");
var ALL_DIGITS = new RegExp(`^[\\p{Nd}${ODD_DIGITS}]+$`, "u");
var isBlank = (letter) => BLANK.test(letter);
function trimStart(text2) {
  let start = 0;
  while (start < text2.length && isBlank(text2[start])) start++;
  return text2.slice(start);
}
function trimEnd(text2) {
  let end = text2.length;
  while (end > 0 && isBlank(text2[end - 1])) end--;
  return text2.slice(0, end);
}
var trim = (text2) => trimStart(trimEnd(text2));
function numPoints(text2) {
  let count = text2.length;
  for (let at = 0; at + 1 < text2.length; at++) {
    if (isPairAt(text2, at)) {
      count--;
      at++;
    }
  }
  return count;
}
function placeOfPoint(text2, count) {
  let at = 0;
  for (let left = count; left > 0 && at < text2.length; left--) at += isPairAt(text2, at) ? 2 : 1;
  return at;
}
var firstPoints = (text2, count) => text2.length <= count ? text2 : text2.slice(0, placeOfPoint(text2, count));
function lastPoints(text2, count) {
  if (text2.length <= count) return text2;
  let at = text2.length;
  for (let left = count; left > 0 && at > 0; left--) at -= at > 1 && isPairAt(text2, at - 2) ? 2 : 1;
  return text2.slice(at);
}
function isPairAt(text2, at) {
  return (text2.charCodeAt(at) & 64512) === 55296 && (text2.charCodeAt(at + 1) & 64512) === 56320;
}

// src/text/prompt.ts
var MAX_SUBJECT_CHARS = 80;
var MAX_PREVIOUS_CHARS = 160;
function contextTokens(encode, markers, { kind, previous, subject }) {
  const tokens = [markers.start, kindMarker(markers, kind)];
  const fields = [
    [markers.previous, previousEnd(previous)],
    [markers.subject, subjectStart(subject)]
  ];
  for (const [marker, field2] of fields) if (field2) tokens.push(marker, ...encode(field2));
  return [...tokens, markers.text];
}
function contextWords({ previous, subject }) {
  const short = subjectStart(subject);
  const parts = [previousEnd(previous), short ? `Subject: ${short}` : ""];
  return parts.map((part) => part ? `${part}

` : "").join("");
}
function previousEnd(text2) {
  const whole = trim(text2);
  if (numPoints(whole) <= MAX_PREVIOUS_CHARS) return whole;
  const end = lastPoints(whole, MAX_PREVIOUS_CHARS);
  return end.slice(end.indexOf(" ") + 1);
}
var subjectStart = (text2) => firstPoints(trim(text2), MAX_SUBJECT_CHARS);
function textTokens(encode, text2) {
  return text2.endsWith("\n") ? encode(`${text2}A`).slice(0, -1) : encode(text2);
}
function kindMarker(markers, kind) {
  if (kind === "email") return markers.email;
  return kind === "chat" ? markers.chat : markers.note;
}

// src/lm/window.ts
var WINDOW_TOKENS = 1024;
var CHUNK_TOKENS = 16;
function fitted(tokens, { numWanted, window, numHead }) {
  const excess = tokens.length - window;
  if (excess <= 0) return tokens;
  const step = Math.max(1, window >> 2);
  const cut = Math.ceil(excess / step) * step;
  if (tokens.length - numHead - cut < numWanted) {
    throw new InputError(`submit: found numWanted ${numWanted}, wanted at most ${window - step}; ask in parts`);
  }
  return [...tokens.slice(0, numHead), ...tokens.slice(numHead + cut)];
}

// src/lm/remote.ts
var RemoteModel = class {
  constructor(port, card, tokenizer) {
    this.port = port;
    this.tokenizer = tokenizer;
    this.name = card.name;
    this.prelude = card.prelude;
    this.markers = card.markers;
    this.tokenBytes = tokenizer.tokenBytes;
    this.#vocabSize = card.shape.vocabSize;
    this.#window = Math.min(WINDOW_TOKENS, card.shape.contextLength - CHUNK_TOKENS);
    port.onmessage = ({ data }) => this.#hear(data);
    port.onerror = ({ message: message2 }) => this.#fail(new ModelError(`language model: its worker ended (${message2}); load the page again`));
  }
  port;
  tokenizer;
  name;
  prelude;
  markers;
  tokenBytes;
  #vocabSize;
  #window;
  #waiting = /* @__PURE__ */ new Map();
  #lastId = 0;
  #closed = null;
  encode(text2) {
    return this.tokenizer.encode(text2);
  }
  submit(tokens, { session, numWanted }) {
    this.#check(tokens, numWanted);
    const kept = Int32Array.from(fitted(tokens, { numWanted, window: this.#window, numHead: this.#numHead(tokens) }));
    const id = ++this.#lastId;
    const result = this.#asked(id, { do: "ask", id, session, tokens: kept, numWanted }).then(
      (reply) => reply.is === "answer" ? rowsOf(reply.rows, this.#vocabSize) : []
    );
    result.catch(() => void 0);
    return { result, cancel: () => this.#cancel(id) };
  }
  /**
   * From the next question on, speak for a person: `state` is what was kept of them, null somebody new.
   *
   * One person at a time. Rejects with ModelError for another model's state; then it speaks for nobody.
   */
  async speakFor(state) {
    return this.#taught({ do: "speak", id: ++this.#lastId, state });
  }
  /** From the next question on, speak for nobody; what the last person taught is gone from memory. */
  speakForNobody() {
    if (!this.#closed) this.#send({ do: "nobody" });
  }
  /**
   * Learn from a message that the person has sent, when nobody asks; answers change once that is measured to help.
   *
   * Rejects with CancelledError when the person goes meanwhile, or nobody is spoken for.
   */
  async learn(text2, context) {
    const before = this.#before(context);
    const tokens = Int32Array.from([...before, ...textTokens((part) => this.encode(part), text2)]).subarray(0, this.#window);
    return this.#taught({ do: "learn", id: ++this.#lastId, tokens, numContext: before.length });
  }
  release(session) {
    if (!this.#closed) this.#send({ do: "release", session });
  }
  close() {
    if (this.#closed) return;
    this.port.terminate();
    this.#fail(new CancelledError("language model: it has been closed"));
  }
  #check(tokens, numWanted) {
    if (!(numWanted >= 1 && numWanted <= tokens.length)) {
      throw new InputError(`submit: found numWanted ${numWanted} for ${tokens.length} tokens, wanted 1 to that many`);
    }
    if (tokens.some((token) => !(token >= 0 && token < this.#vocabSize))) {
      throw new InputError(`submit: found a token outside 0..${this.#vocabSize - 1}; encode with this model's encode()`);
    }
  }
  /** What the model reads before a text. */
  #before({ kind = "email", previous = "", subject = "" }) {
    const encode = (part) => this.encode(part);
    const around = { kind, previous, subject };
    if (this.markers) return contextTokens(encode, this.markers, around);
    return [...this.prelude, ...encode(contextWords(around))];
  }
  /** Tokens that a cut spares: the prelude, or the context that markers set apart. */
  #numHead(tokens) {
    const text2 = this.markers ? tokens.indexOf(this.markers.text) : -1;
    return text2 < 0 ? this.prelude.length : Math.min(text2 + 1, this.#window >> 1);
  }
  #cancel(id) {
    if (!this.#closed && this.#waiting.has(id)) this.#send({ do: "cancel", id });
  }
  #hear(reply) {
    if (!("id" in reply)) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.is === "cancelled") waiting?.reject(new CancelledError("language model: the question was dropped"));
    else if (reply.is === "error") waiting?.reject(new ModelError(`language model: found ${reply.why}, wanted an answer; load the page again`));
    else waiting?.hear(reply);
  }
  /** Put an order that is answered; resolves with the reply. */
  async #asked(id, order) {
    if (this.#closed) throw this.#closed;
    return new Promise((hear, reject) => {
      this.#waiting.set(id, { hear, reject });
      this.#send(order);
    });
  }
  async #taught(order) {
    const reply = await this.#asked(order.id, order);
    if (reply.is !== "learned") throw new ModelError(`language model: found ${reply.is}, wanted what was learned; load the page again`);
    return { report: reply.report, state: reply.state };
  }
  /** No answer will come any more. */
  #fail(error) {
    this.#closed = error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
  #send(order) {
    this.port.postMessage(order, []);
  }
};
function rowsOf(flat, length) {
  return Array.from({ length: flat.length / length }, (_, row2) => flat.subarray(row2 * length, (row2 + 1) * length));
}

// src/lm/bytes.ts
var VISIBLE = [[33, 126], [161, 172], [174, 255]];
var CHARACTERS = characters();
var BYTES = new Map(CHARACTERS.map((character, byte) => [character, byte]));
var ENCODER = new TextEncoder();
function bytesOf(token) {
  const bytes = Array.from(token, (character) => BYTES.get(character));
  return bytes.every((byte) => byte !== void 0) ? Uint8Array.from(bytes) : ENCODER.encode(token);
}
function characters() {
  let hidden2 = 0;
  const isVisible = (byte) => VISIBLE.some(([first, last]) => byte >= first && byte <= last);
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : 256 + hidden2++));
}

// src/lm/merges.ts
var NO_MERGE = 2147483647;
var SHIFT = 2 ** 24;
var Merges = class {
  #merges = /* @__PURE__ */ new Map();
  add(left, right, merge2) {
    this.#merges.set(left * SHIFT + right, merge2);
  }
  /** The ids after all merges; `ids` itself is left alone. */
  apply(ids) {
    const left = [...ids];
    const ranks = left.map((_, at) => this.#rank(left, at));
    for (let at = lowest(ranks); at >= 0; at = lowest(ranks)) {
      left.splice(at, 2, this.#of(left, at)?.id ?? 0);
      ranks.splice(at, 1);
      ranks[at] = this.#rank(left, at);
      if (at > 0) ranks[at - 1] = this.#rank(left, at - 1);
    }
    return left;
  }
  #rank(ids, at) {
    return this.#of(ids, at)?.rank ?? NO_MERGE;
  }
  #of(ids, at) {
    return this.#merges.get((ids[at] ?? 0) * SHIFT + (ids[at + 1] ?? SHIFT - 1));
  }
};
function lowest(ranks) {
  let best = -1;
  let rank = NO_MERGE;
  for (let at = 0; at < ranks.length; at++) {
    const found = ranks[at] ?? NO_MERGE;
    if (found < rank) [best, rank] = [at, found];
  }
  return best;
}

// src/lm/tokenizer.ts
var PIECES2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
var DIGITS = /\p{N}|\P{N}+/gu;
var MAX_KEPT = 2e4;
var ENCODER2 = new TextEncoder();
var BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, use_regex: true };
var Tokenizer = class {
  /** UTF-8 bytes of every token, empty for control tokens and for ids that none has. */
  tokenBytes;
  #merges = new Merges();
  #idOfByte;
  #kept = /* @__PURE__ */ new Map();
  #splitsDigits;
  /** Throws ModelError for a tokenizer of another kind, or one with more than `numTokens` tokens. */
  constructor(json, { numTokens }) {
    const found = parsed2(json);
    this.#splitsDigits = checkedDigits(found);
    const { vocab, merges } = found.model;
    this.tokenBytes = allBytes(found, numTokens);
    this.#idOfByte = CHARACTERS.map((character) => vocab[character]);
    merges.forEach((pair, rank) => {
      const [left = "", right = ""] = typeof pair === "string" ? pair.split(" ") : pair;
      this.#merges.add(idOf(vocab, left), idOf(vocab, right), { rank, id: idOf(vocab, left + right) });
    });
  }
  /** Tokens of `text`, without special tokens; half a surrogate pair counts as U+FFFD. */
  encode(text2) {
    const parts = this.#splitsDigits ? text2.match(DIGITS) ?? [] : [text2];
    return parts.flatMap((part) => part.match(PIECES2) ?? []).flatMap((piece) => this.#tokensOf(piece));
  }
  #tokensOf(piece) {
    const known = this.#kept.get(piece);
    if (known) return known;
    const ids = [...ENCODER2.encode(piece)].map((byte) => this.#idOfByte[byte]).filter((id) => id !== void 0);
    const tokens = this.#merges.apply(ids);
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(piece, tokens);
    return tokens;
  }
};
function parsed2(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ModelError(`tokenizer.json: found no JSON (${String(error)}), wanted a tokenizer; load it again`, { cause: error });
  }
}
function checkedDigits({ normalizer, pre_tokenizer: cut, model: model2 }) {
  const parts = cut?.type === "Sequence" ? cut.pretokenizers ?? [] : [cut];
  const hasDigits = parts[0]?.type === "Digits" && parts[0].individual_digits === true;
  const rest = parts.slice(hasDigits ? 1 : 0);
  const isByteLevel = rest.length === 1 && Object.entries(BYTE_LEVEL).every(([key, value]) => rest[0]?.[key] === value);
  if (normalizer != null || !isByteLevel || model2?.type !== "BPE" || model2.ignore_merges) {
    const found = JSON.stringify([normalizer, parts.map(({ type }) => type), model2?.type]);
    throw new ModelError(
      `tokenizer.json: found ${found}, wanted byte-level BPE, digits apart or not; choose a model of that kind`
    );
  }
  return hasDigits;
}
function allBytes({ model: model2, added_tokens: added = [] }, numTokens) {
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const found = Array.from({ length: numTokens }, () => new Uint8Array());
  for (const [token, id] of Object.entries(model2.vocab)) {
    if (id >= numTokens) {
      throw new ModelError(`tokenizer.json: found token ${id}, wanted fewer than ${numTokens}; it is another model's`);
    }
    if (!special.has(id)) found[id] = bytesOf(token);
  }
  return found;
}
function idOf(vocab, token) {
  const id = vocab[token];
  if (id === void 0) {
    throw new ModelError(`tokenizer.json: found a merge into ${JSON.stringify(token)}, wanted a token of the vocabulary; load it again`);
  }
  return id;
}

// src/lm/open.ts
var CACHE_BYTES = 48e6;
var LOAD_AGAIN = "load the page again, and if that does not help build the folder anew";
async function openBehind(connect, files, options) {
  const card = readCard(files.modelJson);
  const tokenizerBytes = new TextEncoder().encode(files.tokenizerJson);
  await Promise.all([
    checkFile(card, "model.onnx", new Uint8Array(files.graph)),
    checkFile(card, "model.onnx.data", new Uint8Array(files.weights)),
    checkFile(card, "tokenizer.json", tokenizerBytes)
  ]);
  const tokenizer = new Tokenizer(files.tokenizerJson, { numTokens: card.shape.vocabSize });
  if (typeof WebAssembly === "undefined") {
    throw new ModelError("language model: found no WebAssembly, wanted a browser that runs it; use another browser");
  }
  const port = connect();
  await started(port, {
    do: "start",
    graph: files.graph,
    weights: files.weights,
    shape: card.shape,
    wasm: options.wasm,
    threads: isIsolated() ? options.threads ?? 1 : 1,
    cacheBytes: options.cacheBytes ?? CACHE_BYTES,
    digest: card.files["model.onnx.data"]?.sha256 ?? ""
  });
  return new RemoteModel(port, card, tokenizer);
}
function isIsolated() {
  return globalThis.crossOriginIsolated ?? false;
}
async function started(port, start) {
  const answer = new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.onerror = (event) => resolve({ is: "failed", why: event.message || "its script cannot be loaded" });
  });
  port.postMessage(start, [start.graph, start.weights]);
  const found = await answer;
  if (found.is === "ready") return;
  port.terminate();
  throw new ModelError(
    `language model: found a worker that does not start (${found.why}), wanted one with WebAssembly SIMD and some 300 MB; ${LOAD_AGAIN}`
  );
}

// src/lm/held.ts
var Held = class {
  // least recently used first
  constructor(nothing, limits) {
    this.nothing = nothing;
    this.limits = limits;
  }
  nothing;
  limits;
  #slots = /* @__PURE__ */ new Map();
  /** Memory that all sessions take; what several of them share counts for each. */
  get numBytes() {
    const cells = [...this.#slots.values()].reduce((sum2, { past }) => sum2 + past.numCells, 0);
    return cells * this.limits.cellBytes;
  }
  /** The most of `tokens` that was read: the session's own, or any other's if that is more. */
  rewound(session, tokens) {
    let [best, most] = [this.#slots.get(session), 0];
    if (best) most = commonPrefix(best.tokens, tokens);
    for (const slot of this.#slots.values()) {
      const shared = commonPrefix(slot.tokens, tokens);
      if (shared > most) [best, most] = [slot, shared];
    }
    return { tokens: tokens.subarray(0, most), past: most && best ? best.past : this.nothing };
  }
  /** The session has read `slot.tokens`; others are forgotten when memory runs out. */
  keep(session, slot) {
    this.#slots.delete(session);
    this.#slots.set(session, slot);
    for (const oldest of [...this.#slots.keys()]) {
      if (oldest === session || this.numBytes <= this.limits.budgetBytes) return;
      this.#slots.delete(oldest);
    }
  }
  drop(session) {
    this.#slots.delete(session);
  }
};
function commonPrefix(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) if (one[at] !== other[at]) return at;
  return shorter;
}

// src/lm/network.ts
import * as ort from "onnxruntime-web/wasm";

// src/lm/protobuf.ts
var VARINT = 0;
var FIXED64 = 1;
var BYTES2 = 2;
var FIXED32 = 5;
var ENCODER3 = new TextEncoder();
var DECODER = new TextDecoder();
function fieldsOf(message2) {
  const fields = [];
  for (let at = 0; at < message2.length; ) {
    const key = varint(message2, at);
    const wire = key.value & 7;
    const length = wire === BYTES2 ? varint(message2, key.end) : { value: widthOf(message2, key.end, wire), end: key.end };
    at = length.end + length.value;
    if (at > message2.length) throw new RangeError(`a field ends at byte ${at} of ${message2.length}`);
    fields.push({ number: key.value >>> 3, wire, bytes: message2.subarray(length.end, at) });
  }
  return fields;
}
function message(fields) {
  return joined(fields.flatMap(({ number, wire, bytes }) => {
    const key = varintBytes(number * 8 + wire);
    return wire === BYTES2 ? [key, varintBytes(bytes.length), bytes] : [key, bytes];
  }));
}
function field(number, content) {
  return { number, wire: BYTES2, bytes: typeof content === "string" ? ENCODER3.encode(content) : content };
}
function numberField(number, value) {
  return { number, wire: VARINT, bytes: varintBytes(value) };
}
function textOf(bytes) {
  return DECODER.decode(bytes);
}
function numberOf(bytes) {
  return varint(bytes, 0).value;
}
function numbersOf(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = varint(bytes, at);
    found.push(value);
    at = end;
  }
  return found;
}
function varint(bytes, start) {
  let value = 0;
  for (let at = start, scale = 1; at < bytes.length; at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
  throw new RangeError(`a number does not end before byte ${bytes.length}`);
}
function varintBytes(value) {
  const bytes = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push(left % 128 + 128);
  return Uint8Array.of(...bytes, left);
}
function widthOf(bytes, at, wire) {
  if (wire === VARINT) return varint(bytes, at).end - at;
  if (wire === FIXED64) return 8;
  if (wire === FIXED32) return 4;
  throw new RangeError(`found wire type ${wire} at byte ${at}, wanted 0, 1, 2 or 5`);
}
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum2, part) => sum2 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// src/lm/onnx.ts
var MODEL = { graph: 7 };
var GRAPH = { node: 1, initializer: 5, input: 11, output: 12 };
var NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 };
var ATTRIBUTE = { name: 1, integer: 3, type: 20 };
var TENSOR = { dims: 1, type: 2, name: 8, raw: 9, external: 13, location: 14 };
var ENTRY = { key: 1, value: 2 };
var VALUE = { name: 1, type: 2 };
var TYPE = { tensor: 1, element: 1 };
var INTEGER_ATTRIBUTE = 2;
var EXTERNAL = 1;
var FLOAT = 1;
function readGraph(file) {
  const fields = fieldsOf(graphBytes(file));
  const of = (number) => bytesOf2(fields, number);
  return {
    nodes: of(GRAPH.node).map(readNode),
    constants: of(GRAPH.initializer).map(readConstant),
    outputs: of(GRAPH.output).map((bytes) => text(fieldsOf(bytes), VALUE.name))
  };
}
function writeGraph(file, { nodes, constants, outputs }) {
  const known = new Set(readGraph(file).outputs);
  const isReplaced = ({ number }) => number === GRAPH.node || number === GRAPH.initializer;
  const graph = message([
    ...nodes.map(({ bytes }) => field(GRAPH.node, bytes)),
    ...constants.map(({ bytes }) => field(GRAPH.initializer, bytes)),
    ...fieldsOf(graphBytes(file)).filter((each) => !isReplaced(each)),
    ...outputs.filter((name) => !known.has(name)).map((name) => field(GRAPH.output, floatValue(name)))
  ]);
  return message(fieldsOf(file).map((each) => each.number === MODEL.graph ? field(MODEL.graph, graph) : each));
}
function makeNode(made) {
  const attributes = Object.entries(made.integers).map(
    ([name, value]) => message([field(ATTRIBUTE.name, name), numberField(ATTRIBUTE.integer, value), numberField(ATTRIBUTE.type, INTEGER_ATTRIBUTE)])
  );
  const bytes = message([
    ...made.inputs.map((name) => field(NODE.input, name)),
    ...made.outputs.map((name) => field(NODE.output, name)),
    field(NODE.name, made.outputs[0] ?? ""),
    field(NODE.operator, made.operator),
    ...attributes.map((attribute) => field(NODE.attribute, attribute)),
    field(NODE.domain, made.domain)
  ]);
  return { ...made, bytes };
}
function makeConstant(name, dims) {
  const length = dims.reduce((product2, dim) => product2 * dim, 4);
  const external = { location: name, offset: 0, length };
  const entries = Object.entries(external).map(([key, value]) => message([field(ENTRY.key, key), field(ENTRY.value, String(value))]));
  const bytes = message([
    ...dims.map((dim) => numberField(TENSOR.dims, dim)),
    numberField(TENSOR.type, FLOAT),
    field(TENSOR.name, name),
    ...entries.map((entry) => field(TENSOR.external, entry)),
    numberField(TENSOR.location, EXTERNAL)
  ]);
  return { name, type: FLOAT, dims, raw: null, external, bytes };
}
function floatValue(name) {
  const type = message([field(TYPE.tensor, message([numberField(TYPE.element, FLOAT)]))]);
  return message([field(VALUE.name, name), field(VALUE.type, type)]);
}
function readNode(bytes) {
  const fields = fieldsOf(bytes);
  const integers2 = {};
  for (const attribute of bytesOf2(fields, NODE.attribute).map(fieldsOf)) {
    const value = bytesOf2(attribute, ATTRIBUTE.integer)[0];
    if (value) integers2[text(attribute, ATTRIBUTE.name)] = numberOf(value);
  }
  const [inputs2, outputs] = [NODE.input, NODE.output].map((number) => bytesOf2(fields, number).map(textOf));
  return { operator: text(fields, NODE.operator), inputs: inputs2 ?? [], outputs: outputs ?? [], integers: integers2, bytes };
}
function readConstant(bytes) {
  const fields = fieldsOf(bytes);
  const entries = new Map(
    bytesOf2(fields, TENSOR.external).map(fieldsOf).map((entry) => [text(entry, ENTRY.key), text(entry, ENTRY.value)])
  );
  const location = entries.get("location");
  const whole = (key) => Number(entries.get(key) ?? 0);
  return {
    name: text(fields, TENSOR.name),
    type: numberOf(bytesOf2(fields, TENSOR.type)[0] ?? new Uint8Array(1)),
    dims: bytesOf2(fields, TENSOR.dims).flatMap(numbersOf),
    // packed or one by one: both are varints in a row
    raw: bytesOf2(fields, TENSOR.raw)[0] ?? null,
    external: location === void 0 ? null : { location, offset: whole("offset"), length: whole("length") },
    bytes
  };
}
function graphBytes(file) {
  const found = bytesOf2(fieldsOf(file), MODEL.graph)[0];
  if (!found) throw new RangeError("no graph in it");
  return found;
}
function bytesOf2(fields, number) {
  return fields.filter((each) => each.number === number).map(({ bytes }) => bytes);
}
function text(fields, number) {
  return textOf(bytesOf2(fields, number)[0] ?? new Uint8Array());
}

// src/lm/constants.ts
var UINT8 = 2;
var INT8 = 3;
var Constants = class {
  /** `weights`: the external file, all of it. */
  constructor(graph, weights) {
    this.weights = weights;
    this.#stored = new Map(graph.constants.map((constant) => [constant.name, constant]));
    this.#makers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? "", node]));
  }
  weights;
  #stored;
  #makers;
  /** The 8-bit values of a stored constant. Throws ModelError for any other. */
  codes(name) {
    const found = this.#values(name);
    if (found instanceof Uint8Array) return found;
    throw new ModelError(`model.onnx: found ${name} as no bytes, wanted bytes; build the folder anew`);
  }
  /** Float values: stored ones, or codes times one factor a row, as scales are kept. */
  floats(name) {
    const maker = this.#makers.get(name);
    if (maker?.operator === "Mul") {
      const [left = "", right = ""] = maker.inputs;
      return scaled(this.floats(left), this.floats(right));
    }
    const stored = this.#values(maker?.operator === "Cast" ? maker.inputs[0] ?? "" : name);
    return stored instanceof Float32Array ? stored : Float32Array.from(stored);
  }
  #values(name) {
    const found = this.#stored.get(name);
    if (!found) throw new ModelError(`model.onnx: found no constant ${name}, wanted one; build the folder anew`);
    const bytes = found.raw ?? new Uint8Array(this.weights, found.external?.offset, found.external?.length);
    if (found.type === UINT8) return bytes;
    if (found.type === INT8) return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (found.type === FLOAT) return new Float32Array(bytes.slice().buffer);
    throw new ModelError(`model.onnx: found constant ${name} of type ${found.type}, wanted floats or bytes; build the folder anew`);
  }
};
function scaled(codes, rows) {
  const width = codes.length / rows.length;
  return codes.map((code, at) => code * (rows[Math.floor(at / width)] ?? 0));
}

// src/lm/unpack.ts
var PACKED = "MatMulNBits";
var STATE_OUTPUT = "asked.normed";
function unpacked(file, weights, weightsName) {
  const graph = readGraph(file);
  const constants = new Constants(graph, weights);
  const files = [];
  const made = [];
  const nodes = graph.nodes.map((node) => {
    if (node.operator !== PACKED) return node;
    const { name, rows, columns, values } = matrixOf(node, constants);
    files.push({ path: name, data: new Uint8Array(values.buffer) });
    made.push(makeConstant(name, [rows, columns]));
    return product(node, name);
  });
  const outputs = [...graph.outputs, STATE_OUTPUT];
  const needed = live({ nodes, constants: [...graph.constants, ...made], outputs });
  return { graph: writeGraph(file, needed), files: [...files, { path: weightsName, data: new Uint8Array(weights) }] };
}
function product(node, matrix) {
  return makeNode({
    operator: "FusedMatMul",
    domain: "com.microsoft",
    inputs: [node.inputs[0] ?? "", matrix],
    outputs: node.outputs,
    integers: { transB: 1 }
  });
}
function matrixOf(node, constants) {
  const { N: rows = 0, K: columns = 0, bits = 4, block_size: blockSize = 32 } = node.integers;
  const [, codes = "", scales = "", zeros = ""] = node.inputs;
  const packed = { codes: constants.codes(codes), scales: constants.floats(scales), zeros: zeros ? constants.codes(zeros) : null };
  const shape = { rows, columns, bits, blockSize };
  const unpack = bits === 4 ? unpackNibbles : unpackBytes;
  return { name: `${node.outputs[0]}.float`, rows, columns, values: unpack(packed, shape) };
}
function unpackNibbles({ codes, scales, zeros }, { rows, columns, blockSize }) {
  const values = new Float32Array(rows * columns);
  const numBlocks = Math.ceil(columns / blockSize);
  const zeroWidth = numBlocks + 1 >> 1;
  for (let row2 = 0, block = 0; row2 < rows; row2++) {
    for (let at = 0; at < columns; at += blockSize, block++) {
      const scale = scales[block] ?? 0;
      const within = block - row2 * numBlocks;
      const zero = zeros ? (zeros[row2 * zeroWidth + (within >> 1)] ?? 0) >> 4 * (within & 1) & 15 : 8;
      const end = row2 * columns + Math.min(columns, at + blockSize);
      for (let to = row2 * columns + at, from = block * blockSize >> 1; to < end; to += 2, from++) {
        const pair = codes[from] ?? 0;
        values[to] = ((pair & 15) - zero) * scale;
        if (to + 1 < end) values[to + 1] = ((pair >> 4) - zero) * scale;
      }
    }
  }
  return values;
}
function unpackBytes({ codes, scales, zeros }, { rows, columns, blockSize }) {
  const values = new Float32Array(rows * columns);
  for (let row2 = 0, block = 0; row2 < rows; row2++) {
    for (let at = 0; at < columns; at += blockSize, block++) {
      const [scale, zero] = [scales[block] ?? 0, zeros?.[block] ?? 128];
      const width = Math.min(blockSize, columns - at);
      for (let i = 0; i < width; i++) values[row2 * columns + at + i] = ((codes[block * blockSize + i] ?? 0) - zero) * scale;
    }
  }
  return values;
}
function live({ nodes, constants, outputs }) {
  const wanted = new Set(outputs);
  const kept = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    node.inputs.forEach((name) => wanted.add(name));
    kept.unshift(node);
  }
  return { nodes: kept, constants: constants.filter(({ name }) => wanted.has(name)), outputs };
}

// src/lm/network.ts
var WEIGHTS_FILE = "model.onnx.data";
var HIDDEN = -1e9;
var FLOAT_BYTES = 4;
var Network = class _Network {
  constructor(session, shape) {
    this.session = session;
    const { numLayers, numKvHeads, headSize } = shape;
    this.#names = Array.from({ length: numLayers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
    const empty = new ort.Tensor("float32", new Float32Array(), [1, numKvHeads, 0, headSize]);
    this.nothing = { numCells: 0, tensors: this.#names.map(() => empty) };
  }
  session;
  nothing;
  #names;
  /** Load the graph. Rejects with whatever onnxruntime says when it cannot. */
  static async open({ graph, weights, shape, wasm, threads }) {
    const { wasm: env2 } = ort.env;
    env2.numThreads = threads;
    env2.wasmPaths = typeof wasm.wasm === "string" ? { mjs: wasm.mjs, wasm: wasm.wasm } : { mjs: wasm.mjs };
    if (typeof wasm.wasm !== "string") env2.wasmBinary = wasm.wasm;
    const ready = unpacked(new Uint8Array(graph), weights, WEIGHTS_FILE);
    const session = await ort.InferenceSession.create(ready.graph, {
      executionProviders: ["wasm"],
      externalData: [...ready.files],
      graphOptimizationLevel: "all",
      extra: { session: { intra_op: { allow_spinning: "0" } } }
    });
    return new _Network(session, shape);
  }
  /** Memory that one read token takes. */
  static cellBytes({ numLayers, numKvHeads, headSize }) {
    return 2 * numLayers * numKvHeads * headSize * FLOAT_BYTES;
  }
  async run(pass) {
    const found = await this.session.run({ ...inputs(pass), ...this.#pastInputs(pass.past) });
    const tensors = this.#names.map((name) => tensor(found, `present.${name}`));
    return {
      past: { numCells: tensors[0]?.dims[2] ?? 0, tensors },
      rows: rowsOf2(tensor(found, "log_probs")),
      hidden: rowsOf2(tensor(found, STATE_OUTPUT))
    };
  }
  #pastInputs({ tensors }) {
    return Object.fromEntries(tensors.map((each, at) => [`past.${this.#names[at]}`, each]));
  }
};
function inputs({ numPast, tokens, depths, sees, wanted }) {
  const total = numPast + tokens.length;
  const shape = [1, tokens.length];
  return {
    input_ids: new ort.Tensor("int64", integers(tokens), shape),
    positions: new ort.Tensor("int64", integers(depths.map((depth) => numPast + depth)), shape),
    hidden_from: new ort.Tensor("float32", hidden(total, numPast, sees), [1, 1, tokens.length, total]),
    last_cells: new ort.Tensor("int32", Int32Array.of(total - 1), [1]),
    total_length: new ort.Tensor("int32", Int32Array.of(total), []),
    wanted: new ort.Tensor("int64", integers(wanted), [wanted.length])
  };
}
function hidden(total, numPast, sees) {
  const scores = new Float32Array((total - numPast) * total);
  sees?.forEach((row2, i) => row2.forEach((isSeen, j) => {
    if (!isSeen) scores[i * total + numPast + j] = HIDDEN;
  }));
  return scores;
}
function integers(values) {
  return BigInt64Array.from(values, BigInt);
}
function rowsOf2({ data, dims: [length = 0, width = 0] }) {
  return Array.from({ length }, (_, row2) => data.subarray(row2 * width, (row2 + 1) * width));
}
function tensor(found, name) {
  const value = found[name];
  if (!(value instanceof ort.Tensor)) throw new TypeError(`the graph gave no ${name}`);
  return value;
}

// src/lm/ledger.ts
var LEAST_MESSAGES = 5;
var NOTHING = { messages: 0, tokens: 0, nats: 0, gain: 0, gainSquared: 0, gainTokens: 0, tokensSquared: 0 };
function entered(sums, tokens, nats, gain) {
  return {
    messages: sums.messages + 1,
    tokens: sums.tokens + tokens,
    nats: sums.nats + nats,
    gain: sums.gain + gain,
    gainSquared: sums.gainSquared + gain * gain,
    gainTokens: sums.gainTokens + gain * tokens,
    tokensSquared: sums.tokensSquared + tokens * tokens
  };
}
function meanGain({ gain, tokens }) {
  return tokens ? gain / tokens : 0;
}
function standardError(sums) {
  const { messages, tokens, gainSquared, gainTokens, tokensSquared } = sums;
  if (messages < 2) return Infinity;
  const mean = meanGain(sums);
  const squares = gainSquared - 2 * mean * gainTokens + mean * mean * tokensSquared;
  return Math.sqrt(Math.max(0, squares) * messages / (messages - 1)) / tokens;
}
function helps(sums) {
  return sums.messages >= LEAST_MESSAGES && meanGain(sums) > standardError(sums);
}

// src/lm/projection.ts
var RANK = 32;
var SEED = 2026;
var signs = /* @__PURE__ */ new Map();
function projection(hidden2) {
  const matrix = signsOf(hidden2.length);
  const found = new Float32Array(RANK);
  for (let i = 0, at = 0; i < hidden2.length; i++) {
    const value = hidden2[i];
    for (let rank = 0; rank < RANK; rank++, at++) found[rank] += value * matrix[at];
  }
  const length = Math.hypot(...found) || 1;
  return found.map((value) => value / length);
}
function signsOf(size) {
  const known = signs.get(size);
  if (known) return known;
  const chance = xorshift(SEED);
  const made = Int8Array.from({ length: size * RANK }, () => chance() < 0 ? -1 : 1);
  signs.set(size, made);
  return made;
}
function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    return state ^= state << 5;
  };
}

// src/lm/personal.ts
var STRENGTH = 4;
var FEATURE_RATE = 3;
var MAX_ROWS = 1024;
var STATE_VERSION = 1;
var PersonalHead = class {
  /** `weights`: checksum of the network. Throws ModelError for a state of another network or another version. */
  constructor(weights, state = null) {
    this.weights = weights;
    if (!state) return;
    if (state.version !== STATE_VERSION || state.weights !== weights || state.tokens.length > MAX_ROWS) {
      throw new ModelError("personal state: found one of another model, wanted this model's; forget it, and it is learned anew");
    }
    state.tokens.forEach((token, row2) => this.#rowOf.set(token, row2));
    this.#tokens.set(state.tokens);
    this.#uses.set(state.uses);
    this.#expected.set(state.expected);
    this.#bias.set(state.bias);
    this.#features.set(state.features);
    this.#sums = state.sums;
  }
  weights;
  #rowOf = /* @__PURE__ */ new Map();
  #tokens = new Int32Array(MAX_ROWS);
  #uses = new Float32Array(MAX_ROWS);
  #expected = new Float32Array(MAX_ROWS);
  #bias = new Float32Array(MAX_ROWS);
  #features = new Float32Array(MAX_ROWS * RANK);
  #sums = NOTHING;
  /** Whether answers should pass through `apply`. */
  get isOn() {
    return helps(this.#sums);
  }
  get report() {
    const { messages, tokens, nats } = this.#sums;
    const natsBefore = tokens ? nats / tokens : 0;
    const natsAfter = natsBefore - meanGain(this.#sums);
    return { isOn: this.isOn, messages, tokens, natsBefore, natsAfter, standardError: standardError(this.#sums) };
  }
  get state() {
    const length = this.#rowOf.size;
    return {
      version: STATE_VERSION,
      weights: this.weights,
      tokens: this.#tokens.slice(0, length),
      uses: this.#uses.slice(0, length),
      expected: this.#expected.slice(0, length),
      bias: this.#bias.slice(0, length),
      features: this.#features.slice(0, length * RANK),
      sums: this.#sums
    };
  }
  /** Correct the network's log probabilities `row` (vocab) at the hidden state, in place. */
  apply(row2, hidden2) {
    const shifts = this.#shifts(projection(hidden2));
    const rest = this.#logSum(row2, shifts);
    for (let token = 0; token < row2.length; token++) row2[token] -= rest;
    shifts.forEach((shift, at) => {
      row2[this.#tokens[at]] += shift;
    });
  }
  /** Begin a lesson: a message of these tokens was sent. */
  begin(tokens) {
    this.#makeRoom(tokens);
    return new Lesson(this.#rowOf.size);
  }
  /** One place of the message: `token` came where the network said `row` at the hidden state. Neither is changed. */
  read(lesson2, token, row2, hidden2) {
    const features = projection(hidden2);
    const shifts = this.#shifts(features);
    const rest = this.#logSum(row2, shifts);
    const at = this.#rowOf.get(token);
    lesson2.enter(-row2[token], (at === void 0 ? 0 : shifts[at]) - rest);
    shifts.forEach((shift, other) => {
      const expected = Math.exp(row2[this.#tokens[other]] + shift - rest);
      lesson2.learn(other, other === at ? 1 : 0, expected, features);
    });
  }
  /** The message is over: what it taught holds from now on. */
  end(lesson2) {
    for (let row2 = 0; row2 < lesson2.numRows; row2++) {
      this.#expected[row2] += lesson2.expected[row2];
      const step = 1 / (STRENGTH + this.#expected[row2]);
      this.#bias[row2] += step * (lesson2.uses[row2] - lesson2.expected[row2]);
      for (let i = row2 * RANK; i < (row2 + 1) * RANK; i++) this.#features[i] += FEATURE_RATE * step * lesson2.features[i];
    }
    this.#sums = entered(this.#sums, lesson2.numTokens, lesson2.nats, lesson2.gain);
  }
  /** What each row adds at these features, in nats. */
  #shifts(features) {
    return Float32Array.from({ length: this.#rowOf.size }, (_, row2) => {
      let sum2 = this.#bias[row2];
      for (let i = 0, at = row2 * RANK; i < RANK; i++, at++) sum2 += this.#features[at] * features[i];
      return sum2;
    });
  }
  /** Logarithm of what the shifted probabilities add up to; those without a row add up as before. */
  #logSum(row2, shifts) {
    let sum2 = 1;
    for (let at = 0; at < shifts.length; at++) sum2 += Math.exp(row2[this.#tokens[at]]) * Math.expm1(shifts[at]);
    return Math.log(sum2);
  }
  /** A row for each token, those used least giving way. */
  #makeRoom(tokens) {
    for (const token of new Set(tokens)) {
      const row2 = this.#rowOf.get(token) ?? this.#newRow(token);
      this.#uses[row2] += 1;
    }
  }
  /** A row for a token that has none; one that takes another's begins with its uses, so the next takes yet another's. */
  #newRow(token) {
    const isFull = this.#rowOf.size === MAX_ROWS;
    const row2 = isFull ? this.#leastUsed() : this.#rowOf.size;
    if (isFull) this.#rowOf.delete(this.#tokens[row2]);
    this.#rowOf.set(token, row2);
    this.#tokens[row2] = token;
    this.#expected[row2] = this.#bias[row2] = 0;
    this.#features.fill(0, row2 * RANK, (row2 + 1) * RANK);
    return row2;
  }
  #leastUsed() {
    let least = 0;
    for (let row2 = 1; row2 < MAX_ROWS; row2++) if (this.#uses[row2] < this.#uses[least]) least = row2;
    return least;
  }
};
var Lesson = class {
  constructor(numRows) {
    this.numRows = numRows;
    this.uses = new Float32Array(numRows);
    this.expected = new Float32Array(numRows);
    this.features = new Float32Array(numRows * RANK);
  }
  numRows;
  uses;
  expected;
  features;
  numTokens = 0;
  nats = 0;
  gain = 0;
  enter(nats, gain) {
    this.numTokens += 1;
    this.nats += nats;
    this.gain += gain;
  }
  learn(row2, uses, expected, features) {
    this.uses[row2] += uses;
    this.expected[row2] += expected;
    for (let i = 0, at = row2 * RANK; i < RANK; i++, at++) this.features[at] += (uses - expected) * features[i];
  }
};

// src/lm/token_tree.ts
function merge(branches) {
  const cells = /* @__PURE__ */ new Map();
  const [tokens, depths, parents] = [[], [], []];
  const paths = branches.map((branch) => {
    let parent = -1;
    return Array.from(branch, (token, depth) => {
      const key = `${parent},${token}`;
      const cell = cells.get(key) ?? tokens.length;
      if (cell === tokens.length) {
        cells.set(key, cell);
        tokens.push(token);
        depths.push(depth);
        parents.push(parent);
      }
      return parent = cell;
    });
  });
  return { tokens, depths, sees: ancestry(parents), paths };
}
function isChain({ tokens, paths }) {
  return paths[0]?.length === tokens.length;
}
function ancestry(parents) {
  const sees = [];
  parents.forEach((parent, cell) => {
    const row2 = parents.map((_, other) => other === cell || (sees[parent]?.[other] ?? false));
    sees.push(row2);
  });
  return sees;
}

// src/lm/reader.ts
var TREE_TOKENS = 8;
var Reader = class {
  /** `correct` changes log probabilities in place, given the state that they come from. */
  constructor(network, held, correct) {
    this.network = network;
    this.held = held;
    this.correct = correct;
  }
  network;
  held;
  correct;
  counts = { numPasses: 0, numComputedTokens: 0, numAnswers: 0 };
  /** Read one chunk if the question is long; false when it is short enough to be answered. */
  async readAhead({ session, tokens, numWanted }) {
    const slot = this.held.rewound(session, tokens);
    const numRead = slot.tokens.length;
    const chunk = numRead === 0 ? 1 : CHUNK_TOKENS;
    const numLeft = tokens.length - numWanted - numRead;
    if (numLeft < chunk) return false;
    const known = tokens.subarray(0, numRead + chunk);
    await this.#run(slot, { session, tree: merge([known.subarray(numRead)]), wanted: [], known });
    return true;
  }
  /** Can the candidate be answered in the group's pass, and does it pay? */
  fits(group, candidate) {
    const first = group[0];
    if (first?.session !== candidate.session) return false;
    const { tree } = this.#planned([...group, candidate]);
    return tree.tokens.length <= Math.max(TREE_TOKENS, this.#planned(group).tree.tokens.length);
  }
  /** One pass; log probabilities for each question of one session. The first one's tokens stay read. */
  async answer(group) {
    const [first] = group;
    if (!first) return [];
    const { slot, tree } = this.#planned(group);
    const wanted = group.map(({ numWanted }, at) => (tree.paths[at] ?? []).slice(-numWanted));
    const rows = await this.#run(slot, { session: first.session, tree, wanted: wanted.flat(), known: first.tokens });
    this.counts.numAnswers += group.length;
    let end = 0;
    return wanted.map((cells) => joined2(rows.slice(end, end += cells.length)));
  }
  drop(session) {
    this.held.drop(session);
  }
  /** What of the session's past all of them share and need not read again, and the rest as a tree. */
  #planned(group) {
    const slots = group.map(({ session, tokens, numWanted }) => {
      const slot2 = this.held.rewound(session, tokens);
      return { ...slot2, tokens: slot2.tokens.subarray(0, tokens.length - numWanted) };
    });
    const slot = slots.reduce((shortest, each) => each.tokens.length < shortest.tokens.length ? each : shortest);
    return { slot, tree: merge(group.map(({ tokens }) => tokens.subarray(slot.tokens.length))) };
  }
  async #run(slot, { session, tree, wanted, known }) {
    const { tokens, depths } = tree;
    const sees = isChain(tree) ? null : tree.sees;
    const { past, rows, hidden: hidden2 } = await this.network.run({ past: slot.past, numPast: slot.tokens.length, tokens, depths, sees, wanted });
    this.held.keep(session, { tokens: known, past });
    this.counts.numPasses += 1;
    this.counts.numComputedTokens += tokens.length;
    rows.forEach((row2, at) => this.correct(row2, hidden2[at] ?? new Float32Array()));
    return rows;
  }
};
function joined2(rows) {
  const whole = new Float32Array(rows.reduce((sum2, row2) => sum2 + row2.length, 0));
  rows.forEach((row2, at) => whole.set(row2, at * row2.length));
  return whole;
}

// src/lm/scheduler.ts
var MAX_WAITING = 64;
var Scheduler = class {
  /** `pause` comes back when messages that have arrived were heard. */
  constructor(reader, reply, pause) {
    this.reader = reader;
    this.reply = reply;
    this.pause = pause;
  }
  reader;
  reply;
  pause;
  #waiting = [];
  // oldest first
  #errands = [];
  #released = /* @__PURE__ */ new Set();
  #isRunning = false;
  ask(question) {
    this.#waiting.push(question);
    if (this.#waiting.length > MAX_WAITING) this.cancel(this.#waiting[0]?.id ?? 0);
    this.#wake();
  }
  /** Run the errand after all others, a step at a time while no question waits. */
  later(errand) {
    this.#errands.push(errand);
    this.#wake();
  }
  /** Drop a question that has not begun to be answered. */
  cancel(id) {
    const left = this.#waiting.filter((question) => question.id !== id);
    if (left.length < this.#waiting.length) this.reply({ is: "cancelled", id });
    this.#waiting = left;
  }
  /** Forget the session, after the pass that may be running for it. */
  release(session) {
    this.#released.add(session);
    if (!this.#isRunning) this.#forget();
  }
  #wake() {
    if (!this.#isRunning) void this.#run();
  }
  async #run() {
    this.#isRunning = true;
    while (this.#waiting.length || this.#errands.length) {
      const newest = this.#waiting.at(-1);
      await (newest ? this.#step(newest) : this.#errandStep());
      this.#forget();
      await this.pause();
    }
    this.#isRunning = false;
  }
  async #errandStep() {
    const errand = this.#errands[0];
    const step = await errand?.next();
    if (step?.done) this.#errands = this.#errands.filter((each) => each !== errand);
  }
  async #step(newest) {
    let group = [newest];
    try {
      if (await this.reader.readAhead(newest)) return;
      group = this.#takeWith(newest);
      const answers = await this.reader.answer(group);
      group.forEach(({ id }, at) => this.reply({ is: "answer", id, rows: answers[at] ?? new Float32Array() }));
    } catch (error) {
      this.#fail(group, error);
    }
  }
  #takeWith(newest) {
    const group = [newest];
    for (const candidate of this.#waiting.slice().reverse()) {
      if (candidate !== newest && this.reader.fits(group, candidate)) group.push(candidate);
    }
    this.#waiting = this.#waiting.filter((question) => !group.includes(question));
    return group;
  }
  #fail(group, error) {
    this.#waiting = this.#waiting.filter((question) => !group.includes(question));
    for (const { id } of group) this.reply({ is: "error", id, why: error instanceof Error ? error.message : String(error) });
  }
  #forget() {
    for (const session of this.#released) this.reader.drop(session);
    this.#released.clear();
  }
};

// src/lm/student.ts
var NOBODY = "";
var MAX_LEARNED = 256;
async function* lesson({ tokens, numContext }, { network, held, head }) {
  const read = tokens.subarray(0, numContext + MAX_LEARNED);
  const first = numContext - 1;
  const slot = held.rewound(NOBODY, read);
  let [past, at] = [slot.past, Math.min(slot.tokens.length, first)];
  const learned = head.begin(read.subarray(numContext));
  while (at < read.length - 1) {
    const end = Math.min(at + CHUNK_TOKENS, at < first ? first : read.length - 1);
    const chunk = [...read.subarray(at, end)];
    const cells = chunk.map((_, cell) => cell);
    const found = await network.run({ past, numPast: at, tokens: chunk, depths: cells, sees: null, wanted: at < first ? [] : cells });
    found.rows.forEach((row2, cell) => head.read(learned, read[at + cell + 1], row2, found.hidden[cell]));
    [past, at] = [found.past, end];
    yield;
  }
  head.end(learned);
}

// src/lm/desk.ts
var Desk = class {
  constructor(network, start, line2) {
    this.network = network;
    this.start = start;
    this.line = line2;
    this.#held = new Held(network.nothing, { cellBytes: Network.cellBytes(start.shape), budgetBytes: start.cacheBytes });
    const reader = new Reader(network, this.#held, (row2, hidden2) => {
      if (this.#head?.isOn) this.#head.apply(row2, hidden2);
    });
    this.#scheduler = new Scheduler(reader, line2.reply, line2.pause);
  }
  network;
  start;
  line;
  #head = null;
  #scheduler;
  #held;
  take(order) {
    if (order.do === "ask") this.#scheduler.ask(order);
    else if (order.do === "cancel") this.#scheduler.cancel(order.id);
    else if (order.do === "release") this.#scheduler.release(order.session);
    else if (order.do === "learn") this.#scheduler.later(this.#learning(order));
    else if (order.do === "speak") this.#speak(order.id, order.state);
    else if (order.do === "nobody") this.#head = null;
  }
  #speak(id, state) {
    try {
      this.#head = new PersonalHead(this.start.digest, state);
      this.#tell(id, this.#head);
    } catch (error) {
      this.#head = null;
      this.#fail(id, error);
    }
  }
  async *#learning({ id, ...sent }) {
    const head = this.#head;
    try {
      for await (const _ of head ? lesson(sent, { network: this.network, held: this.#held, head }) : []) {
        if (this.#head !== head) break;
        yield;
      }
    } catch (error) {
      return this.#fail(id, error);
    }
    if (head && this.#head === head) this.#tell(id, head);
    else this.line.reply({ is: "cancelled", id });
  }
  #tell(id, { report, state }) {
    this.line.reply({ is: "learned", id, report, state });
  }
  #fail(id, error) {
    this.line.reply({ is: "error", id, why: error instanceof Error ? error.message : String(error) });
  }
};

// src/lm/serve.ts
function serve(door) {
  const reply = (said) => door.postMessage(said, said.is === "answer" ? [said.rows.buffer] : []);
  door.onmessage = ({ data }) => void begin(data, door, reply);
}
async function begin(start, door, reply) {
  try {
    const desk = new Desk(await Network.open(start), start, { reply, pause: heard() });
    door.onmessage = ({ data }) => desk.take(data);
    reply({ is: "ready" });
  } catch (error) {
    reply({ is: "failed", why: error instanceof Error ? error.message : String(error) });
  }
}
function heard() {
  const { port1, port2 } = new MessageChannel();
  return () => new Promise((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
}

// test/lm/opened.ts
var FOLDER = new URL("../../../../src/foretype/data/model/", import.meta.url);
var RUNTIME = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
async function modelFiles() {
  const [modelJson, tokenizerJson] = await Promise.all(
    ["model.json", "tokenizer.json"].map((name) => readFile(new URL(name, FOLDER), "utf8"))
  );
  const [graph, weights] = await Promise.all(["model.onnx", "model.onnx.data"].map((name) => buffer(new URL(name, FOLDER))));
  if (!modelJson || !tokenizerJson || !graph || !weights) throw new Error("the packaged model is not whole");
  return { modelJson, tokenizerJson, graph, weights };
}
async function wasmFiles() {
  return { mjs: pathToFileURL(RUNTIME.replace(/\.wasm$/, ".mjs")).href, wasm: await buffer(pathToFileURL(RUNTIME)) };
}
function line() {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  return {
    postMessage: (message2, transfer) => port1.postMessage(message2, transfer),
    terminate: () => port1.close(),
    onerror: null,
    get onmessage() {
      return port1.onmessage;
    },
    set onmessage(listener) {
      port1.onmessage = listener;
    }
  };
}
async function openPackaged() {
  return openBehind(line, await modelFiles(), { wasm: await wasmFiles() });
}
async function buffer(url) {
  const bytes = await readFile(url);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

// bench/lm_personal.ts
var LEAST_MAILS = 15;
var MOST_MAILS = 60;
async function byAuthor() {
  const mails = /* @__PURE__ */ new Map();
  for await (const line2 of createInterface({ input: process.stdin })) {
    const mail = JSON.parse(line2);
    mails.set(mail.author, [...mails.get(mail.author) ?? [], mail]);
  }
  const many = [...mails.values()].filter((each) => each.length >= LEAST_MAILS);
  return many.sort((one, other) => other.length - one.length).filter((_, at) => at % 2 === 1);
}
async function followed(model2, mails) {
  let { report } = await model2.speakFor(null);
  let gated = 0;
  for (const { body, subject, reply_to_text } of mails.slice(0, MOST_MAILS)) {
    const wasOn = report.isOn;
    const saved = (report.natsBefore - report.natsAfter) * report.tokens;
    ({ report } = await model2.learn(body.slice(0, 600), { kind: "email", subject: subject ?? "", previous: reply_to_text ?? "" }));
    if (wasOn) gated += (report.natsBefore - report.natsAfter) * report.tokens - saved;
  }
  const { messages, tokens, natsBefore, natsAfter, isOn } = report;
  return { mails: messages, tokens, before: natsBefore * tokens, after: natsAfter * tokens, gated, isOn };
}
function row(name, { mails, tokens, before, after, gated, isOn }, on = isOn ? "on" : "off") {
  const each = [before, after, before - gated].map((nats) => (nats / tokens).toFixed(3));
  return [name, mails, tokens, ...each, on].map((cell) => String(cell).padStart(9)).join("");
}
var model = await openPackaged();
var results = [];
console.log(["author", "mails", "tokens", "before", "always on", "as gated", "ends"].map((cell) => cell.padStart(9)).join(""));
for (const [number, mails] of (await byAuthor()).entries()) {
  const result = await followed(model, mails);
  results.push(result);
  console.log(row(String(number + 1), result));
}
var sum = (of) => results.reduce((total, result) => total + of(result), 0);
var all = { mails: sum((r) => r.mails), tokens: sum((r) => r.tokens), before: sum((r) => r.before), after: sum((r) => r.after), gated: sum((r) => r.gated), isOn: true };
console.log(row("all", all, `${sum((r) => Number(r.isOn))} of ${results.length} on`));
process.exit(0);
