"""What a byte-pair vocabulary does to text: tokens a word, words that are one token, characters encoded in a second.

It does not know how well a network predicts with it (the vocabulary rows of the experiment do).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from foretype.errors import InputError
from foretype.text.words import is_word, join_words, split_words


@dataclass(frozen=True, slots=True)
class Encoded:
    """Of some texts. whole_words: share of running words that are one token; chars_per_second: one thread."""

    tokens_per_word: float
    whole_words: float
    chars_per_second: float


def study(
    tokenizer: Tokenizer, texts: Sequence[str], *, clock: Callable[[], float] = time.process_time
) -> Encoded:
    """How `tokenizer` cuts `texts`. Raises InputError when they hold no word."""
    words = [word for text in texts for word in split_words(text)]
    running = Counter(word for word in words if is_word(word))
    if not running:
        raise InputError("texts: found no word, wanted at least one; name a fuller corpus file")
    joined = [join_words(split_words(text)) for text in texts]
    started = clock()
    num_tokens = sum(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in joined)
    seconds = clock() - started
    whole = sum(count for word, count in running.items() if is_whole(tokenizer, word))
    return Encoded(
        tokens_per_word=num_tokens / len(words),
        whole_words=whole / running.total(),
        chars_per_second=sum(map(len, joined)) / max(seconds, 1e-9),
    )


def is_whole(tokenizer: Tokenizer, word: str) -> bool:
    """Whether `word` is one token behind a blank."""
    return len(tokenizer.encode(" " + word, add_special_tokens=False).ids) == 1
