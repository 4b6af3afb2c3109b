"""Learning the strengths of the blend: the numbers that make held-out words likeliest.

Held-out authors' messages are read in order; before each word the evidence of every voice is written down,
after each message the author's memory learns it. Then a quasi-Newton search finds the strengths. The
recursion is the blend's own, over all places at once; a test holds the two together. It does not know the
language model (lm_fit.py), nor how evidence is stored or shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.blend import Anchor, Evidence
from foretype.compose.message import message_memory, read_draft
from foretype.compose.request import Context
from foretype.compose.strengths import MAX_CONTEXT, VOICES, Strengths
from foretype.corpus.documents import Document
from foretype.errors import ConfigError
from foretype.ngram.automaton import Automaton
from foretype.ngram.memory import Memory
from foretype.text.casing import fold_words
from foretype.text.words import START, is_special, split_words

Floats: TypeAlias = NDArray[np.float64]

ORDERS = MAX_CONTEXT + 1
LISTS = ("floor", "scale", *VOICES)
OWN = (
    "floor",
    "scale",
    "user",
    "message",
    "power",
    "discount",
)  # what is learned where no team's memory speaks
MAX_WORDS = 80  # of a message: what is typed first is what people see most


@dataclass(frozen=True, slots=True)
class Places:
    """Evidence at many places for the word that really followed.

    alphas, gammas, evidence, known: (places, orders), known = 1 where the background knows the context;
    counts, totals, distinct: (places, orders, voices); depth: (places,) orders that anybody knows.
    """

    alphas: Floats
    gammas: Floats
    evidence: Floats
    known: Floats
    counts: Floats
    totals: Floats
    distinct: Floats
    depth: NDArray[np.int64]
    num_words: int  # of the lexicon

    def __len__(self) -> int:
        return len(self.depth)


def collect(
    authors: Iterable[Sequence[Document]],
    background: Automaton,
    *,
    num_warm: int = 0,
    tenant: Memory | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Places:
    """Evidence at every word of the authors' messages but their first `num_warm`, which are only learned."""
    rows: list[list[Evidence]] = []
    for document, memories in read_in_order(authors, background, num_warm=num_warm, tenant=tenant):
        for _, word, anchor in anchors(document, background, memories):
            rows.append(anchor.evidence_of(background.lexicon.id(word)))
        advance()
    return _places(rows, num_words=len(background.lexicon))


def read_in_order(
    authors: Iterable[Sequence[Document]],
    background: Automaton,
    *,
    num_warm: int = 0,
    tenant: Memory | None = None,
) -> Iterator[tuple[Document, Mapping[str, Memory]]]:
    """Each message but the authors' first `num_warm`, with what its author's and the team's memory know by then."""
    for documents in authors:
        user = Memory(background.lexicon)
        for number, document in enumerate(documents):
            if number >= num_warm:
                yield document, {"user": user} | ({} if tenant is None else {"tenant": tenant})
            user.learn_one(_folded(document, background))


def anchors(
    document: Document,
    background: Automaton,
    memories: Mapping[str, Memory],
    *,
    strengths: Strengths = Strengths(),  # noqa: B008  (frozen)
) -> Iterator[tuple[int, str, Anchor]]:
    """The first MAX_WORDS words of a message that may be suggested: place, folded word, and what is known there."""
    context = Context(subject=document.subject, previous=document.previous)
    words = _folded(document, background)
    empty = read_draft("", background=background)
    for at, word in enumerate(words[:MAX_WORDS]):
        if is_special(word):
            continue
        before = (START, *words[:at])
        message = message_memory(replace(empty, words=before), context, background=background)
        known = {voice: memory for voice, memory in memories.items() if len(memory)}
        yield (
            at,
            word,
            Anchor(
                background.lexicon.ids(before[-MAX_CONTEXT:]),
                background=background,
                memories=known | {"message": message},
                strengths=strengths,
            ),
        )


def team_memory(documents: Iterable[Document], background: Automaton) -> Memory:
    """One memory of all that several authors wrote."""
    memory = Memory(background.lexicon)
    for document in documents:
        memory.learn_one(_folded(document, background))
    return memory


def _folded(document: Document, background: Automaton) -> list[str]:
    return fold_words(split_words(document.text), is_lower=background.is_lower)


