"""A tokenizer of our own: byte pairs over bytes, so that no text is unknown, with markers and entities in front.

It does not know networks, nor where the texts come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from foretype.errors import ConfigError
from foretype.text.pieces import ENTITIES
from foretype.text.prompt import MARKER_NAMES

SPECIAL = (*MARKER_NAMES.values(), *sorted(ENTITIES))
MIN_SIZE = len(SPECIAL) + 256  # every byte is a token
_ENTITY = re.compile("|".join(map(re.escape, sorted(ENTITIES))))


def train_tokenizer(texts: Iterable[str], *, size: int) -> bytes:
    """tokenizer.json of at most `size` tokens learned from `texts`. Raises ConfigError for a size that holds no pairs.

    >>> tokenizer = Tokenizer.from_str(train_tokenizer(["the then the", "<name> the"], size=300).decode())
    >>> tokenizer.encode("the then").tokens[0]
    'the'
    """
    if size <= MIN_SIZE:
        raise ConfigError(f"tokenizer of {size} tokens: wanted more than {MIN_SIZE}, markers and bytes alone")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_between_entities(texts), trainer)
    return tokenizer.to_str().encode()


def _between_entities(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from filter(None, _ENTITY.split(text))
