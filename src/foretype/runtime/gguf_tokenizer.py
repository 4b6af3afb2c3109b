"""The tokenizer inside a GGUF file, written as the tokenizers package's JSON.

Byte-level BPE (what llama.cpp calls "gpt2") with the splitting rules listed here. It does not know other
kinds and refuses them: a tokenizer that splits a little differently would spoil every prediction silently.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from foretype.errors import ModelError

LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3_RULES = ("llama-bpe", "llama3")
CONTROL, USER_DEFINED = 3, 4  # llama.cpp's token types


def tokenizer_json_of(metadata: Mapping[str, Any], *, where: str) -> tuple[bytes, tuple[int, ...]]:
    """tokenizer.json and the tokens that begin a document; ModelError for kinds that cannot be rebuilt."""
    kind = metadata.get("tokenizer.ggml.model")
    if kind != "gpt2":
        raise ModelError(
            f"{where}: found tokenizer {kind!r}, wanted 'gpt2' (byte-level BPE); "
            "use the safetensors folder of this model"
        )
    tokens, types, merges = (
        metadata.get(f"tokenizer.ggml.{part}") for part in ("tokens", "token_type", "merges")
    )
    if not tokens or not types or not merges:
        raise ModelError(f"{where}: tokens, token types or merges are missing; fetch the file again")
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": _added_tokens(tokens, types),
        "normalizer": None,
        "pre_tokenizer": _pre_tokenizer(metadata.get("tokenizer.ggml.pre"), where=where),
        "post_processor": None,
        "decoder": _byte_level(use_regex=True),
        "model": _model(tokens, merges, whole_words_first=metadata.get("tokenizer.ggml.pre") in LLAMA3_RULES),
    }
    return json.dumps(document, ensure_ascii=False).encode(), _prelude(metadata, tokens)


def _model(tokens: list[str], merges: list[str], *, whole_words_first: bool) -> dict[str, Any]:
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": whole_words_first,
        "vocab": {token: index for index, token in enumerate(tokens)},
        "merges": [merge.split(" ", 1) for merge in merges],
    }


def _added_tokens(tokens: list[str], types: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "id": index,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": kind == CONTROL,
        }
        for index, (token, kind) in enumerate(zip(tokens, types, strict=True))
        if kind in (CONTROL, USER_DEFINED)
    ]


def _pre_tokenizer(rule: str | None, *, where: str) -> dict[str, Any]:
    match rule:
        case "gpt-2" | "gpt2":
            return _byte_level(use_regex=True)
        case "smollm":
            digits = {"type": "Digits", "individual_digits": True}
            return {"type": "Sequence", "pretokenizers": [digits, _byte_level(use_regex=True)]}
        case _ if rule in LLAMA3_RULES:
            split = {
                "type": "Split",
                "pattern": {"Regex": LLAMA3_SPLIT},
                "behavior": "Isolated",
                "invert": False,
            }
            return {"type": "Sequence", "pretokenizers": [split, _byte_level(use_regex=False)]}
        case _:
            raise ModelError(
                f"{where}: found splitting rule {rule!r}, wanted gpt-2, smollm or llama-bpe; "
                "use the safetensors folder of this model"
            )


def _byte_level(*, use_regex: bool) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


def _prelude(metadata: Mapping[str, Any], tokens: list[str]) -> tuple[int, ...]:
    """BOS where training used it, else the end-of-text that stood between documents."""
    bos = metadata.get("tokenizer.ggml.bos_token_id")
    if metadata.get("tokenizer.ggml.add_bos_token") and bos is not None:
        return (int(bos),)
    return (tokens.index("<|endoftext|>"),) if "<|endoftext|>" in tokens else ()
