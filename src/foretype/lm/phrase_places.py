"""Places in mails where somebody might be helped: between two words, or inside a word with some letters typed.

Half of the places are between words, half inside one; every word of the split is as likely as any other. It does
not know what a network proposes there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.lm.beam import MAX_WORDS, NOTHING, Phrases, Range, Rules, search
from foretype.lm.contextual import ContextualLm
from foretype.lm.mail_arrays import MailArrays
from foretype.lm.windows import WINDOW, Cuts, MailWindows
from foretype.lm.word_vocabulary import WordVocabulary
from foretype.text.words import is_word

INSIDE_WORD = 0.5  # share of places with letters typed


@dataclass(frozen=True, slots=True)
class Places:
    """Places, the letters' range of words at each (None between words), and the words that were written there.

    truth: (places, MAX_WORDS) ids, NOTHING behind the mail's end.
    """

    cuts: Cuts
    first: Sequence[Range | None]
    truth: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of searching at many places; all (places,). `right`: the whole phrase is what was written."""

    confidence: NDArray[np.float32]
    num_words: NDArray[np.int64]
    right: NDArray[np.bool_]


def choose_places(mails: MailArrays, vocabulary: WordVocabulary, *, count: int, seed: int = 0) -> Places:
    """Up to `count` places, the same for every network of one vocabulary."""
    random = np.random.default_rng(seed)
    is_shown = np.array(
        [at >= vocabulary.num_silent and is_word(vocabulary.word(at)) for at in range(len(vocabulary))]
    )
    candidates = np.flatnonzero(is_shown[mails.text])
    chosen = np.sort(random.choice(candidates, min(count, len(candidates)), replace=False))
    mail = np.searchsorted(mails.text_starts, chosen, side="right") - 1
    place = chosen - mails.text_starts[mail]
    first = [_range(vocabulary, int(id), random) for id in mails.text[chosen]]
    truth = np.stack([_following(mails, int(at), int(of)) for at, of in zip(chosen, mail, strict=True)])
    return Places(Cuts(mail, np.maximum(place - WINDOW + 1, 0), place, place + 1), first, truth)


def try_places(
    network: ContextualLm,
    windows: MailWindows,
    places: Places,
    vocabulary: WordVocabulary,
    *,
    at_once: int = 256,
) -> Tried:
    """The network's best phrase at every place, compared with what was written."""
    rules = Rules.of(vocabulary, windows.device)
    order = np.argsort(windows.widths(places.cuts), kind="stable")
    found: list[Phrases] = []
    for start in range(0, len(order), at_once):
        part = order[start : start + at_once]
        batch = windows.batch(places.cuts.take(part))
        found.append(search(network, batch, [places.first[at] for at in part], rules))
    ids = np.concatenate([phrases.ids for phrases in found])
    confidence = np.concatenate([phrases.confidence for phrases in found])
    num_words = np.concatenate([phrases.num_words for phrases in found])
    right = ((ids == places.truth[order]) | (ids == NOTHING)).all(axis=1) & (num_words > 0)
    back = np.argsort(order, kind="stable")
    return Tried(confidence[back], num_words[back], right[back])


def _range(vocabulary: WordVocabulary, id: int, random: np.random.Generator) -> Range | None:
    """Ids of words with the letters that somebody typed of this one; None if nobody did."""
    word = vocabulary.word(id)
    if len(word) < 2 or random.random() >= INSIDE_WORD:
        return None
    return vocabulary.prefix_range(word[: int(random.integers(1, len(word)))])


def _following(mails: MailArrays, at: int, mail: int) -> NDArray[np.int64]:
    truth = np.full(MAX_WORDS, NOTHING, np.int64)
    found = mails.text[at : min(at + MAX_WORDS, int(mails.text_starts[mail + 1]))]
    truth[: len(found)] = found
    return truth
