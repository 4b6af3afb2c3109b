"""A memory learns what was sent earlier once, however often it is taught."""

from __future__ import annotations

from pathlib import Path

from foretype.compose.request import Context
from foretype.ngram.lexicon import Lexicon
from foretype.personal.store import open_store
from foretype.personal.teaching import Taught, teach

SENT = [
    (text, Context()) for text in ("Let me know, Susan", "Thanks!", "Thanks!", "The password is swordfish")
]


def test_what_is_known_is_not_learned_again(tmp_path: Path) -> None:
    store = open_store(tmp_path, Lexicon(["let", "me", "know"]))
    first = teach(store, "u1", SENT, fold=list)
    again = teach(store, "u1", SENT, fold=list)
    assert (first.messages, first.known) == (4, 0)
    assert again == Taught(messages=0, words=0, known=4)
    store.close()


def test_teaching_that_was_cut_short_goes_on_behind_it(tmp_path: Path) -> None:
    store = open_store(tmp_path, Lexicon(["let", "me", "know"]))
    teach(store, "u1", SENT[:2], fold=list)
    rest = teach(store, "u1", SENT, fold=list)
    assert (rest.messages, rest.known) == (2, 2)
    assert len((store.export("u1") or {})["messages"]) == len(SENT)
    store.close()
