"""A network and one writer's own words, mixed: Gmail's fixed weight against a share learned from evidence.

Mails are read in order, author by author. Before each word the author's n-grams, of what they wrote until then, give it a
probability (interpolated Witten-Bell); the mixture is (1 - w) * network + w * author. It does not know how
keystrokes follow from probabilities (evals/replay.py does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.evals.blend_fit import minimizer
from foretype.lm.mail_arrays import MailArrays
from foretype.ngram.follow import Follow
from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory

Floats: TypeAlias = NDArray[np.float64]

FIXED = tuple(round(0.1 * tenth, 1) for tenth in range(1, 10))
MAX_CONTEXT = 3  # words: 4-grams, as the background has at most one more
FEATURES = (
    "bias",
    "words known of the author",
    "times the context was seen",
    "context length",
    "network's surest",
)


@dataclass(frozen=True, slots=True)
class Mixed:
    """What is mixed at every place; network, author: (places,) probabilities of the word that was written.

    features: (places, len(FEATURES)), what is known before the word is; holders: (places,) whose place it is.
    """

    network: Floats
    author: Floats
    features: Floats
    holders: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.network)

    def take(self, chosen: NDArray[np.bool_]) -> Mixed:
        """The places that are true in `chosen`."""
        return Mixed(self.network[chosen], self.author[chosen], self.features[chosen], self.holders[chosen])


def collect(mails: MailArrays, earlier: MailArrays, *, log_probs: Floats, surest: Floats) -> Mixed:
    """All places of `mails`. `log_probs`, `surest`: the network's log p of what was written and of its likeliest word.

    `earlier` are mails that authors wrote before. Raises InputError when arrays and mails have different lengths.
    """
    if not len(mails.text) == len(log_probs) == len(surest):
        raise InputError(
            f"places: found {len(log_probs)} log p for {len(mails.text)} tokens; take the mails of the same run"
        )
    rows = [row for at in range(len(mails)) for row in _mail_rows(mails, earlier, at)]
    author, known = np.array([row[0] for row in rows]), np.array([row[1:] for row in rows])
    features = np.column_stack([np.ones(len(rows)), known, surest])
    holders = np.repeat(mails.holders, np.diff(mails.text_starts))
    return Mixed(np.exp(np.asarray(log_probs, np.float64)), author, features, holders)


def mean_nats(mixed: Mixed, share: Floats | float) -> float:
    """Nats a word of the mixture, where `share` of it is the author's."""
    return float(-np.log((1 - share) * mixed.network + share * mixed.author).mean())


def learned_share(mixed: Mixed, weights: Floats) -> Floats:
    """The author's share at every place, sigmoid(features . weights)."""
    share: Floats = 1 / (1 + np.exp(-np.clip(mixed.features @ weights, -30, 30)))
    return share


def learn_share(mixed: Mixed) -> Floats:
    """Weights of the share with the fewest nats on `mixed`. Raises ConfigError without scipy."""
    found = minimizer()(_nats_and_slope, np.zeros(len(FEATURES)), args=(mixed,), method="L-BFGS-B", jac=True)
    weights: Floats = found.x
    return weights


def in_turn(mixed: Mixed, *, parts: int = 5) -> Floats:
    """The learned share at every place, from weights that other authors' places taught."""
    share = np.zeros(len(mixed))
    order = np.unique(mixed.holders)
    for part in range(parts):
        held_out = np.isin(mixed.holders, order[part::parts])
        share[held_out] = learned_share(mixed.take(held_out), learn_share(mixed.take(~held_out)))
    return share


def word_probability(follows: Sequence[Follow], word: int, *, vocab_size: int) -> float:
    """Interpolated Witten-Bell: each order trusts its counts as far as it saw more than it saw different words.

    >>> seen = Follow([4, 7], [3.0, 1.0], 4.0)
    >>> round(word_probability([seen], 4, vocab_size=10), 4)
    0.5333
    """
    probability = 1 / vocab_size
    for follow in follows:
        if follow.total:
            kinds = len(follow.ids)
            probability = (follow.count_of(word) + kinds * probability) / (follow.total + kinds)
    return probability


def _mail_rows(mails: MailArrays, earlier: MailArrays, at: int) -> Iterator[tuple[float, ...]]:
    """For each word of one mail: the author's probability, and what their counts know of the place."""
    written = _written_before(mails, earlier, at)
    memory = Memory(Lexicon([]), written)
    text = mails.mail(at).astype(np.uint32)
    before = np.concatenate([written[-1:], text])  # a text begins behind the end of another
    for place, word in enumerate(text):
        context = before[max(0, place + len(written[-1:]) - MAX_CONTEXT) : place + len(written[-1:])]
        follows = memory.follows(context, max_order=MAX_CONTEXT)
        probability = word_probability(follows, int(word), vocab_size=1 << 16)
        yield (
            probability,
            float(np.log1p(len(written))),
            float(np.log1p(follows[-1].total)),
            len(follows) - 1.0,
        )


def _written_before(mails: MailArrays, earlier: MailArrays, at: int) -> NDArray[np.uint32]:
    """All that the author of a mail wrote before it, ends of mails included."""
    holder = mails.holders[at]
    before = np.flatnonzero(mails.holders[:at] == holder)
    parts = [earlier.mail(int(mail)) for mail in np.flatnonzero(earlier.holders == holder)]
    parts += [mails.mail(int(mail)) for mail in before]
    return np.concatenate([np.zeros(0, np.uint16), *parts]).astype(np.uint32)


def _nats_and_slope(weights: Floats, mixed: Mixed) -> tuple[float, Floats]:
    share = learned_share(mixed, weights)
    found = (1 - share) * mixed.network + share * mixed.author
    slope = (mixed.author - mixed.network) / found * share * (1 - share)
    return float(-np.log(found).mean()), -(slope[:, None] * mixed.features).mean(axis=0)
