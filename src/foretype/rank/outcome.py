"""One outcome as it is kept: numbers and bounded codes, made of a suggestion that has ended. Here words are left behind.

It does not know where it is kept, nor for how long.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from foretype.compose.outcomes import Ended
from foretype.compose.request import Kind, OutcomeKind
from foretype.rank.features import row_of

OUTCOMES = tuple(OutcomeKind)  # a code is a place in these
KINDS = tuple(Kind)
SOURCES = ("background", "tenant", "user", "message", "lm")
OTHER_LOCALE = "other"
# A language and a country, and no free text: what else a client may send as a locale is not kept.
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2}))?(?:[-_.@].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is kept of one suggestion. No field is a text of the user's, nor can be turned into one."""

    answer: int  # stands for the answer's id
    at: int  # seconds since 1970
    day: int  # of the writer's calendar, as date.toordinal
    hour: int  # of the writer's clock, 0 to 23
    weekday: int  # Monday is 0
    user: int | None  # stands for the user, by a key that is this journal's own
    domain: int | None  # stands for the first recipient's mail domain, by the same key
    outcome: OutcomeKind
    characters: int  # of it that came into the text
    length: int  # characters that were shown
    words: int
    position: int  # characters before the caret
    prob: float  # that all of it is right
    latency_ms: float
    kind: Kind
    locale: str  # such as "en-US", "de", or "other"
    model: str
    mix: tuple[float, ...]  # shares of SOURCES
    features: bytes  # float32, as schema.FEATURES


def outcome_of(ended: Ended, *, now: datetime, user: int | None, domain: int | None = None) -> Outcome:
    """The outcome of a suggestion that ended `now` (with the writer's time zone)."""
    context, path = ended.situation.context, ended.path
    written = context.sent_at or now
    return Outcome(
        answer=number_for(ended.answer_id),
        at=int(now.timestamp()),
        day=now.toordinal(),
        hour=written.hour,
        weekday=written.weekday(),
        user=user,
        domain=domain,
        outcome=ended.outcome,
        characters=min(ended.characters, len(path.text)),
        length=len(path.text),
        words=len(path.text.split()),
        position=ended.situation.position.num_chars,
        prob=path.confidences[-1],
        latency_ms=ended.elapsed_ms,
        kind=context.kind,
        locale=plain_locale(context.locale),
        model=ended.model,
        mix=_mix([hypothesis.sources for hypothesis in path.hypotheses]),
        features=row_of(path, ended.situation).tobytes(),
    )


def number_for(name: str, *, key: bytes = b"") -> int:
    """A whole number of 64 bits that stands for a name; without the key nobody can tell for which."""
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8, key=key)
    return int.from_bytes(digest.digest(), "little", signed=True)


def domain_of(to: Sequence[str]) -> str | None:
    """The mail domain of the first recipient, None where there is none.

    >>> domain_of(("Ann@Example.ORG", "bob@example.com")), domain_of(("ann",)), domain_of(())
    ('example.org', None, None)
    """
    _, at, domain = to[0].strip().rstrip(">").rpartition("@") if to else ("", "", "")
    return domain.casefold() if at and domain else None


def plain_locale(locale: str) -> str:
    """Language and country of a locale, or "other".

    >>> plain_locale("EN_us"), plain_locale("zh-Hant-TW"), plain_locale("de"), plain_locale("my secret")
    ('en-US', 'zh-TW', 'de', 'other')
    """
    found = _LOCALE.fullmatch(locale)
    if found is None:
        return OTHER_LOCALE
    language, country = found[1].lower(), found[2]
    return f"{language}-{country.upper()}" if country else language


def _mix(sources: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """The mean share of each source."""
    return tuple(sum(each.get(source, 0.0) for each in sources) / len(sources) for source in SOURCES)
