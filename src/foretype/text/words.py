"""Words: what a text looks like to the n-gram models, and how their words become text again.

A text is cut at white space; punctuation at the ends of a piece becomes tokens of its own. Four kinds of
token, all plain strings:

    word      "hello", "don't", "10:30", "-"   stands after a space (or at the start of a line)
    closing   "⁀,", "⁀.", "⁀)"                 sticks to what is on its left
    opening   "(⁀", '"⁀'                       sticks to what is on its right
    break     "\\n", "\\n\\n"                     a new line, a new paragraph

`join_words(split_words(text))` gives the text back but for runs of blanks. Addresses, links and long numbers
become entity tokens such as "<url>": a model may see that one stood there, never which, and never suggests
one. So does a piece that holds the tie itself, which nobody types: "⁀" in a token is always ours.

It knows nothing of vocabularies, capital letters or probabilities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from foretype.text.pieces import ENTITIES as ENTITIES
from foretype.text.pieces import MAX_WORD_CHARS, OPENS_ALONE, opening, parts, piece_words
from foretype.text.pieces import TIE as TIE

LINE = "\n"
PARAGRAPH = "\n\n"
START = "<s>"  # stands before every message
END = "</s>"  # and after it
_SPECIAL = ENTITIES | {START, END}
_NOT_IN_WORDS = frozenset({"\n", TIE})  # at their beginning

MAX_LINE_CHARS = 4000  # of a line, only this much before the caret is looked at
MAX_CACHED_CHARS = 1000  # longer lines are split anew: 2,048 cached ones take at most 25 MB

_BREAKS = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True)
class Caret:
    """The text before a caret, as words: what is settled, and what is being typed.

    `typed` is the beginning of the word under the caret, "" between words. `space_due` tells that a word
    that follows needs a space first; `after_space` that one was typed already (so no punctuation can follow).
    """

    words: tuple[str, ...]
    typed: str
    space_due: bool
    after_space: bool


def split_words(text: str) -> list[str]:
    """Cut a text into tokens.

    >>> split_words('Hi Susan,\\n\\nsee "10:30" (draft).')
    ['Hi', 'Susan', '⁀,', '\\n\\n', 'see', '"⁀', '10:30', '⁀"', '(⁀', 'draft', '⁀)', '⁀.']
    """
    words: list[str] = []
    for line, line_break in _lines(text):
        words.extend(_line_words(line))
        if line_break and words:
            words.append(line_break)
    return words


def join_words(words: Iterable[str], *, before: str | None = None) -> str:
    """The text of some tokens that follow the token `before` (None: at the start of a text).

    >>> join_words(['see', '(⁀', 'draft', '⁀)', '⁀.', 'Then'])
    'see (draft). Then'
    >>> join_words(['⁀,', 'or'], before='draft')
    ', or'
    """
    parts: list[str] = []
    for word in words:
        parts.append(shown(word, before=before))
        before = word
    return "".join(parts)


def shown(word: str, *, before: str | None) -> str:
    """A token as it appears after the token `before`, with the space it needs."""
    text = bare(word)
    return " " + text if wants_space(word, before=before) else text


def bare(word: str) -> str:
    """A token's characters, without the tie.

    >>> bare('⁀,'), bare('(⁀'), bare('word')
    (',', '(', 'word')
    """
    return word.replace(TIE, "")


def wants_space(word: str, *, before: str | None) -> bool:
    """Whether a space stands between `before` and `word`."""
    if before is None or before == START or is_break(word) or is_closing(word):
        return False
    return not is_break(before) and not is_opening(before)


def is_break(word: str) -> bool:
    return word[:1] == "\n"


def is_closing(word: str) -> bool:
    return word[:1] == TIE


def is_opening(word: str) -> bool:
    return word[-1:] == TIE


def is_word(word: str) -> bool:
    """Whether a token is a word that may be shown: no break, no mark, no entity."""
    return word[:1] not in _NOT_IN_WORDS and word[-1:] != TIE and word not in _SPECIAL


def is_special(word: str) -> bool:
    return word in _SPECIAL


def ends_sentence(word: str) -> bool:
    """Whether the next word begins a sentence: after a break, a full stop, ! or ?."""
    first = word[:1]
    return first == "\n" or word == START or (first == TIE and word[1] in ".!?…")


def last_words(words: Sequence[str], count: int) -> tuple[str, ...]:
    """The last `count` tokens, with START before a shorter text.

    >>> last_words(['a'], 3)
    ('<s>', 'a')
    """
    return tuple(words[-count:]) if len(words) >= count else (START, *words)


def read_caret(text: str) -> Caret:
    """Split the text before a caret into settled words and the letters being typed.

    Settled words are those that `split_words` gives for the same text.

    >>> read_caret('Thanks for se')
    Caret(words=('Thanks', 'for'), typed='se', space_due=False, after_space=True)
    >>> read_caret('Thanks,')
    Caret(words=('Thanks', '⁀,'), typed='', space_due=True, after_space=False)
    """
    text = _from_line_start(text)
    if not text or text[-1].isspace():
        words = tuple(split_words(text))
        blank = bool(words) and not is_break(words[-1])
        return Caret(words, "", space_due=False, after_space=blank)
    piece = text.rsplit(None, 1)[-1]
    words = tuple(split_words(text[: -len(piece)]))
    if OPENS_ALONE.issuperset(piece):
        return Caret((*words, *opening(piece)), "", space_due=False, after_space=False)
    opened, core, closed = parts(piece)
    if closed or core in ENTITIES:
        return Caret((*words, *piece_words(piece)), "", space_due=True, after_space=False)
    return Caret((*words, *opened), core, space_due=False, after_space=True)


def _lines(text: str) -> Iterable[tuple[str, str]]:
    start = 0
    for found in _BREAKS.finditer(text):
        yield text[start : found.start()], PARAGRAPH if found[0].count("\n") > 1 else LINE
        start = found.end()
    yield text[start:], ""


def _line_words(line: str) -> tuple[str, ...]:
    return _cached_line(line) if len(line) <= MAX_CACHED_CHARS else _split_line(line)


def _split_line(line: str) -> tuple[str, ...]:
    words: list[str] = []
    for piece in line.split():
        if piece.isalpha() and len(piece) <= MAX_WORD_CHARS:
            words.append(piece)
        else:
            words += piece_words(piece)
    return tuple(words)


_cached_line = lru_cache(maxsize=2048)(_split_line)


def _from_line_start(text: str) -> str:
    """Drop what is so far back on an endless last line that no model looks at it."""
    start = text.rfind("\n") + 1
    if len(text) - start <= MAX_LINE_CHARS:
        return text
    cut = text.find(" ", len(text) - MAX_LINE_CHARS)
    return text[cut + 1 :] if cut >= 0 else text[-MAX_LINE_CHARS:]
