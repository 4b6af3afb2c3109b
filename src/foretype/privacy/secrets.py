"""Secrets in a text: words that must not be learned, found by their shape and by the words around them.

"hunter2" alone may be a nickname; after "password:" it is a password. A refused word leaves a boundary, so
that no n-gram joins what stood on its two sides. Leaving out too much costs a suggestion, leaving out too
little shows a password: in doubt a word goes.

It does not know what the text is for, nor any language beyond the cue words below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from foretype.privacy import cues
from foretype.privacy.shapes import is_hard, is_number_secret, is_secret
from foretype.text.words import ends_sentence, is_break, is_opening, is_word

__all__ = ["BOUNDARY", "drop_secrets", "is_secret"]

BOUNDARY = "<num>"  # the entity token that models see and never suggest
REACH = 8  # tokens between "password" and "is": "the password for the guest network in room 12 is"
CODE_REACH = 5
VALUE_REACH = 6
MAX_PHRASE_WORDS = 24  # of a recovery phrase
MIN_PIECE_DIGITS = 3
MIN_GROUPS = 3  # of digits, to be a number told in pieces


def drop_secrets(words: Sequence[str]) -> tuple[list[str], int]:
    """Words of split_words with a boundary for what looks like a secret, and how many were refused.

    >>> drop_secrets(["the", "wifi", "password", "is", "swordfish", "⁀,", "see", "you"])
    (['the', 'wifi', 'password', 'is', '<num>', '⁀,', 'see', 'you'], 1)
    >>> drop_secrets(["pay", "with", "4111", "1111", "1111", "1111", "please"])
    (['pay', 'with', '<num>', 'please'], 4)
    """
    refused = find_secrets(words)
    if not refused:
        return list(words), 0
    kept: list[str] = []
    for at, word in enumerate(words):
        if at not in refused:
            kept.append(word)
        elif not kept or kept[-1] != BOUNDARY:
            kept.append(BOUNDARY)
    return kept, sum(is_word(words[at]) for at in refused)


def find_secrets(words: Sequence[str]) -> set[int]:
    """The places of all that must not be learned."""
    finders = (_by_shape, _key_blocks, _numbers_in_pieces, _announced, _codes)
    return {at for finder in finders for at in finder(words)}


def _by_shape(words: Sequence[str]) -> Iterator[int]:
    return (at for at, word in enumerate(words) if is_word(word) and is_secret(word))


def _key_blocks(words: Sequence[str]) -> Iterator[int]:
    """All of a PEM block, to its end line or to the end of the text."""
    state = "out"
    for at, word in enumerate(words):
        if word.startswith("-----BEGIN") and any(name.startswith("KEY") for name in words[at : at + 5]):
            state = "in"
        if state == "end" and is_break(word):
            state = "out"
        if state != "out":
            yield at
        if word.startswith("-----END"):
            state = "end"


def _numbers_in_pieces(words: Sequence[str]) -> Iterator[int]:
    """Cards, IBANs and long numbers that blanks and dashes cut into several tokens."""
    for group in _digit_groups(words):
        pieces = [words[at] for at in group if words[at] not in ("-", "–")]
        if len(pieces) >= MIN_GROUPS and (_is_half_masked(pieces) or is_number_secret(" ".join(pieces))):
            yield from (at for at in group if words[at] != BOUNDARY)


def _is_half_masked(pieces: Sequence[str]) -> bool:
    """Whether some pieces were long enough to be masked already and no other is a day or an hour."""
    return BOUNDARY in pieces and all(len(piece) >= MIN_PIECE_DIGITS for piece in pieces)


def _digit_groups(words: Sequence[str]) -> Iterator[list[int]]:
    group: list[int] = []
    for at, word in enumerate(words):
        if _is_piece(word) or (group and word in ("-", "–")):
            group.append(at)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _is_piece(word: str) -> bool:
    if word == BOUNDARY or (word.isascii() and word.isdigit()):
        return True
    return len(word) == 4 and word.isalnum() and word.isupper() and any(map(str.isdigit, word))


def _announced(words: Sequence[str]) -> Iterator[int]:
    """Values after "password is", "pw:", "passphrase:", and hard words right after or before such a cue."""
    folded = [word.casefold() for word in words]
    for at, cue in enumerate(folded):
        if cue in cues.PHRASE or (
            cue == "phrase" and at and folded[at - 1] in ("seed", "recovery", "backup")
        ):
            yield from _rest_of_line(words, _after_tell(folded, at, reach=REACH), MAX_PHRASE_WORDS)
        elif _is_password_cue(folded, at):
            yield from _password_values(words, folded, at)
        elif cue in cues.NAMED_ONLY:
            value = _after_tell(folded, at, reach=1)
            yield from (at for at in _rest_of_line(words, value, 4) if is_hard(words[at]))


def _is_password_cue(folded: Sequence[str], at: int) -> bool:
    word = folded[at].rstrip("=")
    if word == "passe":
        return list(folded[max(0, at - 2) : at]) == ["mot", "de"]
    if word == "pass":
        return word != folded[at] or bool(cues.SIGNS & set(folded[at + 1 : at + 2]))
    return word in cues.PASSWORD or word.endswith(("password", "passwort", "kennwort", "passcode"))


def _password_values(words: Sequence[str], folded: Sequence[str], cue: int) -> Iterator[int]:
    value = _after_tell(folded, cue, reach=REACH)
    if value is not None and folded[value] not in cues.NO_VALUE:
        yield value
    start = cue + 1 if value is None else value
    yield from (at for at in _rest_of_line(words, start, 4) if is_hard(words[at]))
    before = range(max(0, cue - 5), cue)
    if cues.TELLS & set(folded[max(0, cue - 4) : cue]):
        yield from (at for at in before if is_word(words[at]) and is_hard(words[at]))


def _after_tell(folded: Sequence[str], cue: int, *, reach: int) -> int | None:
    """The first word after "is", ":" or "=" that follows a cue in its sentence; a break may follow those."""
    if folded[cue].endswith("="):
        return _first_word(folded, cue + 1)
    for at in range(cue + 1, min(cue + 1 + reach, len(folded))):
        if folded[at] in cues.TELLS:
            return _first_word(folded, at + 1)
        if ends_sentence(folded[at]):
            return None
    return None


def _first_word(folded: Sequence[str], start: int) -> int | None:
    """The first word that may be a value: past breaks, quotes, and the "now", "set to" of "is now set to"."""
    for at in range(start, min(start + VALUE_REACH, len(folded))):
        skipped = is_break(folded[at]) or is_opening(folded[at]) or folded[at] in cues.TELLS | cues.SKIPPED
        if not skipped:
            return at if is_word(folded[at]) else None
    return None


def _rest_of_line(words: Sequence[str], start: int | None, limit: int) -> Iterator[int]:
    """Words from `start` on, at most `limit`, in one line."""
    if start is None:
        return
    for at in range(start, min(start + limit, len(words))):
        if is_break(words[at]):
            return
        if is_word(words[at]):
            yield at


def _codes(words: Sequence[str]) -> Iterator[int]:
    """Short numbers that a cue makes one-time codes, PINs or account numbers."""
    folded = [word.casefold() for word in words]
    for at, cue in enumerate(folded):
        if cue in cues.ONE_TIME or cue.endswith("-pin") or (cue.endswith("code") and cue not in cues.CODE):
            yield from _code_after(words, folded, at, needs_tell=False)
            yield from _code_before(words, folded, at)
        elif cue in cues.CODE and (not at or folded[at - 1] not in cues.PLAIN_CODE):
            yield from _code_after(words, folded, at, needs_tell=True)
            yield from _code_before(words, folded, at)
        elif cue in cues.ACCOUNT:
            yield from _account_after(words, folded, at)


def _code_after(words: Sequence[str], folded: Sequence[str], cue: int, *, needs_tell: bool) -> Iterator[int]:
    told = False
    for at in range(cue + 1, min(cue + 1 + CODE_REACH, len(words))):
        if ends_sentence(words[at]) and not (told and is_break(words[at])):
            return
        told = told or folded[at] in cues.TELLS
        if _is_code(words[at]) and (told or at == cue + 1 or (not needs_tell and not _is_year(words[at]))):
            yield at
            yield from _digits_from(words, at + 1)
            return


def _code_before(words: Sequence[str], folded: Sequence[str], cue: int) -> Iterator[int]:
    """As in "4821 is your code" and "use 4821 as the PIN"."""
    for at in range(cue - 1, max(-1, cue - 1 - CODE_REACH), -1):
        if ends_sentence(words[at]):
            return
        if _is_code(words[at]) and folded[at + 1] in cues.TELLS:
            yield at


def _account_after(words: Sequence[str], folded: Sequence[str], cue: int) -> Iterator[int]:
    at = cue + 1
    while at < len(words) and (folded[at] in cues.ACCOUNT_FILL or folded[at] in cues.TELLS):
        at += 1
    if at < len(words) and _is_code(words[at]) and not (at == cue + 1 and _is_year(words[at])):
        yield from _digits_from(words, at)


def _digits_from(words: Sequence[str], start: int) -> Iterator[int]:
    for at in range(start, len(words)):
        if not (words[at].isdigit() or words[at] == "-"):
            return
        yield at


def _is_code(word: str) -> bool:
    """Three to eight digits, or four to ten capitals and digits: "4821", "G-4821", "4821#"."""
    packed = word.replace("-", "").rstrip("#")
    if not packed.isascii() or not packed.isalnum() or packed != packed.upper():
        return False
    return any(map(str.isdigit, packed)) and (3 if packed.isdigit() else 4) <= len(packed) <= 10


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")
