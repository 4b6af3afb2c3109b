"""What a language model reads before and of a message: the same tokens in training and at a keystroke.

A model of our own is told by special tokens what is what; any other model reads words. It does not know how texts become
tokens: `encode` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

Encode: TypeAlias = Callable[[str], Sequence[int]]

MAX_SUBJECT_CHARS = 80
MAX_PREVIOUS_CHARS = 160  # more context costs a first answer more than it brings (experiments/LOG.md)
MAX_TEXT_CHARS = 1500  # of a long message, the last part is read, from a multiple of this


@dataclass(frozen=True, slots=True)
class Markers:
    """Ids of the special tokens that tell a model of our own what it reads. They have no bytes."""

    start: int
    email: int
    chat: int
    note: int
    previous: int
    subject: int
    text: int
    end: int  # its probability is the chance that the message ends here

    def kind(self, name: str) -> int:
        """The marker of a kind of message; a kind that was not trained reads as a note.

        >>> Markers(0, 1, 2, 3, 4, 5, 6, 7).kind("chat"), Markers(0, 1, 2, 3, 4, 5, 6, 7).kind("poem")
        (2, 3)
        """
        return {"email": self.email, "chat": self.chat}.get(name, self.note)


MARKER_NAMES: Mapping[str, str] = {field.name: f"<|{field.name}|>" for field in fields(Markers)}


def find_markers(ids: Mapping[str, int]) -> Markers | None:
    """The markers among special tokens by name, or None if any of them is missing.

    >>> find_markers({name: at for at, name in enumerate(MARKER_NAMES.values())}).end
    7
    >>> find_markers({"<|start|>": 0}) is None
    True
    """
    if not all(name in ids for name in MARKER_NAMES.values()):
        return None
    return Markers(**{field: ids[name] for field, name in MARKER_NAMES.items()})


def context_tokens(
    encode: Encode, markers: Markers, *, kind: str, previous: str = "", subject: str = ""
) -> list[int]:
    """Everything before the first token of the text, the text's marker included.

    >>> letters = lambda text: [ord(letter) for letter in text]
    >>> context_tokens(letters, Markers(0, 1, 2, 3, 4, 5, 6, 7), kind="email", subject=" AB ")
    [0, 1, 5, 65, 66, 6]
    """
    tokens = [markers.start, markers.kind(kind)]
    for marker, field in (
        (markers.previous, previous_end(previous)),
        (markers.subject, subject_start(subject)),
    ):
        if field:
            tokens += [marker, *encode(field)]
    return [*tokens, markers.text]


def context_words(*, previous: str = "", subject: str = "") -> str:
    """The same for a model that knows no markers: text before the text.

    >>> context_words(subject="Report")
    'Subject: Report\\n\\n'
    """
    subject = subject_start(subject)
    parts = [previous_end(previous), f"Subject: {subject}" if subject else ""]
    return "".join(part + "\n\n" for part in parts if part)


def previous_end(text: str) -> str:
    """The end of the message that is answered, from the beginning of a word on.

    >>> previous_end("word " * 40) == ("word " * 32).strip()
    True
    """
    text = text.strip()
    if len(text) <= MAX_PREVIOUS_CHARS:
        return text
    end = text[-MAX_PREVIOUS_CHARS:]
    return end[end.find(" ") + 1 :]  # all of it where no word begins


def subject_start(text: str) -> str:
    """The beginning of the subject."""
    return text.strip()[:MAX_SUBJECT_CHARS]


def recent(text: str) -> str:
    """The last part of a long text, cut at steps so that most keys share the beginning.

    >>> recent("short"), len(recent("word " * 2000))
    ('short', 2495)
    """
    if len(text) <= 2 * MAX_TEXT_CHARS:
        return text
    start = (len(text) // MAX_TEXT_CHARS - 1) * MAX_TEXT_CHARS
    return text[text.find(" ", start) + 1 :] if " " in text[start:] else text[start:]


def text_tokens(encode: Encode, text: str) -> list[int]:
    """Tokens of a text that goes on: a line's end is cut as it is where letters follow.

    >>> text_tokens(lambda text: text.encode(), "a\\n")
    [97, 10]
    """
    return list(encode(text)) if not text.endswith("\n") else list(encode(text + "A"))[:-1]
