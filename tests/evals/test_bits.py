"""Bits per character: every token is counted once, given all before it, and only what somebody wrote counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretype.compose.lm_reader import document_tokens
from foretype.compose.request import Context
from foretype.corpus.documents import Document
from foretype.errors import InputError
from foretype.evals.bits import foresee, sample, score
from foretype.text.prompt import Markers
from scripted_lm import VOCABULARY, ScriptedLm, log_probs_after

TEXT = "Thanks for the report.\nLet me know"
DOCUMENT = Document("ann", TEXT, subject="Report", previous="Where is it?")


def slow_nats(document: Document, lm: ScriptedLm) -> float:
    """One question a token."""
    context = Context(subject=document.subject, previous=document.previous)
    before, nats = list(document_tokens(lm, "", context)), 0.0
    for token in lm.encode(document.text):
        nats -= float(log_probs_after(before)[token])
        before.append(token)
    return nats


@pytest.mark.parametrize("markers", [None, Markers(0, 1, 2, 3, 4, 5, 6, 7)])
def test_every_token_is_counted_once_given_all_before_it(markers: Markers | None) -> None:
    lm = ScriptedLm(markers=markers)
    found = score(DOCUMENT, lm)
    assert found is not None and len(lm.asked) == 1, "one pass"
    assert found.nats == pytest.approx(slow_nats(DOCUMENT, lm), rel=1e-5)
    assert (found.num_chars, found.num_words) == (len(TEXT), 7)


def test_a_set_has_as_many_bits_as_its_messages() -> None:
    lm = ScriptedLm()
    documents = [DOCUMENT, replace(DOCUMENT, text="See you on Monday.")]
    found = foresee(documents, lm)
    nats = sum(slow_nats(document, lm) for document in documents)
    assert found.bits_per_char.value == pytest.approx(nats / 0.6931472 / found.chars, rel=1e-5)
    assert found.nats_per_word.value == pytest.approx(nats / 11, rel=1e-5)
    assert found.bits_per_char.low <= found.bits_per_char.value <= found.bits_per_char.high


def test_a_text_that_tokens_do_not_spell_is_left_out_and_counted() -> None:
    class Lossy(ScriptedLm):
        def encode(self, text: str) -> list[int]:
            return [token for token in ScriptedLm.encode(self, text) if VOCABULARY[token] != b"\xc3"]

    found = foresee([DOCUMENT, replace(DOCUMENT, text="Zoë")], Lossy())
    assert (found.messages, found.altered) == (1, 1)
    with pytest.raises(InputError, match="1 messages altered"):
        foresee([replace(DOCUMENT, text="Zoë")], Lossy())


def test_a_sample_ends_before_masks_and_at_words_and_comes_from_all_over() -> None:
    documents = [replace(DOCUMENT, text=f"message {at} is long enough to cut") for at in range(10)]
    found = sample([*documents, replace(DOCUMENT, text="Call <phone> now")], limit=4, max_chars=13)
    assert [each.text for each in found] == ["message 0 is", "message 3 is", "message 6 is", "message 9 is"]
    assert [each.text for each in sample([replace(DOCUMENT, text="Call <phone> now")], limit=4)] == ["Call "]
    assert sample([replace(DOCUMENT, text="<url>")], limit=4) == []
