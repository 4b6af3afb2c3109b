"""Words that look like secrets all by themselves: keys, random runs, card numbers, links with tokens.

A random run changes between small letters, capitals and digits every one or two characters; words, names,
file names and camelCase keep to one kind for longer. So the measure is the mean length of runs of one kind.

It does not know the words around, so it cannot tell that "hunter2" or "swordfish" is a password: secrets.py
does.
"""

from __future__ import annotations

import re
from datetime import date

MEAN_RUN_RANDOM = 2.0  # characters; random base64 has 1.4, "Tr0ub4dor" 1.8, "McDonaldsJan01" 3.5
MIN_RUNS = 4  # "233MHz" and "SunOS4" have three
MIN_RANDOM_CHARS = 8
MIN_MIXED_CHARS = 6  # small letters, capitals and digits together
MEAN_RUN_LONG = 3.0  # of 20 characters and more, where chance has less to say
MIN_LETTERS_CHARS = 12  # letters only: initials and names such as "DeVaMcKay" stay below
MIN_DIGITS = 8  # of a bare number: no year, price or page has as many

_KEY = re.compile(
    r"""(?x) ^ (?:
      (?:sk|pk|rk) [-_] [\w-]{16,}               # OpenAI, Stripe and those who copy them
    | gh[pousr]_ \w{16,} | github_pat_ \w{16,} | glpat- [\w-]{16,}
    | xox[abeoprs]- [\w-]{10,}                   # Slack
    | (?:AKIA|ASIA|AIDA|AROA) [A-Z0-9]{12,}      # AWS
    | AIza [\w-]{20,} | ya29\. [\w-]+ | SG\. [\w-]{16,} | hf_ \w{16,} | npm_ \w{16,} | pypi- [\w-]{16,}
    | dop_v1_ \w+ | shpat_ \w+ | whsec_ \w+ | AGE-SECRET-KEY-1 \w+ | AAAA[BCE]3NzaC1 \S+
    | eyJ [\w-]{8,} (?: \. [\w-]* ){1,4}         # JSON web token
    | -----BEGIN\ .*KEY.* | Bearer[:=]\S+
    | \w{8} - \w{4} - \w{4} - \w{4} - \w{12}     # UUID
    | \d{3} - \d{2} - \d{4}                      # US social security number
    ) $"""
)
_NAMED = re.compile(r"(?i)^[\w-]*(?:passw(?:or)?[dt]|passwd|pwd|pass|pin|token|secret|api[-_]?key)[=:]\S+$")
_TOKEN_LINK = re.compile(
    r"(?i)://[^/\s]+:[^/\s]+@|[?&;#/](?:access_?token|token|key|api_?key|sig(?:nature)?|auth|code|pwd|"
    r"password|secret|session(?:id)?|sid|invite|reset|pw)[=/][^&\s]+"
)
_LINK = re.compile(r"(?i)^(?:\w+://|www\.|[\w-]+(?:\.[\w-]+)+/)")
_PARTS = re.compile(r"[-_./:,&+='’()\"?\\]+")
_RUNS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\w\s]|\w")
_QUANTITY = re.compile(r"(?i)^(?:\d+(?:h|m|s|d|x|k|st|nd|rd|th|am|pm|min|sec|ms|kg|g|cm|mm|ft|in|lb)?)+$")
_LONG_RUN = re.compile(r"^[A-Za-z0-9+/=]{20,}$")  # base64; no dash: "Meeting-2001-05-12-Rm3A-v2" is a title
_HEX = re.compile(r"^(?=\D*\d)(?=\d*[a-fA-F])(?:[0-9a-f]{12,}|[0-9A-F]{12,})$")
_SYMBOLS = frozenset("!#$%^*~@|{}[]<>")
_IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")


