"""Texts that a network writes itself, to measure and judge a smaller one by where nobody's texts are at hand.

A smaller network that foresees what the whole one writes comes close to it, whoever's texts the whole one learned from. It
does not know how well that stands for a person's texts: docs/howto/compress.md gives figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from foretype.errors import ModelError
from foretype.lm.compress.texts import Text
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.vocabulary import Vocabulary
from foretype.text.prompt import context_tokens, context_words, text_tokens

MAX_NEW = 96  # tokens of a text; a mail of enron-valid has 65
MIN_NEW = 4  # a shorter text teaches nothing
KINDS = ("email", "chat")
# What a network without markers goes on from: it would write web pages otherwise.
OPENINGS = (
    ("Report", "Hi Susan,\n\nThanks for"),
    ("Meeting on Monday", "Hello all,\n\nI would like to"),
    ("Re: contract", "Please find attached"),
    ("Question", "Hi,\n\nCould you"),
    ("Re: lunch", "Sounds good,"),
    ("", "I am not sure"),
    ("Draft", "Dear Mr. Brown,\n\nWe have"),
    ("", "Ok, let me know"),
)


def write_own(
    checkpoint: Checkpoint,
    stored: Path,
    *,
    num_tokens: int,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Text]:
    """Texts of `num_tokens` tokens or a few more, by the model folder `stored`, which holds the checkpoint's network.

    Every token is drawn with the probability that the network gives it; a seed gives the same texts again. Raises ModelError
    for a network that writes nothing.
    """
    arch = checkpoint.architecture
    words = Vocabulary(checkpoint.tokenizer_json, num_tokens=arch.vocab_size, where=checkpoint.name)
    contexts = _contexts(checkpoint, words)
    engine = Engine(stored, arch)
    cache = Cache(engine, capacity=max(map(len, contexts)) + MAX_NEW)
    random, found, num_found = np.random.default_rng(seed), [], 0
    for context in islice(
        cycle(contexts), num_tokens
    ):  # a network that writes less than a token a try writes nothing
        written = _write(engine, cache, context, words.token_bytes, random)
        if len(written) < MIN_NEW:
            continue
        found.append(_text(checkpoint, words, context, written))
        num_found += len(written)
        progress(min(1.0, num_found / num_tokens))
        if num_found >= num_tokens:
            return found
    raise ModelError(
        f"{checkpoint.name}: the network wrote {num_found} tokens, wanted {num_tokens}; name texts with --texts"
    )


def _write(
    engine: Engine,
    cache: Cache,
    context: Sequence[int],
    spelled: Sequence[bytes],
    random: np.random.Generator,
) -> list[int]:
    """Tokens behind the context, to the end of the text or of our patience: what has no bytes ends a text."""
    found: list[int] = []
    log_probs = engine.run(cache, chain_pass(context, num_past=0, wanted=[len(context) - 1]))
    while len(found) < MAX_NEW:
        chances = np.exp(log_probs[0].astype(np.float64)).cumsum()
        drawn = int(np.searchsorted(chances, random.random() * chances[-1], side="right"))
        if not spelled[drawn]:
            break
        found.append(drawn)
        num_past = len(context) + len(found) - 1
        log_probs = engine.run(cache, chain_pass([drawn], num_past=num_past, wanted=[0]))
    return found


def _text(checkpoint: Checkpoint, words: Vocabulary, context: Sequence[int], written: Sequence[int]) -> Text:
    spelled = b"".join(words.token_bytes[token] for token in written)
    end = None if checkpoint.markers is None else checkpoint.markers.end
    return Text((*context, *written), len(context), len(spelled.decode("utf-8", "replace")), end)


def _contexts(checkpoint: Checkpoint, words: Vocabulary) -> list[list[int]]:
    """What texts begin behind."""
    if checkpoint.markers is not None:
        return [context_tokens(words.encode, checkpoint.markers, kind=kind) for kind in KINDS]
    openings = [context_words(subject=subject) + opening for subject, opening in OPENINGS]
    return [[*checkpoint.prelude, *text_tokens(words.encode, opening)] for opening in openings]
