"""What the server sees of suggestions, for its own book: which was shown for what kind of message, and what became of it.

Answers are remembered by id until their outcome comes, the most recent only. Of a request its kind, locale and hour are
looked at, of an answer the number of words; no text, no user.

It does not know reports, noise or the network.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from foretype.compose.request import Answer, OutcomeKind, Request
from foretype.privacy.ldp.day import Seen
from foretype.serve.private.book import Book

NUM_RECENT = 10_000  # answers whose outcome may still come; as many as a busy minute has


@dataclass(frozen=True, slots=True)
class _Shown:
    kind: str
    locale: str
    num_words: int


def local_now() -> datetime:
    """The time, in this machine's zone."""
    return datetime.now(UTC).astimezone()


class Watch:
    """Counts into `book`. Safe for threads; `ended` writes to the disk, `answered` does not."""

    def __init__(self, book: Book, *, now: Callable[[], datetime] = local_now) -> None:
        self.book = book
        self._now = now
        self._recent: OrderedDict[str, _Shown] = OrderedDict()
        self._lock = threading.Lock()

    def answered(self, request: Request, answer: Answer) -> None:
        """Remember what was suggested, if anything was."""
        if not answer.suggestions:
            return
        shown = _Shown(request.context.kind, request.context.locale, answer.suggestions[0].words)
        with self._lock:
            self._recent[answer.id] = shown
            while len(self._recent) > NUM_RECENT:
                self._recent.popitem(last=False)

    def ended(self, answer_id: str, outcome: OutcomeKind) -> None:
        """Count a suggestion once, at its first outcome; unknown ids are passed over."""
        with self._lock:
            shown = self._recent.pop(answer_id, None)
        if shown is None:
            return
        now = self._now()
        seen = Seen(outcome, shown.kind, now.hour, shown.num_words, shown.locale, "server")
        self.book.count(seen, today=now.astimezone(UTC).date())

    def close(self) -> None:
        self.book.close()
