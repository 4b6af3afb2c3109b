"""What became of a suggestion, read off the text: every one ends once, and as the writer would say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.history import History
from foretype.compose.request import OutcomeKind

ACCEPTED, PARTLY, TYPED, REJECTED, IGNORED = (
    OutcomeKind.ACCEPTED,
    OutcomeKind.PARTLY,
    OutcomeKind.TYPED,
    OutcomeKind.REJECTED,
    OutcomeKind.IGNORED,
)


class Seen:
    """A history, and what it told."""

    def __init__(self) -> None:
        self.history = History()
        self.ends: list[tuple[OutcomeKind, int]] = []
        self._number = 0

    def key(self, text: str, grey: str = "") -> str:
        """The text is now `text`, and the answer shows `grey`; the key of what stands there."""
        self._number += 1
        self.history.read(text)
        if not grey:
            self.history.leave()
            return ""
        return self.history.show(grey, key=f"a{self._number}", after=text, end=self._end)

    def _end(self, outcome: OutcomeKind, characters: int) -> None:
        self.ends.append((outcome, characters))


@pytest.mark.parametrize(
    ("texts", "end"),
    [
        (["Thanks "], (ACCEPTED, 5)),
        (["Thanks"], (ACCEPTED, 4)),
        (["Tha", "Than", "Thank", "Thanks"], (TYPED, 4)),
        (["Tha", "Thx"], (IGNORED, 1)),
        (["Te"], (IGNORED, 0)),
        (["T"], (IGNORED, 0)),
        (["The whole paste"], (IGNORED, 0)),
    ],
)
def test_one_word_ends_as_the_text_says(texts: Sequence[str], end: tuple[OutcomeKind, int]) -> None:
    seen = Seen()
    seen.key("Th", "anks ")
    for text in texts:
        seen.history.read(text)
    assert seen.ends == [end]


def test_words_taken_before_the_text_went_on_otherwise_are_a_part() -> None:
    seen = Seen()
    seen.key("Th", "anks for the ")
    seen.key("Thanks for ", "the ")
    seen.key("Thanks for y", "our ")
    assert seen.ends == [(PARTLY, 9)]


def test_what_is_typed_along_stays_one_suggestion() -> None:
    seen = Seen()
    keys = {seen.key("Th", "anks for "), seen.key("Tha", "nks for "), seen.key("Than", "ks for it ")}
    assert keys == {"a1"} and seen.ends == []
    past = seen.history.past
    assert (past.shown, past.run, past.on_screen, past.chars_since_shown) == (1, 2, "ks for it ", 2)


def test_another_suggestion_ends_the_one_before_it() -> None:
    seen = Seen()
    assert seen.key("Th", "anks ") == "a1"
    assert seen.key("Thu", "rsday ") == "a2"
    assert seen.key("Thurs") == ""
    assert seen.ends == [(IGNORED, 0), (IGNORED, 2)]


def test_silence_ends_what_was_shown() -> None:
    seen = Seen()
    seen.key("Th", "anks ")
    seen.key("Tha")
    assert seen.ends == [(IGNORED, 1)]


def test_what_the_client_says_holds_and_is_heard_once() -> None:
    seen = Seen()
    key = seen.key("Th", "anks ")
    seen.history.told(key, REJECTED, characters=0)
    seen.history.told(key, ACCEPTED, characters=5)
    seen.history.read("Thanks ")
    assert seen.ends == [(REJECTED, 0)]
    assert seen.history.past.rejected == 1


def test_who_accepts_and_does_not_say_how_much_took_all() -> None:
    seen = Seen()
    seen.key("Th", "anks ")
    seen.history.told(seen.key("Tha", "nks "), ACCEPTED, characters=0)
    assert seen.ends == [(ACCEPTED, 5)]


@given(
    st.lists(
        st.tuples(
            st.text("ab ", max_size=6), st.text("ab ", max_size=4), st.sampled_from([None, *OutcomeKind])
        ),
        max_size=20,
    )
)
def test_every_suggestion_ends_exactly_once(keys: list[tuple[str, str, OutcomeKind | None]]) -> None:
    seen, shown = Seen(), set()
    for text, grey, told in keys:
        key = seen.key(text, grey)
        shown |= {key} - {""}
        if key and told:
            seen.history.told(key, told, characters=1)
    seen.history.leave()
    past = seen.history.past
    assert len(seen.ends) == len(shown) == past.shown
    assert past.accepted + past.partly + past.typed + past.rejected + past.ignored == past.shown
