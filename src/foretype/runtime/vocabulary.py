"""Tokens as text and bytes: the part of tokenizer.json that a running model needs.

Control tokens have no bytes and are never made out of a writer's text. It does not know probabilities.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tokenizers import Tokenizer

from foretype.errors import ModelError

BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>")
METASPACE = "▁"


class Vocabulary:
    """`encode` and the bytes of every token."""

    def __init__(self, tokenizer_json: bytes, *, num_tokens: int, where: str) -> None:
        try:
            document = json.loads(tokenizer_json)
            self._tokenizer = Tokenizer.from_str(tokenizer_json.decode())
        except Exception as error:  # the package raises plain Exception for whatever it cannot read
            raise ModelError(
                f"{where}: this tokenizer cannot be read ({error}); add the model again"
            ) from error
        found = self._tokenizer.get_vocab_size(with_added_tokens=True)
        if found > num_tokens:
            raise ModelError(
                f"{where}: the tokenizer has {found} tokens, the model {num_tokens}; they do not fit"
            )
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True  # "<|im_start|>" in a mail is ordinary text
        self.token_bytes: tuple[bytes, ...] = _all_bytes(self._tokenizer, document, num_tokens)

    def encode(self, text: str) -> list[int]:
        """Tokens of `text`; lone surrogates, which no encoding can hold, become U+FFFD."""
        clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return list(self._tokenizer.encode(clean, add_special_tokens=False).ids)


def special_tokens(tokenizer_json: bytes, *, where: str) -> dict[str, int]:
    """Ids of the control tokens by their names; ModelError where this is no tokenizer.json."""
    try:
        return _special(json.loads(tokenizer_json))
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise ModelError(f"{where}: this tokenizer cannot be read ({error!r}); save it again") from error


def _special(document: Mapping[str, Any]) -> dict[str, int]:
    added = document.get("added_tokens") or ()
    return {str(entry["content"]): int(entry["id"]) for entry in added if entry.get("special")}


def _all_bytes(tokenizer: Tokenizer, document: Mapping[str, Any], num_tokens: int) -> tuple[bytes, ...]:
    special = set(_special(document).values())
    spelled = _byte_level_bytes if '"ByteLevel"' in json.dumps(document.get("decoder")) else _metaspace_bytes
    found = [b""] * num_tokens
    for token, index in tokenizer.get_vocab(with_added_tokens=True).items():
        if index not in special:
            found[index] = spelled(token)
    return tuple(found)


def _byte_level_bytes(token: str) -> bytes:
    """
    >>> _byte_level_bytes("Ġhi")
    b' hi'
    """
    table = _byte_of_character()
    if all(character in table for character in token):
        return bytes(table[character] for character in token)
    return token.encode()  # an added token is spelled as it is


def _metaspace_bytes(token: str) -> bytes:
    """
    >>> _metaspace_bytes("▁hi"), _metaspace_bytes("<0x0A>")
    (b' hi', b'\\n')
    """
    match = BYTE_TOKEN.fullmatch(token)
    return bytes([int(match[1], 16)]) if match else token.replace(METASPACE, " ").encode()


@cache
def _byte_of_character() -> dict[str, int]:
    """GPT-2's alphabet: visible characters stand for their own byte, those from U+0100 on for the rest."""
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(256 + rank): byte for rank, byte in enumerate(hidden)}
