"""A model of our own reads its context between special tokens, never as words."""

from __future__ import annotations

from foretype.compose.composer import Composer
from foretype.compose.request import Context, Kind, Request
from foretype.text.prompt import Markers
from scripted_lm import VOCABULARY, ScriptedLm

from .conftest import MakeComposer

FIRST = len(VOCABULARY)
MARKERS = Markers(*range(FIRST, FIRST + 8))


def asked(composer: Composer, lm: ScriptedLm, context: Context) -> tuple[int, ...]:
    composer.answer(Request("Thanks for the report", context=context))
    return lm.asked[0].tokens


def test_context_comes_between_markers(make_composer: MakeComposer) -> None:
    lm = ScriptedLm(markers=MARKERS)
    context = Context(kind=Kind.CHAT, subject="Report", previous="Where is it?")
    tokens = asked(make_composer(lm=lm), lm, context)
    before = [MARKERS.start, MARKERS.chat, MARKERS.previous, *lm.encode("Where is it?")]
    before += [MARKERS.subject, *lm.encode("Report"), MARKERS.text]
    assert tokens == (*before, *lm.encode("Thanks for the"))


def test_a_bare_text_has_its_start_its_kind_and_its_marker(make_composer: MakeComposer) -> None:
    lm = ScriptedLm(markers=MARKERS)
    tokens = asked(make_composer(lm=lm), lm, Context())
    assert tokens == (MARKERS.start, MARKERS.email, MARKERS.text, *lm.encode("Thanks for the"))


def test_a_model_without_markers_reads_words(make_composer: MakeComposer) -> None:
    lm = ScriptedLm()
    tokens = asked(make_composer(lm=lm), lm, Context(subject="Report"))
    assert tokens == (*lm.prelude, *lm.encode("Subject: Report\n\nThanks for the"))


def test_tokens_without_bytes_are_never_proposed(make_composer: MakeComposer) -> None:
    """However sure the model is that the message ends here."""
    sure = ScriptedLm(markers=Markers(*range(8)), token_bytes=(*[b""] * 8, *VOCABULARY[8:]))
    composer = make_composer(lm=sure)
    for text in ("", "Thanks", "Thanks ", "Thanks for the", "Thanks for the r"):
        for suggestion in composer.answer(Request(text, n=5)).suggestions:
            assert "<|" not in suggestion.text and suggestion.text.strip()
