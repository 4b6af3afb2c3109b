"""Strengths of the blend for one person: learned on messages that neither memory nor network has seen before.

It does not know where the messages came from, nor where strengths are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from foretype.compose.protocols import LanguageModel
from foretype.compose.strengths import Strengths
from foretype.corpus.documents import Document
from foretype.corpus.own_mail import OwnMail
from foretype.evals import blend_fit, lm_fit
from foretype.ngram.automaton import Automaton

MAX_TUNED = 200  # messages for counts
MANY_PLACES = 5_000  # words; with fewer, only what weighs the writer is learned


@dataclass(frozen=True, slots=True)
class Fitted:
    """Strengths, and the mean natural-log likelihood of a word by the counts alone, before and after."""

    strengths: Strengths
    num_words: int
    counts_before: float
    counts_after: float


def fit_own(
    mail: OwnMail,
    background: Automaton,
    lm: LanguageModel,
    start: Strengths,
    *,
    remembers: bool,
    num_read: int,
) -> Fitted | None:
    """The strengths that make `mail.tune` likeliest, from `start` on; None when it has no words. Needs scipy.

    `remembers`: a memory of `mail.learn` speaks too. The model reads at most `num_read` messages.
    """
    tune = mail.tune[-MAX_TUNED:]
    authors, num_warm = _authors(mail.learn, tune, remembers)
    places = blend_fit.collect(authors, background, num_warm=num_warm)
    if not len(places):
        return None
    names = (
        blend_fit.OWN if len(places) >= MANY_PLACES else ("user", "message") if remembers else ("message",)
    )
    counted = blend_fit.fit([places], start, names=names)
    authors, num_warm = _authors(mail.learn, tune[:num_read], remembers)
    spoken = lm_fit.collect_lm(authors, background, lm, strengths=counted, num_warm=num_warm)
    best = replace(counted, lm=lm_fit.fit_share([spoken], start.lm)) if len(spoken) else counted
    return Fitted(
        best,
        num_words=len(places),
        counts_before=blend_fit.log_likelihood(places, start),
        counts_after=blend_fit.log_likelihood(places, best),
    )


def _authors(
    learn: Sequence[Document], tune: Sequence[Document], remembers: bool
) -> tuple[list[Sequence[Document]], int]:
    """Whose messages are read in order, and how many of each are only learned."""
    if remembers:
        return [[*learn, *tune]], len(learn)
    return [[document] for document in tune], 0
