"""Which words of a message its author has written before, each with the word before it.

Splits a replay's savings into seen and unseen text: n-grams and memory win on the one, a network on the
other. It does not know what any system has learned; it only keeps the pairs that replay handed over for
learning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from foretype.evals.messages import Message

WORD = re.compile(r"\s*(\S+)")


class Familiar:
    """Pairs of neighbouring words by author, case folded.

    >>> familiar = Familiar()
    >>> familiar.learn(Message(id="1", author="ann", body="see you soon"))
    >>> sum(familiar.seen("ann", "See you later"))
    7
    """

    def __init__(self) -> None:
        self._pairs: defaultdict[str | None, set[tuple[str, str]]] = defaultdict(set)

    def learn(self, message: Message) -> None:
        """Keep the pairs of a message's whole body."""
        self._pairs[message.author].update(pair for pair, _ in _pairs(message.body))

    def seen(self, author: str | None, body: str) -> tuple[bool, ...]:
        """For each character of `body`: has the author written its word after the word before it?

        Blanks count with the word that follows; blanks at the end are unseen.
        """
        known = self._pairs[author]
        marks = [False] * len(body)
        for pair, (start, end) in _pairs(body):
            if pair in known:
                marks[start:end] = [True] * (end - start)
        return tuple(marks)


def _pairs(body: str) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    before = ""
    for match in WORD.finditer(body):
        word = match.group(1).casefold()
        yield (before, word), match.span()
        before = word
