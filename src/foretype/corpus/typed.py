"""What the author of a mail typed themselves, parted from what their program put around it.

Quoted lines, the mail being answered or forwarded, signatures and disclaimers go; what was quoted is kept
apart, as it is what the author was answering. The cues are the commonest of English, German, French, Spanish,
Italian, Portuguese and Dutch. It does not know who the author is, so it cannot tell an unmarked quotation
from the author's own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

MAX_ATTRIBUTION_LINES = 3  # "On Monday ... Susan Bell\n<susan@example.org>\nwrote:"
MAX_FOOTER_LINES = 12
MAX_HEADER_LINES = 4  # in which a header shows its second field
MAX_GAP = 50  # empty lines between a name and the header below it
MAX_ATTRIBUTION_CHARS = 300

_QUOTED = re.compile(
    r"^\s{0,8}(?:[A-Z]{0,3}|[A-Z][a-z]{1,9})[>»] ?"
)  # one level; "AB>", "Tim>" tell who is quoted
_MARK = re.compile(  # alone on its line: from here on another mail begins
    r"""(?xi) ^[\s*]{0,4} (?:
      -{2,40}\s*(?:original\ (?:message|appointment)|forwarded\ (?:by|message).*|ursprüngliche\ nachricht
        |message\ d'origine|mensaje\ original|messaggio\ originale|mensagem\ original|oorspronkelijk\ bericht)\b.*
    | begin\ forwarded\ message:? | (?:anfang\ der\ )?weitergeleitete\ nachricht:?
    )\s*$"""
)
_ATTRIBUTION = re.compile(
    r"""(?xis) ^\s* (?:
      on\ .{6,200}\ wrote | am\ .{6,200}\ schrieb\b.{0,120} | le\ .{6,200}\ a\ écrit | el\ .{6,200}\ escribió
    | il\ .{6,200}\ ha\ scritto | em\ .{6,200}\ escreveu | op\ .{6,200}\ schreef\b.{0,120}
    ) \s*:\s*$"""
)
_NAMED = re.compile(r"(?i)^.{3,120}\b(?:wrote|writes|schrieb):$")  # only above quoted lines
_FIELD = re.compile(
    r"(?i)^\W*(from|sent|date|to|cc|subject|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para|asunto)\s*:"
)
_FORWARD = re.compile(r"(?i)forward|weitergeleitet")
_FIRST_FIELDS = ("from", "von", "de", "to")
_LOTUS = re.compile(r"^(?:.{3,60}\s)?\d{1,2}/\d{1,2}/\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[AP]M)?\s*$")
_SIGNATURE = re.compile(r"^(?:--\s*|__|-----BEGIN PGP SIGNATURE-----)$")
_RULE = re.compile(r"^[_*=-]{30,}$")  # above what a list or a mail service adds
_ARMOUR = re.compile(r"^(?:-----BEGIN PGP SIGNED MESSAGE-----|Hash: [A-Z0-9]+)$")
_DISCLAIMER = re.compile(
    r"""(?xi)
      intended\ (?:solely\ |only\ |exclusively\ )?for\ the\ (?:\w+\ ){0,6}
        (?:recipient|addressee|individual|person|use)
    | not\ the\ (?:intended|named)\ (?:recipient|addressee) | (?:privileged|confidential)\ (?:and|or)\ .{0,40}
        (?:privileged|confidential|proprietary)
    | ^\W*(?:sent\ from\ my\ \w+|get\ outlook\ for|von\ meinem\ \w+\ gesendet|envoyé\ de\ mon\ )
    | ^\W*do\ you\ yahoo | ^\W*to\ unsubscribe | unsubscribe\b.{0,80}https?:
    | mailing\ list\s*\n?\s*<?(?:https?:|<url>) | ^\W*get\ your\ free\b.{0,80}(?:mail|hotmail)
    | virus(?:es)?\b.{0,60}\bscanned
    | diese\ e-?mail\ .{0,60}vertraulich | ce\ message\ .{0,80}confidentiel | este\ (?:mensaje|correo)\ .{0,80}confidencial
    """
)


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed text, what it answers, and which kinds of foreign text were cut."""

    text: str
    quoted: str = ""
    cuts: tuple[str, ...] = ()  # of "quote", "forward", "signature", "disclaimer"


@dataclass(frozen=True, slots=True)
class _Cut:
    """Lines that are not the author's; the first of them may only announce the others."""

    num_lines: int
    kind: str
    num_announcing: int = 0


def typed_part(text: str) -> Typed:
    """Part a mail's text.

    >>> typed_part("Fine with me.\\n\\nOn Mon, 14 May 2001, Susan Bell wrote:\\n> Thursday?")
    Typed(text='Fine with me.', quoted='Thursday?', cuts=('quote',))
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\xa0", " ").split("\n")]
    kept, quoted, cuts = _parted(lines)
    body, has_disclaimer = _without_disclaimers("\n".join(kept))
    if has_disclaimer:
        cuts.add("disclaimer")
    answered, _, _ = _parted(quoted)  # of a whole thread only the mail that was answered
    return Typed(body, _tidy("\n".join(answered)), tuple(sorted(cuts)))


def _parted(lines: Sequence[str]) -> tuple[list[str], list[str], set[str]]:
    """Typed lines, lines of what is answered, and the kinds of what was cut."""
    kept: list[str] = []
    quoted: list[str] = []
    cuts: set[str] = set()
    at = 0
    while at < len(lines):
        cut = _foreign(lines, at)
        if cut is None:
            kept.append(lines[at])
            at += 1
        else:
            cuts.add(cut.kind)
            quoted += _unquoted(lines[at + cut.num_announcing : at + cut.num_lines], cut.kind)
            at += cut.num_lines
    return kept, quoted, cuts


def _foreign(lines: Sequence[str], at: int) -> _Cut | None:
    """Which lines from `at` on are not the author's; None where they typed the first."""
    line = lines[at]
    if _QUOTED.match(line):
        return _Cut(1, "quote")
    if _SIGNATURE.match(line):
        return _Cut(_until_quote(lines, at, len(lines)), "signature")
    if _ARMOUR.match(line):
        return _Cut(1, "signature")
    if _RULE.match(line):
        length = _until_quote(lines, at, MAX_FOOTER_LINES)
        return _Cut(length, "signature") if length < MAX_FOOTER_LINES else None
    if _MARK.match(line) or _is_header(lines, at):
        return _Cut(len(lines) - at, "forward" if _FORWARD.search(line) else "quote")
    return _attribution(lines, at)


def _attribution(lines: Sequence[str], at: int) -> _Cut | None:
    """ "Susan wrote:" and, where no line below is marked as quoted, all that follows it."""
    if not lines[at]:
        return None
    length = _attribution_lines(lines, at)
    below = next((line for line in lines[at + max(length, 1) :] if line), "")
    if _QUOTED.match(below) and (length or _NAMED.match(lines[at])):
        return _Cut(max(length, 1), "quote", num_announcing=max(length, 1))
    return _Cut(len(lines) - at, "quote", num_announcing=length) if length else None


def _attribution_lines(lines: Sequence[str], at: int) -> int:
    for length in range(1, MAX_ATTRIBUTION_LINES + 1):
        some = lines[at : at + length]
        if not some[-1] or sum(map(len, some)) > MAX_ATTRIBUTION_CHARS:
            return 0
        if some[-1].endswith(":"):
            return length if _ATTRIBUTION.match("\n".join(some)) else 0
    return 0


def _is_header(lines: Sequence[str], at: int) -> bool:
    """Whether a block of "From:", "Sent:", "To:" begins here, or a line with name and time above one."""
    first = _FIELD.match(lines[at])
    if first:
        return first[1].lower() in _FIRST_FIELDS and _num_fields(lines, at + 1) >= 2
    if not _LOTUS.match(lines[at]):
        at += 1  # the name may stand on a line of its own
        if at == len(lines) or not lines[at - 1] or not _LOTUS.match(lines[at]):
            return False
    start = next((place for place in range(at + 1, min(at + MAX_GAP, len(lines))) if lines[place]), at)
    return _num_fields(lines, start) >= 1


def _num_fields(lines: Sequence[str], at: int) -> int:
    """How many different header fields stand from `at` on, without an empty line between."""
    below = takewhile(bool, lines[at : at + MAX_HEADER_LINES])
    return len({found[1].lower() for line in below if (found := _FIELD.match(line))})


def _until_quote(lines: Sequence[str], at: int, most: int) -> int:
    """How many lines a signature has, at `most`: it ends with the text, or where a quotation begins below it."""
    end = min(at + most, len(lines))
    for below in range(at + 1, end):
        line = lines[below]
        if (
            _QUOTED.match(line)
            or _MARK.match(line)
            or _attribution_lines(lines, below)
            or _is_header(lines, below)
        ):
            return below - at
    return end - at


def _unquoted(lines: Sequence[str], cut: str) -> list[str]:
    """What the author was answering, without one level of marks and without the lines that announce it."""
    if cut == "signature":
        return []
    bare = [_QUOTED.sub("", line) for line in lines]
    return bare[next((at for at in range(len(bare)) if bare[at] and not _announces(bare, at)), len(bare)) :]


def _announces(lines: Sequence[str], at: int) -> bool:
    cues = (_MARK, _FIELD, _LOTUS, _ATTRIBUTION, _NAMED)
    return _is_header(lines, at) or any(cue.match(lines[at]) for cue in cues)


def _without_disclaimers(text: str) -> tuple[str, bool]:
    """The text without the paragraphs at its end that say who may read it."""
    paragraphs = re.split(r"\n[ \t]*\n", text.rstrip())
    kept = len(paragraphs)
    while kept and _DISCLAIMER.search(paragraphs[kept - 1]):
        kept -= 1
    return _tidy("\n\n".join(paragraphs[:kept])), kept < len(paragraphs)


def _tidy(text: str) -> str:
    """No blank lines at the ends, at most one between paragraphs."""
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", text).strip()
