"""One piece of text, what stands between two blanks, cut into punctuation and a word or an entity.

Which marks stick to a word, and what is masked, is decided here. It does not know lines, breaks or carets.
"""

from __future__ import annotations

import re

TIE = "⁀"  # marks the side on which punctuation sticks to its neighbour
ENTITIES = frozenset({"<email>", "<url>", "<phone>", "<num>", "<name>"})

MAX_DIGITS = 4  # longer numbers are entities: account, phone and card numbers; a year is not
MAX_WORD_CHARS = 48  # longer pieces are noise or keys

_OPEN = "([{<\"'“‘«*_#$€£~"
_CLOSE = ".,;:!?)]}>\"'”’»…*_%"
# Right behind these alone a caret takes them for an opening; "*" may become a list's bullet.
OPENS_ALONE = frozenset('([{"“‘«')
_MASK = re.compile("<(?:email|url|phone|num|name|address|date|password)>")
_OPENED_MASK = re.compile(rf"([{re.escape(_OPEN)}]*?)({_MASK.pattern})")
_RUNS = re.compile(rf"(.)\1{{0,{MAX_WORD_CHARS - 1}}}", re.DOTALL)


def piece_words(piece: str) -> list[str]:
    """Tokens of a piece.

    >>> piece_words('("10:30"),'), piece_words("bob@example.com.")
    (['(⁀', '"⁀', '10:30', '⁀"', '⁀)', '⁀,'], ['<email>', '⁀.'])
    """
    opened, core, closed = parts(piece)
    return [*opened, _entity(core) or core, *closed]


def parts(piece: str) -> tuple[list[str], str, list[str]]:
    """Opening tokens, what is between, closing tokens. Punctuation alone, such as "-" or ":-)", is a word."""
    if TIE in piece:
        return [], "<num>", []
    if masked := _OPENED_MASK.match(piece):
        return _masked_parts(piece, masked)
    rest = piece.lstrip(_OPEN)
    core = rest.rstrip(_CLOSE)
    if not core:
        return [], piece, []
    return opening(piece[: len(piece) - len(rest)]), core, _closing(rest[len(core) :])


def _masked_parts(piece: str, masked: re.Match[str]) -> tuple[list[str], str, list[str]]:
    """A piece whose address or number is masked already: letters that stick to the mask are part of it."""
    mask = masked[2] if masked[2] in ENTITIES else "<num>"
    rest = _MASK.sub("", piece[masked.end() :])
    return opening(masked[1]), mask, _closing(rest[len(rest.rstrip(_CLOSE)) :])


def opening(marks: str) -> list[str]:
    """Opening tokens, one a run of equal marks."""
    return [run[0] + TIE for run in _RUNS.finditer(marks)]


def _closing(marks: str) -> list[str]:
    return [TIE + run[0] for run in _RUNS.finditer(marks)]


def _entity(core: str) -> str | None:
    """The entity token for an address, a link or a long number; None for an ordinary word."""
    if "@" in core[1:-1]:
        return "<email>"
    if "://" in core or core.startswith("www."):
        return "<url>"
    if len(core) > MAX_WORD_CHARS or sum(map(str.isdigit, core)) > MAX_DIGITS:
        return "<num>"
    return None
