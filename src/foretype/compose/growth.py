"""Growing a first word into a path: further words while they are sure, then the blank that saves a key.

It does not decide what is shown.
"""

from __future__ import annotations

from foretype.compose.decider import Reach
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis, Place
from foretype.compose.session import Session
from foretype.text.words import END, ends_sentence, is_break, is_opening, is_word, wants_space

BLANK_FROM = 0.5  # probability that a word follows, from which the blank before it is shown too


def grow(session: Session, first: Hypothesis, *, reach: Reach, max_words: int, deadline: float) -> Path:
    """The path that begins with `first` and goes on while `reach` agrees; never over a line's end."""
    typed = session.draft.typed
    before = session.draft.words[-1]
    text = (
        first.shown[len(typed) :]
        if typed
        else _joined(first, before, blank_typed=not session.draft.space_due)
    )
    if text and first.prob < reach.phrase_from:
        return Path((first,), text + _usual_blank(first), (first.prob,))
    hypotheses, probs = [first], [first.prob]
    here = session.place(deadline=deadline)
    session.verify(here, first, deadline=deadline)
    place = session.after(here, first)
    while len(hypotheses) < max_words and not ends_sentence(hypotheses[-1].word):
        following = place.hypotheses("", marks=True, limit=1)
        if not following or not _goes_further(reach, text, following[0]):
            break
        text += _joined(following[0], hypotheses[-1].word, blank_typed=False)
        hypotheses.append(following[0])
        probs.append(probs[-1] * following[0].prob)
        place = session.after(place, following[0])
    return Path(tuple(hypotheses), text + _blank(place, hypotheses[-1]), tuple(probs))


def _goes_further(reach: Reach, text: str, following: Hypothesis) -> bool:
    return not text or reach.goes_further(len(text), following.prob)


def _joined(hypothesis: Hypothesis, before: str, *, blank_typed: bool) -> str:
    spaced = wants_space(hypothesis.word, before=before) and not blank_typed
    return " " + hypothesis.shown if spaced else hypothesis.shown


def _usual_blank(last: Hypothesis) -> str:
    """The blank after a word that is too unsure to ask what follows it: most words have one."""
    return " " if is_word(last.word) else ""


def _blank(place: Place, last: Hypothesis) -> str:
    """The blank after the path, where a word is likely to follow."""
    if is_opening(last.word) or is_break(last.word) or last.word == END:
        return ""
    goes_on, ends = place.goes_on()
    wanted = goes_on >= BLANK_FROM if is_word(last.word) else ends < 1 - BLANK_FROM
    return " " if wanted else ""