def log_likelihood(places: Places, strengths: Strengths) -> float:
    """Mean natural log probability of the words that followed."""
    return float(np.log(np.maximum(probabilities(places, strengths), 1e-12)).mean())


def probabilities(places: Places, strengths: Strengths) -> Floats:
    """Probability of the word that followed, at every place. Shape (places,)."""
    weights = np.array([strengths.of(voice) for voice in VOICES]).T  # (orders, voices)
    prob = np.full(len(places), 1.0 / places.num_words)
    for order in range(ORDERS):
        seen = places.counts[:, order]
        bonus = strengths.scale[order] * places.evidence[:, order] ** strengths.power
        weight = strengths.floor[order] + places.known[:, order] * bonus
        own = weight * places.alphas[:, order]
        own += np.maximum(seen - strengths.discount * np.minimum(seen, 1), 0) @ weights[order]
        down = weight * places.gammas[:, order]
        down += strengths.discount * (places.distinct[:, order] @ weights[order])
        total = weight + places.totals[:, order] @ weights[order]
        prob = np.where(places.depth > order, (own + down * prob) / total, prob)
    return prob


def fit(
    sets: Sequence[Places],
    start: Strengths,
    *,
    names: Sequence[str] = OWN,
    max_rounds: int = 60,
    say: Callable[[str], None] = lambda text: None,
) -> Strengths:
    """Strengths that maximise the mean of the sets' log likelihoods; only those in `names` move. Needs scipy."""

    def loss(vector: Floats) -> float:
        strengths = _from_vector(vector, start, names)
        return -float(np.mean([log_likelihood(places, strengths) for places in sets]))

    found = minimizer()(
        loss,
        _to_vector(start, names),
        method="L-BFGS-B",
        options={"maxiter": max_rounds, "maxfun": 100_000},
        callback=lambda vector: say(f"log likelihood {-loss(vector):.4f}"),
    )
    return _from_vector(found.x, start, names)


def minimizer() -> Callable[..., Any]:
    """scipy's `minimize`. Raises ConfigError where scipy is missing: nothing else needs it."""
    try:
        from scipy.optimize import minimize  # type: ignore[import-untyped]
    except ImportError as error:
        raise ConfigError("scipy is missing; pip install scipy") from error
    found: Callable[..., Any] = minimize
    return found


def _places(rows: Sequence[Sequence[Evidence]], *, num_words: int) -> Places:
    shape = (len(rows), ORDERS)
    voices = (*shape, len(VOICES))
    alphas, known, evidence = np.zeros(shape), np.zeros(shape), np.ones(shape)
    gammas = np.ones(shape)
    counts, totals, distinct = np.zeros(voices), np.zeros(voices), np.zeros(voices)
    for at, row in enumerate(rows):
        for order, found in enumerate(row):
            if found.background is not None:
                alphas[at, order], gammas[at, order], evidence[at, order] = found.background
                known[at, order] = 1.0
            for voice, (count, total, types) in found.voices.items():
                index = at, order, VOICES.index(voice)
                counts[index], totals[index], distinct[index] = count, total, types
    depth = np.array([len(row) for row in rows], np.int64)
    return Places(alphas, gammas, evidence, known, counts, totals, distinct, depth, num_words)


def _to_vector(strengths: Strengths, names: Sequence[str]) -> Floats:
    """Logarithms of the lists, so that they stay positive; logits of the numbers, so that they stay below one."""
    parts = [np.atleast_1d(getattr(strengths, name)).astype(float) for name in names]
    return np.concatenate(
        [np.log(part) if name in LISTS else _logit(part) for name, part in zip(names, parts, strict=True)]
    )


def _from_vector(vector: Floats, like: Strengths, names: Sequence[str]) -> Strengths:
    found: dict[str, Any] = {}
    for name in names:
        if name in LISTS:
            part, vector = vector[:ORDERS], vector[ORDERS:]
            found[name] = tuple(np.exp(np.clip(part, -12, 12)).tolist())
        else:
            found[name], vector = float(1 / (1 + np.exp(-vector[0]))), vector[1:]
    return replace(like, **found)


def _logit(value: Floats) -> Floats:
    result: Floats = np.log(value / (1 - value))
    return result
