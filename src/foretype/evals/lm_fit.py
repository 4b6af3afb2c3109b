"""Learning how far to trust the language model beside the counts, place by place.

Held-out messages are read in one pass each; before every word that was written we take its probability by the
counts and by the model, and what the counts know of the place. The share w = sigmoid(weights . features)
then maximises log((1 - w) * counts + w * model). It does not know the strengths of the counts (blend_fit.py), nor
that a suggestion mixes the two in one more way (compose/place.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.lm_reader import document_tokens
from foretype.compose.lm_voice import encoded
from foretype.compose.place import lm_features
from foretype.compose.protocols import LanguageModel
from foretype.compose.request import Context, Kind
from foretype.compose.strengths import Strengths
from foretype.corpus.documents import Document
from foretype.evals.blend_fit import MAX_WORDS, anchors, minimizer, read_in_order
from foretype.ngram.automaton import Automaton
from foretype.text.words import shown, split_words

Floats: TypeAlias = NDArray[np.float64]

PATIENCE_S = 300.0  # for one message: nobody is typing


@dataclass(frozen=True, slots=True)
class LmPlaces:
    """The written word's probability by counts and by model, (places,), and the features, (places, weights)."""

    counted: Floats
    spoken: Floats
    features: Floats

    def __len__(self) -> int:
        return len(self.counted)


def collect_lm(
    authors: Iterable[Sequence[Document]],
    background: Automaton,
    lm: LanguageModel,
    *,
    strengths: Strengths,
    num_warm: int = 0,
    advance: Callable[[], None] = lambda: None,
) -> LmPlaces:
    """Both voices at every word of the authors' messages but their first `num_warm`; each is learned after it was read."""
    rows: list[tuple[float, float, tuple[float, ...]]] = []
    for document, memories in read_in_order(authors, background, num_warm=num_warm):
        spoken = word_probs(document, lm)
        for at, word, anchor in anchors(document, background, memories, strengths=strengths):
            if at in spoken:
                [prob] = anchor.score([background.lexicon.id(word)]).probs
                rows.append((prob, spoken[at], lm_features(anchor)))
        advance()
    counted, said, features = zip(*rows, strict=True) if rows else ((), (), ())
    width = len(strengths.lm)
    return LmPlaces(np.array(counted), np.array(said), np.array(features, float).reshape(len(rows), width))


def word_probs(document: Document, lm: LanguageModel) -> Mapping[int, float]:
    """Probability of a message's words by the model, by place; words that share a token with a neighbour are left out."""
    words = split_words(document.text)[:MAX_WORDS]
    pieces = [shown(word, before=words[at - 1] if at else None) for at, word in enumerate(words)]
    tokens = encoded(lm, "".join(pieces))
    starts = {end: at for at, end in enumerate(_ends(lm.token_bytes[token] for token in tokens))}
    bounds = _ends(piece.encode("utf-8", "replace") for piece in pieces)
    if not tokens or bounds[-1] not in starts:
        return {}  # a tokenizer that changes the text cannot be aligned with it
    log_probs = _token_log_probs(tokens, _before(document, lm), lm)
    found = {}
    for at, (start, end) in enumerate(pairwise(bounds)):
        if start < end and start in starts and end in starts:
            found[at] = float(np.exp(log_probs[starts[start] : starts[end]].sum()))
    return found


def log_likelihood(places: LmPlaces, weights: Sequence[float]) -> float:
    """Mean natural log probability of the written words under both voices."""
    return float(np.log(_mixed(places, np.array(weights))[1]).mean())


def fit_share(sets: Sequence[LmPlaces], start: Sequence[float]) -> tuple[float, ...]:
    """Weights of the model's share that maximise the mean of the sets' log likelihoods. Needs scipy."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        found = [_loss(places, weights) for places in sets]
        return float(np.mean([value for value, _ in found])), np.mean([slope for _, slope in found], axis=0)

    best = minimizer()(loss, np.array(start, float), jac=True, method="L-BFGS-B").x
    return tuple(float(weight) for weight in best)


def _mixed(places: LmPlaces, weights: Floats) -> tuple[Floats, Floats]:
    """The model's share at every place, and the written word's probability under both."""
    share = 1 / (1 + np.exp(-np.clip(places.features @ weights, -30, 30)))
    mixed = (1 - share) * places.counted + share * places.spoken
    return share, np.maximum(mixed, 1e-12)


def _loss(places: LmPlaces, weights: Floats) -> tuple[float, Floats]:
    """Mean negative log likelihood, and its slope along each weight."""
    share, mixed = _mixed(places, weights)
    slope = (places.spoken - places.counted) / mixed * share * (1 - share)
    return -float(np.log(mixed).mean()), -(slope @ places.features) / len(places)


def _before(document: Document, lm: LanguageModel) -> list[int]:
    """Tokens that the composer has the model read before the message: context, cut as where letters follow."""
    kind = Kind(document.kind) if document.kind in set(Kind) else Kind.NOTE
    context = Context(kind=kind, subject=document.subject, previous=document.previous)
    return list(document_tokens(lm, "", context))


def _token_log_probs(tokens: Sequence[int], before: Sequence[int], lm: LanguageModel) -> Floats:
    """Log probability of each token after all before it. Shape (tokens,); the first of all is taken as certain."""
    found = np.zeros(len(tokens))
    known = [*before, *tokens]
    first = 0 if before else 1
    if len(tokens) > first:
        wanted = len(tokens) - first
        answer = lm.submit(known[:-1], session="fit", num_wanted=wanted).result(timeout=PATIENCE_S)
        found[first:] = answer[np.arange(wanted), tokens[first:]]
        lm.release("fit")
    return found


def _ends(pieces: Iterable[bytes]) -> list[int]:
    """Byte offsets at which pieces end, and 0 before them."""
    return list(accumulate(map(len, pieces), initial=0))
