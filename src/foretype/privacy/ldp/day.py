"""A day's counts on the device, and the true answer that they give to each question.

Of all suggestions shown, one is drawn as they come, each as likely as any other (Vitter's reservoir of one), so an answer
tells of a day and a device weighs as much as any other, however much is written on it. Words and text never come here.

It does not know noise, storage or the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from foretype.privacy.ldp.noise import Words, below
from foretype.privacy.ldp.plan import NONE, Choice, Statistic

Client = Literal["server", "browser", "editor"]  # the server's own doors, an engine in the page, an editor
TAKEN = frozenset({"accepted", "partly"})
OTHER_LOCALE = "other"

_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}))?(?:[-_.@].*)?")


@dataclass(frozen=True, slots=True)
class Seen:
    """One suggestion that was shown, and what became of it."""

    outcome: str  # a compose OutcomeKind
    kind: str  # a compose Kind
    hour: int  # 0 to 23, local
    num_words: int
    locale: str
    client: Client


@dataclass(frozen=True, slots=True)
class Day:
    """What is kept of a day: two counts and one suggestion."""

    num_shown: int = 0
    num_taken: int = 0
    drawn: Seen | None = None  # None: nothing was shown


def count(day: Day, seen: Seen, *, words: Words) -> Day:
    """The day with one suggestion more.

    >>> count(Day(), Seen("typed", "chat", 9, 2, "en-US", "server"), words=lambda: 0).num_shown
    1
    """
    num_shown = day.num_shown + 1
    is_drawn = below(num_shown, words) == 0
    drawn = seen if is_drawn or day.drawn is None else day.drawn
    return Day(num_shown, day.num_taken + (seen.outcome in TAKEN), drawn)


def count_all(seen: Iterable[Seen], *, words: Words) -> Day:
    """The day of all these suggestions."""
    return reduce(lambda day, each: count(day, each, words=words), seen, Day())


def true_answer(statistic: Statistic, day: Day) -> str:
    """What the day answers, before any noise: never to be stored or sent.

    >>> from foretype.privacy.ldp.plan import BY_NAME
    >>> true_answer(BY_NAME["shown"], Day(12, 3)), true_answer(BY_NAME["kind"], Day())
    ('10-49', 'none')
    """
    match statistic.name:
        case "taken":
            return "yes" if day.num_taken else "no"
        case "shown":
            return _shown(day.num_shown)
        case "share":
            return _share(day)
        case name:
            return NONE if day.drawn is None else _of_drawn(name, day.drawn)


def symbol(choice: Choice, day: Day) -> int:
    """The true answer's number among the possible ones."""
    return choice.values.index(true_answer(choice, day))


def locale_of(tag: str) -> str:
    """Language and region of a locale's tag; nothing else of what an application may have put there.

    >>> locale_of("en_us.UTF-8"), locale_of("de"), locale_of("zh-Hant-TW"), locale_of("call me at 5")
    ('en-US', 'de', 'zh-TW', 'other')
    """
    found = _LOCALE.fullmatch(tag)
    if found is None:
        return OTHER_LOCALE
    language, region = found.groups()
    return f"{language.lower()}-{region.upper()}" if region else language.lower()


def _shown(num_shown: int) -> str:
    bounds = ((1, "0"), (10, "1-9"), (50, "10-49"), (200, "50-199"))
    return next((name for bound, name in bounds if num_shown < bound), "200+")


def _share(day: Day) -> str:
    if not day.num_shown:
        return NONE
    percent = 100 * day.num_taken // day.num_shown
    if not day.num_taken:
        return "0%"
    return "under 10%" if percent < 10 else "10-29%" if percent < 30 else "30%+"


def _of_drawn(name: str, drawn: Seen) -> str:
    match name:
        case "hour":
            first = drawn.hour // 4 * 4
            return f"{first}-{first + 3}"
        case "length":
            return _length(drawn.num_words)
        case "locale":
            return locale_of(drawn.locale)
        case _:
            return str(getattr(drawn, name))


def _length(num_words: int) -> str:
    return str(max(1, num_words)) if num_words < 3 else "3-4" if num_words < 5 else "5+"
