"""What became of what was shown in one message: read off the text as it grows, or told by the writer's client.

A suggestion that the writer types along stays one suggestion, however many answers repeat it. Each ends exactly once:

    accepted   all of it was taken: more than a letter came at once, up to a word's end, or the client says so
    partly     words of it were taken, and the text went on otherwise
    typed      all of it was written, letter by letter
    rejected   the client says so (Esc)
    ignored    the text went on otherwise, or the message ended

It does not know time, nor where outcomes go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from foretype.compose.request import OutcomeKind


@dataclass(frozen=True, slots=True)
class Past:
    """What happened in this message so far, in numbers; `on_screen` is grey text that the letters typed agree with."""

    shown: int = 0
    accepted: int = 0
    partly: int = 0
    typed: int = 0
    rejected: int = 0
    ignored: int = 0
    chars_since_shown: int | None = None  # since a suggestion last appeared; None before the first
    run: int = 0  # letters typed along what is on the screen
    on_screen: str = ""


NO_PAST = Past()


@dataclass(slots=True)
class Shown:
    """One suggestion from its appearance to its end. `rest` follows `base`, the text before the caret."""

    key: str  # id of the answer that showed it first
    base: str
    rest: str
    end: Callable[
        [OutcomeKind, int], None
    ]  # told once: what it became, how many of its characters are in the text
    run: int = 0  # letters of it that were typed
    taken: int = 0

    @property
    def num_chars(self) -> int:
        return self.run + self.taken


@dataclass(slots=True)
class History:
    """One message's suggestions. Safe for threads: a client's word may come while a key is answered."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: dict[OutcomeKind, int] = field(default_factory=lambda: dict.fromkeys(OutcomeKind, 0))
    _now: Shown | None = None
    _num_shown: int = 0
    _shown_at: int | None = None  # length of the text when one last appeared
    _num_chars: int = 0

    def read(self, text: str) -> None:
        """The text before the caret is now `text`."""
        with self._lock:
            self._num_chars = len(text)
            shown = self._now
            if shown is None or text == shown.base:
                return
            if text.startswith(shown.base):
                self._go_on(shown, text[len(shown.base) :], text)
            else:
                self._end(shown)

    def show(self, text: str, *, key: str, after: str, end: Callable[[OutcomeKind, int], None]) -> str:
        """Grey `text` stands now behind `after`, the text that was last read; the key that it goes by.

        That is `key`, or the key of the suggestion that it goes on with; then `end` is not needed.
        """
        with self._lock:
            shown = self._now
            if shown is not None and (text.startswith(shown.rest) or shown.rest.startswith(text)):
                shown.rest = text
                return shown.key
            self._leave()
            self._now = Shown(key, after, text, end)
            self._num_shown += 1
            self._shown_at = len(after)
            return key

    def told(self, key: str, outcome: OutcomeKind, *, characters: int) -> None:
        """The writer's client says what became of a suggestion; one that has ended already stays as it is.

        A client that accepts and does not say how many characters, took all.
        """
        with self._lock:
            shown = self._now
            if shown is not None and shown.key == key:
                is_all = outcome is OutcomeKind.ACCEPTED and not characters
                self._finish(shown, outcome, shown.num_chars + len(shown.rest) if is_all else characters)

    def withdraw(self, key: str) -> None:
        """What the answer `key` showed first never reached the writer: it has no end, and was not shown."""
        with self._lock:
            if self._now is not None and self._now.key == key:
                self._now = None
                self._num_shown -= 1

    def leave(self) -> None:
        """Nothing is shown any more: silence, or the end of the message."""
        with self._lock:
            self._leave()

    @property
    def past(self) -> Past:
        """What has happened up to the text that was last read."""
        count, shown = self._counts, self._now
        return Past(
            shown=self._num_shown,
            accepted=count[OutcomeKind.ACCEPTED],
            partly=count[OutcomeKind.PARTLY],
            typed=count[OutcomeKind.TYPED],
            rejected=count[OutcomeKind.REJECTED],
            ignored=count[OutcomeKind.IGNORED],
            chars_since_shown=None if self._shown_at is None else max(0, self._num_chars - self._shown_at),
            run=0 if shown is None else shown.run,
            on_screen="" if shown is None else shown.rest,
        )

    def _leave(self) -> None:
        if self._now is not None:
            self._end(self._now)

    def _go_on(self, shown: Shown, more: str, text: str) -> None:
        agreed = _num_common(shown.rest, more)
        if len(more) > 1 and _ends_word(shown.rest, agreed):
            shown.taken += agreed
        else:
            shown.run += agreed
        if agreed >= len(shown.rest.rstrip()):
            self._finish(shown, OutcomeKind.ACCEPTED if shown.taken else OutcomeKind.TYPED, shown.num_chars)
        elif agreed < len(more):
            self._end(shown)
        else:
            shown.base, shown.rest = text, shown.rest[agreed:]

    def _end(self, shown: Shown) -> None:
        self._finish(shown, OutcomeKind.PARTLY if shown.taken else OutcomeKind.IGNORED, shown.num_chars)

    def _finish(self, shown: Shown, outcome: OutcomeKind, characters: int) -> None:
        self._now = None
        self._counts[outcome] += 1
        shown.end(outcome, characters)


def _num_common(left: str, right: str) -> int:
    pairs = zip(left, right, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _ends_word(text: str, at: int) -> bool:
    """Whether a word of `text`, or the text, ends at `at`."""
    return at > 0 and not (text[at - 1].isalnum() and text[at : at + 1].isalnum())