def is_secret(word: str) -> bool:
    """Whether a word, seen alone, must not be learned.

    >>> is_secret("ghp_16C7e42F292c6912E7710c838347Ae178B4a"), is_secret("4111-1111-1111-1111")
    (True, True)
    >>> any(map(is_secret, ["Q3-report-v2.xlsx", "Donaudampfschifffahrt", "10:30", "$1,200.50", "McKay"]))
    False
    """
    if word.isalpha() and len(word) < MIN_LETTERS_CHARS:
        return False
    if _KEY.match(word) or _NAMED.match(word) or _is_private_link(word) or _is_long_random(word):
        return True
    return is_number_secret(word) or _is_mixed_with_symbols(word) or any(map(_is_random, _PARTS.split(word)))


def is_number_secret(text: str) -> bool:
    """Whether digits, perhaps with blanks and dashes, are a card, an IBAN or a long bare number.

    >>> is_number_secret("4111 1111 1111 1111"), is_number_secret("DE89 3704 0044 0532 0130 00")
    (True, True)
    """
    packed = text.replace(" ", "").replace("-", "")
    if packed.isascii() and packed.isdigit():
        return is_card(packed) or (text == packed and len(packed) >= MIN_DIGITS and not _is_date(packed))
    return bool(_IBAN.match(packed)) and _is_iban(packed)


def is_card(digits: str) -> bool:
    """Whether 13 to 19 digits carry a card's check digit (Luhn; ISO/IEC 7812-1)."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[::-2])) + sum(sum(divmod(value, 10)) for value in doubled)) % 10 == 0


def is_hard(word: str) -> bool:
    """Whether a word has digits or signs among its letters, or capitals inside: likely a password.

    >>> is_hard("hunter2"), is_hard("pa$$word"), is_hard("swordfish"), is_hard("10:30")
    (True, True, False, False)
    """
    has_letter = any(map(str.isalpha, word))
    inner_capital = any(map(str.isupper, word[1:])) and any(map(str.islower, word))
    return has_letter and (inner_capital or any(char.isdigit() or char in _SYMBOLS for char in word))


def _is_random(part: str) -> bool:
    """Whether kinds of characters change so often that nobody reads it as a word."""
    runs = _RUNS.findall(part)
    kinds = _num_kinds(part)
    if not part.isascii() or kinds < 2 or len(runs) < MIN_RUNS or _QUANTITY.match(part):
        return False
    if len(part) > MEAN_RUN_RANDOM * len(runs):
        return False
    if not any(map(str.isdigit, part)):
        return len(part) >= MIN_LETTERS_CHARS
    return len(part) >= (MIN_MIXED_CHARS if kinds == 3 else MIN_RANDOM_CHARS)


def _is_long_random(word: str) -> bool:
    if _HEX.match(word):
        return True
    if not _LONG_RUN.match(word) or _num_kinds(word) < 3:
        return False
    return len(word) <= MEAN_RUN_LONG * len(_RUNS.findall(word))


def _num_kinds(part: str) -> int:
    """How many of small letters, capitals and digits occur."""
    return sum(any(map(kind, part)) for kind in (str.islower, str.isupper, str.isdigit))


def _is_mixed_with_symbols(word: str) -> bool:
    num_symbols = sum(char in _SYMBOLS for char in word[:-1])
    if not num_symbols or len(word) < MIN_MIXED_CHARS or not any(map(str.isdigit, word)):
        return False
    return _num_kinds(word) == 3 or (num_symbols >= 2 and _num_kinds(word) == 2)


def _is_private_link(word: str) -> bool:
    if not _LINK.match(word):
        return False
    return bool(_TOKEN_LINK.search(word)) or any(map(_is_random, _PARTS.split(word)))


def _is_iban(packed: str) -> bool:
    """ISO 13616: country and check digits moved to the end, letters as 10 to 35, the rest modulo 97 is 1."""
    return int("".join(str(int(char, 36)) for char in packed[4:] + packed[:4])) % 97 == 1


def _is_date(digits: str) -> bool:
    try:
        return len(digits) == 8 and date.fromisoformat(digits).year >= 1900
    except ValueError:
        return False
