"""Situations and paths for tests of deciders and features: made up, or generated.

They do not know any text but the few words of their paths.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from foretype.compose.history import Past
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis, Known
from foretype.compose.request import Context, Kind
from foretype.compose.situation import Position, Rates, Situation
from foretype.text.words import shown

WORDS = ("report", "Susan", "⁀,", "(⁀", "⁀)", "for", "10:30", "⁀.", "tomorrow")
VOICES = ("background", "tenant", "user", "message", "lm")

_NOWHERE = Situation(
    num_typed=0,
    is_after_space=False,
    is_space_due=False,
    is_sentence_start=True,
    capitalises=True,
    position=Position(0, 0, 0, 0, 0, False),
    context=Context(),
    has_user=False,
    has_suffix=False,
    first_probs=(),
    known=Known({"background": 1.0}, 0, 0.0),
    has_lm=False,
    memory_sizes={},
    past=Past(),
    rates=Rates(),
    elapsed_ms=0.0,
)

probs = st.floats(0.0, 1.0)
counts = st.integers(0, 100_000)


def a_situation(**changes: Any) -> Situation:
    """The beginning of an empty mail, of which nothing is known, but for `changes`."""
    return replace(_NOWHERE, **changes)


def situations() -> st.SearchStrategy[Situation]:
    return st.builds(
        Situation,
        num_typed=st.integers(0, 48),
        is_after_space=st.booleans(),
        is_space_due=st.booleans(),
        is_sentence_start=st.booleans(),
        capitalises=st.booleans(),
        position=st.builds(Position, counts, counts, st.integers(0, 64), counts, counts, st.booleans()),
        context=contexts(),
        has_user=st.booleans(),
        has_suffix=st.booleans(),
        first_probs=st.lists(probs, max_size=8).map(lambda found: tuple(sorted(found, reverse=True))),
        known=st.builds(
            Known, st.dictionaries(st.sampled_from(VOICES[:4]), st.floats(0, 1e7)), st.integers(0, 4), probs
        ),
        has_lm=st.booleans(),
        memory_sizes=st.dictionaries(st.sampled_from(("tenant", "user")), counts),
        past=pasts(),
        rates=st.builds(Rates, counts, counts),
        elapsed_ms=st.floats(0, 1e4),
    )


def contexts() -> st.SearchStrategy[Context]:
    texts = st.sampled_from(("", "Report for May"))
    return st.builds(
        Context,
        kind=st.sampled_from(Kind),
        subject=texts,
        previous=texts,
        to=st.lists(st.just("ann@example.org"), max_size=3).map(tuple),
        sent_at=st.none() | st.datetimes(),
        locale=st.sampled_from(("en-US", "de", "zh-Hant-TW", "")),
    )


def pasts() -> st.SearchStrategy[Past]:
    return st.builds(
        Past,
        shown=counts,
        accepted=counts,
        partly=counts,
        typed=counts,
        rejected=counts,
        ignored=counts,
        chars_since_shown=st.none() | counts,
        run=counts,
        on_screen=st.sampled_from(("", "report for ", "x")),
    )


@st.composite
def paths(draw: st.DrawFn) -> Path:
    """A path of a few words; the first may have been typed in part or in full."""
    hypotheses = tuple(draw(st.lists(_hypotheses(), min_size=1, max_size=5)))
    num_typed = draw(st.integers(0, len(hypotheses[0].shown)))
    return grown(hypotheses, num_typed=num_typed, blank=draw(st.booleans()))


def grown(hypotheses: tuple[Hypothesis, ...], *, num_typed: int = 0, blank: bool = False) -> Path:
    """The path of some hypotheses behind letters typed of the first, as growth.py joins them."""
    text, prob, found = hypotheses[0].shown[num_typed:], 1.0, []
    for before, hypothesis in zip((None, *hypotheses), hypotheses, strict=False):
        prob *= hypothesis.prob
        found.append(prob)
        if before is not None:
            text += shown(hypothesis.word, before=before.word)
    return Path(hypotheses, text + " " * blank, tuple(found))


@st.composite
def _hypotheses(draw: st.DrawFn) -> Hypothesis:
    word = draw(st.sampled_from(WORDS))
    weights = draw(st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5))
    sources = {voice: weight / sum(weights) for voice, weight in zip(VOICES, weights, strict=True)}
    return Hypothesis(word, word.replace("⁀", ""), draw(probs), sources)
