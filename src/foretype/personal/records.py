"""How a user's messages look as bytes: one row a message, and packs of many messages.

    row       "<unix seconds>\\x1f<token> <token> ..." as UTF-8, zlib'd where that is shorter
    texts     the rows of many messages joined by "\\x1e", zlib'd
    index     ids of the same messages, START and END around each, little-endian uint32
    strange   their words outside the lexicon, joined by "\\n", UTF-8

Tokens hold no white space but the breaks "\\n" and "\\n\\n", and "\\x1e" and "\\x1f" are white space
(str.split), so every separator is unambiguous. The rows are what is kept; index and strange are derived from
them and one lexicon, so that opening a user decodes no text.

It does not know where the bytes are stored.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Ids, Memory
from foretype.text.words import END, START

UNIT = "\x1f"
RECORD = "\x1e"
PACK_BYTES = 8_192  # of text: as rows, that much costs an opening about 1 ms (benchmarks/bench_store.py)
_ID_BYTES = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class Message:
    """One learned message: when it was sent (unix seconds, UTC) and its tokens."""

    sent_s: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """Many messages in one record; `index` and `strange` hold for the lexicon of `lexicon_hash` only."""

    lexicon_hash: bytes
    index: bytes
    strange: bytes
    texts: bytes


def write_row(message: Message) -> bytes:
    """A message as a row.

    >>> write_row(Message(5, ("Hi", "Susan", "⁀,", "\\n"))).decode()
    '5\\x1fHi Susan ⁀, \\n'
    """
    raw = _plain(message).encode()
    packed = zlib.compress(raw, 9)
    return packed if len(packed) < len(raw) else raw


def read_row(row: bytes) -> Message:
    """The message of a row; a raw row begins with a digit or "-", a zlib stream with 0x78."""
    return _message((zlib.decompress(row) if row[:1] == b"\x78" else row).decode())


def read_texts(texts: bytes) -> list[Message]:
    """The messages of a pack, in the order learned."""
    return [_message(record) for record in zlib.decompress(texts).decode().split(RECORD)]


def make_packs(
    messages: Sequence[Message], lexicon: Lexicon, lexicon_hash: bytes, *, before: Iterable[str] = ()
) -> list[Pack]:
    """Messages as packs of about PACK_BYTES; `before` are strange words that earlier packs hold already."""
    packs: list[Pack] = []
    listed = set(before)
    for part in _parts(messages):
        stream, strange = _index(part, lexicon)
        fresh = [word for word in strange if word not in listed]
        listed.update(fresh)
        texts = zlib.compress(RECORD.join(map(_plain, part)).encode(), 9)
        packs.append(Pack(lexicon_hash, stream.astype(_ID_BYTES).tobytes(), "\n".join(fresh).encode(), texts))
    return packs


def make_memory(messages: Sequence[Message], lexicon: Lexicon) -> Memory:
    """A memory of messages, from nothing but their words."""
    return Memory(lexicon, *_index(messages, lexicon))


def open_memory(indexes: Sequence[tuple[bytes, bytes]], rows: Iterable[bytes], lexicon: Lexicon) -> Memory:
    """The memory of a user's packs, each as (index, strange), and of the rows after them."""
    stream, strange = _index([read_row(row) for row in rows], lexicon)
    streams = [np.frombuffer(index, _ID_BYTES) for index, _ in indexes]
    packed = strange_words(joined for _, joined in indexes)
    return Memory(
        lexicon, np.concatenate([*streams, stream], dtype=np.uint32), dict.fromkeys([*packed, *strange])
    )


def strange_words(joined: Iterable[bytes]) -> list[str]:
    """The words that packs list as strange."""
    return [word for words in joined if words for word in words.decode().split("\n")]


def hash_lexicon(lexicon: Lexicon) -> bytes:
    """Eight bytes that tell one vocabulary from another."""
    return hashlib.sha256("\n".join(lexicon.words).encode()).digest()[:8]


def _index(messages: Sequence[Message], lexicon: Lexicon) -> tuple[Ids, list[str]]:
    """Stream and strange words as Memory.learn_one makes them message by message, but all at once."""
    words = [word for message in messages for word in (START, *message.words, END)]
    unknown = dict.fromkeys(word for word in words if not lexicon.knows(word) and "\n" not in word)
    return lexicon.ids(words), [word for word in unknown if word not in (START, END)]


def _parts(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    start = num_bytes = 0
    for end, message in enumerate(messages, start=1):
        num_bytes += len(_plain(message))
        if num_bytes >= PACK_BYTES or end == len(messages):
            yield messages[start:end]
            start, num_bytes = end, 0


def _plain(message: Message) -> str:
    return f"{message.sent_s}{UNIT}{' '.join(message.words)}"


def _message(record: str) -> Message:
    sent_s, _, joined = record.partition(UNIT)
    return Message(int(sent_s), tuple(joined.split(" ")))
