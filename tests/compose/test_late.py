"""A language model that is late, busy or silent costs nothing but its voice."""

from __future__ import annotations

from itertools import pairwise

import pytest

from foretype.compose.composer import Composer
from foretype.compose.lm_reader import LmReader
from foretype.compose.lm_voice import VoiceCache
from foretype.compose.request import Answer, Request
from scripted_lm import ScriptedLm, log_probs_after

from .conftest import MakeComposer

NO_TIME_MS = 0.0
PATIENT_MS = 60_000.0


def ask(composer: Composer, text: str, *, deadline_ms: float = NO_TIME_MS) -> Answer:
    return composer.answer(Request(text, session="m", deadline_ms=deadline_ms))


def lm_shares(answer: Answer) -> float:
    return max(suggestion.sources.get("lm", 0.0) for suggestion in answer.suggestions)


def test_a_late_model_leaves_the_counts_to_answer(
    with_lm: Composer, composer: Composer, lm: ScriptedLm
) -> None:
    lm.is_late = True
    answer = ask(with_lm, "Please find att")
    counts = ask(composer, "Please find att")
    assert [each.text for each in answer.suggestions] == [each.text for each in counts.suggestions]
    assert lm_shares(answer) == 0
    assert answer.lm_steps >= 1, "it was waited for"


def test_the_next_key_uses_the_late_answer(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.is_late = True
    ask(with_lm, "Please find ")
    num_asked = len(lm.asked)
    lm.answer_all()
    answer = ask(with_lm, "Please find a")
    assert lm_shares(answer) > 0
    assert answer.lm_steps == 0
    assert [asked.tokens for asked in lm.asked].count(lm.asked[0].tokens) == 1 <= num_asked


def test_a_model_that_never_answers_is_asked_once_a_place(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.is_late = True
    for text in ("Please find ", "Please find a", "Please find at", "Please find att"):
        ask(with_lm, text)
    tokens = [asked.tokens for asked in lm.asked]
    assert len(tokens) == len(set(tokens))


def test_a_busy_model_leaves_the_counts_to_answer_and_is_asked_again(
    with_lm: Composer, lm: ScriptedLm
) -> None:
    lm.is_busy = True
    assert lm_shares(ask(with_lm, "Please find a", deadline_ms=PATIENT_MS)) == 0
    lm.is_busy = False
    assert lm_shares(ask(with_lm, "Please find at", deadline_ms=PATIENT_MS)) > 0


def test_what_nobody_wants_any_more_is_cancelled(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.is_late = True
    ask(with_lm, "Please find ")
    ask(with_lm, "Hi Susan, thanks for ")
    assert lm.waiting[0][1].cancelled()
    lm.answer_all()
    assert lm_shares(ask(with_lm, "Hi Susan, thanks for t")) > 0


def test_a_failing_model_is_asked_again_by_the_next_key(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.is_late = True
    ask(with_lm, "Please find ")
    lm.waiting.pop(0)[1].set_exception(RuntimeError("out of memory"))
    lm.answer_all()
    lm.is_late = False
    with pytest.raises(RuntimeError, match="out of memory"):
        ask(with_lm, "Please find a", deadline_ms=PATIENT_MS)
    assert lm_shares(ask(with_lm, "Please find a", deadline_ms=PATIENT_MS)) > 0


def test_a_draft_is_verified_in_one_pass(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.sure_of = "i think that we should meet on Monday"
    answer = ask(with_lm, "i think that we sh", deadline_ms=PATIENT_MS)
    passes = [asked for asked in lm.asked if asked.num_wanted > 1]
    assert len(passes) == 1
    assert len(answer.suggestions[0].text.split()) > 2
    assert all(sources["lm"] > 0 for sources in answer.suggestions[0].word_sources[1:])


def test_a_model_that_disagrees_shortens_what_counts_were_sure_of(
    with_lm: Composer, composer: Composer, lm: ScriptedLm
) -> None:
    text = "i think that we sh"
    alone = ask(composer, text).suggestions[0]
    lm.sure_of = "i think that we should see the report"
    assert ask(with_lm, text, deadline_ms=PATIENT_MS).suggestions[0].words < alone.words


def reader(lm: ScriptedLm) -> LmReader:
    return LmReader(lm, VoiceCache(lm), session="m", clock=lambda: 0.0)


def test_a_draft_gives_what_single_questions_give(lm: ScriptedLm) -> None:
    drafts = [" the", " the report", " the report for", " the report for you"]
    together, singly = reader(lm), reader(lm)
    voices = together.read_draft(drafts, deadline=1.0)
    for draft, voice in zip(drafts, voices, strict=True):
        alone = singly.voice(draft, deadline=1.0)
        assert voice is not None and alone is not None
        assert voice.mass("re", space=True) == alone.mass("re", space=True)
    assert [asked.num_wanted for asked in lm.asked] == [4, 1, 1, 1, 1]


def test_a_draft_cut_into_other_tokens_is_left_out(lm: ScriptedLm) -> None:
    """ "…th" ends in a token of its own that "…the" does not have: what follows "…th" is not in that pass."""
    voices = reader(lm).read_draft([" th", " the"], deadline=1.0)
    assert voices[0] is None and voices[1] is not None


def test_a_long_text_is_read_from_a_step_on_and_its_beginning_is_shared(lm: ScriptedLm) -> None:
    sent = []
    for number in range(1000, 1012):
        reading = reader(lm)
        reading.read("word " * number, context=Request("").context)
        reading.voice("", deadline=1.0)
        sent.append(lm.asked[-1].tokens)
    assert max(map(len, sent)) < 4_000
    assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(sent))


def test_what_one_message_read_another_need_not_ask(lm: ScriptedLm) -> None:
    voices = VoiceCache(lm)
    for name in ("m", "n"):
        assert LmReader(lm, voices, session=name).voice(" the", deadline=0.0) is not None
    assert len(lm.asked) == 1


def test_voices_are_kept_in_bounded_memory(lm: ScriptedLm) -> None:
    voices = VoiceCache(lm, max_voices=2)
    for token in (1, 2, 1, 3):
        if voices.get((token,)) is None:
            voices.put((token,), log_probs_after((token,)))
    assert [voices.get((token,)) is not None for token in (1, 2, 3)] == [True, False, True]


def test_settled_texts_are_not_kept_in_the_table_of_words(lm: ScriptedLm) -> None:
    voices = VoiceCache(lm)
    reading = LmReader(lm, voices, session="m", clock=lambda: 0.0)
    reading.read("A text that nobody should find again", context=Request("").context)
    assert voices.table._encode.cache_info().currsize == 0


def test_closing_closes_model_and_store(make_composer: MakeComposer, lm: ScriptedLm) -> None:
    composer = make_composer(lm=lm)
    composer.close()
    assert lm.is_closed and composer.store.is_closed  # type: ignore[attr-defined]
