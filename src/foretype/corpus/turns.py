"""Turns of a conversation as documents: who said it, and what it answers.

What a turn answers is the last that somebody else said. It does not know the format the turns came in.
"""

from __future__ import annotations

from foretype.corpus.documents import Document
from foretype.corpus.skips import Reason, Skip

MAX_TURN_CHARS = 20_000  # longer ones are pasted


class Conversation:
    """Remembers what was said last.

    >>> talk = Conversation("irc")
    >>> for speaker, text in (("ann", "lunch?"), ("Bob", "yes"), ("Bob", "when?")):
    ...     document = talk.say_one(speaker, text, where="log:1")
    >>> document.previous, document.holder
    ('lunch?', 'bob')
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._speaker = ""
        self._said = ""  # all that this speaker said in one go ends with it
        self._answered = ""  # what somebody else had said before

    def say_one(self, speaker: str, text: str, *, where: str, sent_at: str | None = None) -> Document | Skip:
        """The turn as a document, or why there is none."""
        speaker, text = speaker.strip().lower(), text.strip()
        if not speaker:
            return Skip(where, Reason.NO_AUTHOR)
        if not text:
            return Skip(where, Reason.NO_TEXT)
        if len(text) > MAX_TURN_CHARS:
            return Skip(where, Reason.TOO_LONG)
        if speaker != self._speaker:
            self._speaker, self._answered = speaker, self._said
        self._said = text
        return Document(
            holder=speaker,
            text=text,
            kind="chat",
            previous=self._answered,
            people=(speaker,),
            source=self._source,
            sent_at=sent_at,
        )
