"""The personal store: learn, remember, list, export, forget. One memory a user, over any shelf.

It does not know how suggestions are made, nor how messages lie on disk (ledger.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from foretype.compose.protocols import Learned
from foretype.compose.request import Context
from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory
from foretype.personal.checks import checked_phrase, checked_text, checked_user
from foretype.personal.ledger import Ledger
from foretype.personal.phrases import Phrase, find_phrases
from foretype.personal.records import Message
from foretype.personal.report import Info, count_messages, export_messages
from foretype.personal.shelf import Shelf
from foretype.personal.sqlite_shelf import SqliteShelf
from foretype.privacy.secrets import drop_secrets
from foretype.text.words import is_word, split_words

Fold: TypeAlias = Callable[[Sequence[str]], list[str]]

MAX_OPEN_MB = 64  # of open memories: a hundred people of 100,000 tokens


def open_store(folder: Path, lexicon: Lexicon, **options: Any) -> Store:
    """The embedded store in `folder`, made if need be; `options` are Store's. Raises StoreError."""
    return Store(SqliteShelf(folder), lexicon, **options)


class Store:
    """Everybody's memories; satisfies compose.protocols.PersonalModels. Safe for threads.

    `fold` gives words as the models count them (sentence starts lowered); `now` dates what has no `sent_at`.
    Every method raises InputError for a user id that is empty, longer than 256 characters or no
    valid text, and StoreError when the shelf fails; then nothing was changed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = open_store(Path(folder), Lexicon(["let", "me", "know"]))
    ...     learned = store.learn("u1", "Let me know, Susan", context=Context())
    ...     words = store.memory("u1").strange
    ...     forgotten = store.forget("u1"), store.memory("u1")
    ...     store.close()
    >>> learned, words, forgotten
    (Learned(num_words=4, num_refused=0), ['Let', '⁀,', 'Susan'], (True, None))
    """

    def __init__(
        self,
        shelf: Shelf,
        lexicon: Lexicon,
        *,
        fold: Fold = list,
        now: Callable[[], datetime] | None = None,
        max_open_mb: int = MAX_OPEN_MB,
    ) -> None:
        self._shelf = shelf
        self._lexicon = lexicon
        self._ledger = Ledger(shelf, lexicon, max_open_bytes=max_open_mb * 1_000_000)
        self._fold = fold
        self._now = now or _utc_now

    def memory(self, user: str) -> Memory | None:
        """The user's memory as of now, or None for a user never seen. The caller only reads it."""
        return self._ledger.memory(checked_user(user))

    def learn(self, user: str, text: str, *, context: Context) -> Learned:
        """Keep what was sent; it is durable on return, and the next `memory` knows it.

        Nothing is kept of a sensitive field, of words that look like secrets (privacy/secrets.py), and of a
        text without a word. Raises InputError for text that is not valid Unicode.
        """
        user, text = checked_user(user), checked_text(text)
        if context.sensitive:
            return Learned(0, 0)
        words, num_refused = drop_secrets(split_words(text))
        num_words = sum(map(is_word, words))
        if num_words:
            self._ledger.append(user, Message(self._sent_s(context), tuple(self._fold(words))))
        return Learned(num_words, num_refused)

    def forget(self, user: str) -> bool:
        """Delete all that is kept of the user, from every file; False when there was nothing."""
        return self._ledger.delete(checked_user(user))

    def forget_phrase(self, user: str, phrase: str) -> int:
        """Take a phrase, in any case of letters, out of all the user wrote; how often it stood there.

        Raises InputError for a phrase without a word.
        """
        return self._ledger.cut(checked_user(user), checked_phrase(phrase))

    def phrases(self, user: str, *, limit: int = 100, query: str = "") -> list[Phrase]:
        """Phrases the user repeats and words only they use, those with `query` in them, at most `limit`."""
        messages = self._ledger.messages(checked_user(user)) or []
        found = find_phrases(messages, knows=self._lexicon.knows)
        wanted = query.casefold()
        return [phrase for phrase in found if wanted in phrase.text.casefold()][:limit]

    def export(self, user: str) -> dict[str, Any] | None:
        """All that is kept of the user, ready for json.dumps; None for a user never seen."""
        messages = self._ledger.messages(checked_user(user))
        return None if messages is None else export_messages(user, messages)

    def info(self, user: str) -> Info | None:
        """What is kept of the user, in numbers; None for a user never seen."""
        messages = self._ledger.messages(checked_user(user))
        if messages is None:
            return None
        return count_messages(user, messages, num_bytes=self._shelf.num_bytes(user))

    def users(self) -> list[str]:
        """All users of whom something is kept, sorted."""
        return self._shelf.users()

    def close(self) -> None:
        """Release the shelf; memories that callers hold stay good."""
        self._ledger.close()

    def _sent_s(self, context: Context) -> int:
        """When it was sent; a time without a zone is taken as UTC."""
        sent_at = context.sent_at or self._now()
        return int((sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)).timestamp())


def _utc_now() -> datetime:
    return datetime.now(UTC)
