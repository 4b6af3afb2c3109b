"""A person's messages as a replay types them: those judged by, and before them all that was written earlier.

It does not know what is measured.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from foretype.compose.request import Context, Kind
from foretype.corpus.documents import Document
from foretype.corpus.own_mail import MIN_CHARS, OwnMail
from foretype.evals.messages import PREVIOUS_CHARS, Message

WRITER = "me"  # whose memory it is while it is measured


def choose(mail: OwnMail, *, limit: int) -> list[str]:
    """Which of the messages judged by are typed: at most `limit` that are long enough, evenly over time."""
    long_ones = [at for at, document in enumerate(mail.judge) if len(document.text) >= MIN_CHARS]
    return [f"mail-{at}" for at in spread(long_ones, limit)]


def replay_messages(mail: OwnMail, typed: Collection[str]) -> list[Message]:
    """Messages in order of time; all but those to be typed are `warm`: learned from only."""
    earlier = [_message(document, id=f"before-{at}", warm=True) for at, document in enumerate(mail.before)]
    judged = (
        _message(document, id=f"mail-{at}", warm=f"mail-{at}" not in typed)
        for at, document in enumerate(mail.judge)
    )
    return [*earlier, *judged]


def sent_messages(documents: Iterable[Document]) -> Iterator[tuple[str, Context]]:
    """Texts and what was around them, as a memory learns them."""
    return ((document.text, _message(document, id="", warm=True).context) for document in documents)


def spread(places: Sequence[int], limit: int) -> Iterator[int]:
    """At most `limit` of the places, evenly.

    >>> list(spread(range(10), 4))
    [0, 2, 5, 7]
    """
    count = min(limit, len(places))
    return (places[at * len(places) // count] for at in range(count))


def _message(document: Document, *, id: str, warm: bool) -> Message:
    return Message(
        id=id,
        author=WRITER,
        body=document.text,
        kind=Kind(document.kind) if document.kind in set(Kind) else Kind.NOTE,
        subject=document.subject,
        previous=document.previous[:PREVIOUS_CHARS],
        to=document.people[1:],
        date=document.sent_at,
        warm=warm,
    )
