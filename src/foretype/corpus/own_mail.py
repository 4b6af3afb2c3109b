"""One's own messages out of a mailbox, and the parts they are cut into by time: to learn from, to tune on, to be judged by.

Nothing is judged by what came before something it learned from. It does not know networks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from foretype.corpus.documents import Document
from foretype.errors import InputError
from foretype.privacy.secrets import find_secrets
from foretype.text.words import join_words, split_words

MIN_CHARS = 40  # shorter messages are learned from, not judged by, as in a replay
MIN_MESSAGES = 60  # of MIN_CHARS: with fewer, six are left to judge by and every figure is chance
MONTH = timedelta(days=30)
LAST_SHARE = 0.1  # judged by where the last month is no fair part
FAIR_SHARES = (0.05, 0.3)  # of the messages, for the last month
MIN_JUDGED = 20  # messages, for the last month
TUNE_SHARE = 0.1  # of what is not judged by


@dataclass(frozen=True, slots=True)
class OwnMail:
    """A person's messages in order of time, cut in three."""

    learn: Sequence[Document]
    tune: Sequence[Document]
    judge: Sequence[Document]
    span: str  # what is judged by, in words

    @property
    def before(self) -> Sequence[Document]:
        """All that was written before what is judged by."""
        return [*self.learn, *self.tune]


def guess_owner(documents: Iterable[Document]) -> str:
    """Whose mailbox it is: the author who takes part in most messages, as writer or as reader.

    Raises InputError when nobody wrote anything.

    >>> boss, me = Document("boss@x.org", "Hi", people=("boss@x.org", "me@x.org")), Document("me@x.org", "Hi")
    >>> guess_owner([boss, boss, me])
    'me@x.org'
    """
    wrote: Counter[str] = Counter()
    took_part: Counter[str] = Counter()
    for document in documents:
        wrote[document.holder.casefold()] += 1
        took_part.update({person.casefold() for person in (document.holder, *document.people)})
    if not wrote:
        raise InputError("the mailbox: found no message with a text, wanted your sent mail; name its folder")
    return max(wrote, key=lambda author: (took_part[author], wrote[author]))


def own_messages(documents: Iterable[Document], me: Collection[str]) -> list[Document]:
    """What `me` wrote, each message once, oldest first; messages without a date keep their place in the file.

    Raises InputError when there is nothing, with the authors there are.
    """
    mine = {address.casefold() for address in me}
    authors: Counter[str] = Counter()
    found: dict[tuple[str, str, str | None], Document] = {}
    for document in documents:
        authors[document.holder.casefold()] += 1
        if document.holder.casefold() in mine and document.text.strip():
            found.setdefault((document.holder, document.text, document.sent_at), document)
    if not found:
        known = ", ".join(author for author, _ in authors.most_common(3)) or "nobody"
        raise InputError(
            f"the mailbox: found no message that {' or '.join(sorted(mine))} wrote (most are by {known}), "
            "wanted your own; give your address with --me"
        )
    return _by_time(list(found.values()))


def cut(messages: Sequence[Document]) -> OwnMail:
    """Parts by time: the last month to judge by, or the last tenth where a month is too little or too much.

    Raises InputError when there are too few messages.
    """
    long_ones = sum(len(message.text) >= MIN_CHARS for message in messages)
    if long_ones < MIN_MESSAGES:
        raise InputError(
            f"the mailbox: found {long_ones} messages of yours of at least {MIN_CHARS} characters, wanted "
            f"{MIN_MESSAGES}; `foretype learn` remembers what there is, and needs no training"
        )
    num_judged, span = _judged(messages)
    before, judge = messages[:-num_judged], messages[-num_judged:]
    num_tuned = max(1, round(len(before) * TUNE_SHARE))
    return OwnMail(before[:-num_tuned], before[-num_tuned:], judge, span)


def without_secrets(document: Document) -> Document:
    """The document up to the first word that looks like a secret: a network must not learn to say it.

    >>> without_secrets(Document("ann", "Hi Bob, the password is swordfish, see you")).text
    'Hi Bob, the password is'
    """
    words = split_words(document.text)
    places = find_secrets(words)
    return replace(document, text=join_words(words[: min(places)])) if places else document


def _by_time(messages: list[Document]) -> list[Document]:
    """Sorted by date; one without a date goes where the one before it in the file goes."""
    moments: list[datetime] = []
    last = datetime.min.replace(tzinfo=UTC)
    for message in messages:
        last = _moment(message) or last
        moments.append(last)
    order = sorted(range(len(messages)), key=lambda at: moments[at])
    return [messages[at] for at in order]


def _judged(messages: Sequence[Document]) -> tuple[int, str]:
    """How many of the last messages are judged by, and what they are."""
    last = _moment(messages[-1])
    month = 0 if last is None else sum((_moment(message) or last) > last - MONTH for message in messages)
    low, high = (share * len(messages) for share in FAIR_SHARES)
    if month >= MIN_JUDGED and low <= month <= high:
        return month, f"the last month ({month} messages)"
    tenth = max(1, round(len(messages) * LAST_SHARE))
    return tenth, f"the last tenth ({tenth} messages)"


def _moment(message: Document) -> datetime | None:
    if message.sent_at is None:
        return None
    try:
        found = datetime.fromisoformat(message.sent_at)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
