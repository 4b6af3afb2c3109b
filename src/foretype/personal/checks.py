"""What the store takes from outside: user ids, texts and phrases, refused with a reason or given back.

It does not know which users exist.
"""

from __future__ import annotations

from foretype.errors import InputError
from foretype.text.words import split_words

MAX_USER_CHARS = 256


def checked_user(user: str) -> str:
    """A user id: 1 to 256 characters of valid Unicode, no NUL. It is data, never part of a path.

    >>> checked_user("team/anna 🌻")
    'team/anna 🌻'
    """
    if not 0 < len(user) <= MAX_USER_CHARS:
        raise InputError(f"user: found {len(user)} characters, wanted 1 to {MAX_USER_CHARS}; mend the id")
    if "\0" in user or not is_valid(user):
        raise InputError(f"user {user!r}: found NUL or half a surrogate pair, wanted plain text; mend the id")
    return user


def checked_text(text: str) -> str:
    """A text to learn: valid Unicode of any length."""
    if not is_valid(text):
        raise InputError("text: found half a surrogate pair, wanted valid Unicode; send the text as UTF-8")
    return text


def checked_phrase(phrase: str) -> list[str]:
    """The tokens of a phrase to forget, at least one."""
    words = split_words(checked_text(phrase))
    if not words:
        raise InputError("phrase: found no word, wanted at least one; send a phrase as it is listed")
    return words


def is_valid(text: str) -> bool:
    """Whether a text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
