"""Teaching a memory many messages that were sent earlier, each once however often it is asked.

It does not know where the messages came from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from foretype.compose.request import Context
from foretype.personal.store import Fold, Store
from foretype.privacy.secrets import drop_secrets
from foretype.text.words import join_words, split_words


@dataclass(frozen=True, slots=True)
class Taught:
    """What a memory gained, and how many messages it held already."""

    messages: int
    words: int
    known: int


def teach(
    store: Store,
    user: str,
    sent: Iterable[tuple[str, Context]],
    *,
    fold: Fold,
    advance: Callable[[], None] = lambda: None,
) -> Taught:
    """Have the user's memory learn the messages that it does not hold yet; `fold` is the store's own.

    Raises InputError for a user id that is none, StoreError when the shelf fails; what was learned so far is kept, and
    the next call goes on behind it.
    """
    held = Counter(message["text"] for message in (store.export(user) or {"messages": []})["messages"])
    found: Counter[str] = Counter()
    for text, context in sent:
        kept = join_words(fold(drop_secrets(split_words(text))[0]))
        if held[kept] > 0:
            held[kept] -= 1
            found["known"] += 1
        else:
            learned = store.learn(user, text, context=context)
            found["words"] += learned.num_words
            found["messages"] += learned.num_words > 0
        advance()
    return Taught(found["messages"], found["words"], found["known"])
