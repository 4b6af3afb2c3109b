/**
 * Text as tokens: byte-level byte-pair encoding as tokenizer.json describes it, equal to the Python package's.
 *
 * Control tokens have no bytes and are never made out of a writer's text. It does not know probabilities.
 */

import { ModelError } from "../errors.js";
import { bytesOf, CHARACTERS } from "./bytes.js";
import { Merges } from "./merges.js";

// GPT-2's pieces. JavaScript's \s is not Unicode's white space, so that is written out. Digits stand alone before that.
const PIECES =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const DIGITS = /\p{N}|\P{N}+/gu;
const MAX_KEPT = 20_000; // pieces whose tokens are kept: some 2 MB; a writer uses fewer words

const ENCODER = new TextEncoder();
const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, use_regex: true };

interface TokenizerJson {
  readonly added_tokens?: readonly { readonly id: number; readonly special?: boolean }[];
  readonly normalizer: unknown;
  readonly pre_tokenizer: { readonly type: string; readonly pretokenizers?: readonly Part[] };
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (readonly [string, string] | string)[];
    readonly ignore_merges?: boolean;
  };
}

type Part = Readonly<Record<string, unknown>>;

/** `encode`, and the bytes of every token. */
export class Tokenizer {
  /** UTF-8 bytes of every token, empty for control tokens and for ids that none has. */
  readonly tokenBytes: readonly Uint8Array[];
  readonly #merges = new Merges();
  readonly #idOfByte: readonly (number | undefined)[];
  readonly #kept = new Map<string, readonly number[]>();
  readonly #splitsDigits: boolean;

  /** Throws ModelError for a tokenizer of another kind, or one with more than `numTokens` tokens. */
  constructor(json: string, { numTokens }: { readonly numTokens: number }) {
    const found = parsed(json);
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
  encode(text: string): number[] {
    const parts = this.#splitsDigits ? (text.match(DIGITS) ?? []) : [text];
    return parts.flatMap((part) => part.match(PIECES) ?? []).flatMap((piece) => this.#tokensOf(piece));
  }

  #tokensOf(piece: string): readonly number[] {
    const known = this.#kept.get(piece);
    if (known) return known;
    const ids = [...ENCODER.encode(piece)].map((byte) => this.#idOfByte[byte]).filter((id) => id !== undefined);
    const tokens = this.#merges.apply(ids);
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(piece, tokens);
    return tokens;
  }
}

function parsed(json: string): TokenizerJson {
  try {
    return JSON.parse(json) as TokenizerJson;
  } catch (error) {
    throw new ModelError(`tokenizer.json: found no JSON (${String(error)}), wanted a tokenizer; load it again`, { cause: error });
  }
}

/** Whether digits stand alone. Throws ModelError unless text is cut as this file cuts it. */
function checkedDigits({ normalizer, pre_tokenizer: cut, model }: TokenizerJson): boolean {
  const parts = cut?.type === "Sequence" ? (cut.pretokenizers ?? []) : [cut as Part];
  const hasDigits = parts[0]?.type === "Digits" && parts[0].individual_digits === true;
  const rest = parts.slice(hasDigits ? 1 : 0);
  const isByteLevel = rest.length === 1 && Object.entries(BYTE_LEVEL).every(([key, value]) => rest[0]?.[key] === value);
  if (normalizer != null || !isByteLevel || model?.type !== "BPE" || model.ignore_merges) {
    const found = JSON.stringify([normalizer, parts.map(({ type }) => type), model?.type]);
    throw new ModelError(
      `tokenizer.json: found ${found}, wanted byte-level BPE, digits apart or not; choose a model of that kind`,
    );
  }
  return hasDigits;
}

function allBytes({ model, added_tokens: added = [] }: TokenizerJson, numTokens: number): Uint8Array[] {
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const found = Array.from({ length: numTokens }, () => new Uint8Array());
  for (const [token, id] of Object.entries(model.vocab)) {
    if (id >= numTokens) {
      throw new ModelError(`tokenizer.json: found token ${id}, wanted fewer than ${numTokens}; it is another model's`);
    }
    if (!special.has(id)) found[id] = bytesOf(token) as Uint8Array<ArrayBuffer>;
  }
  return found;
}

function idOf(vocab: Readonly<Record<string, number>>, token: string): number {
  const id = vocab[token];
  if (id === undefined) {
    throw new ModelError(`tokenizer.json: found a merge into ${JSON.stringify(token)}, wanted a token of the vocabulary; load it again`);
  }
  return id;
}
