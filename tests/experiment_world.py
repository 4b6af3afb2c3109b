"""A few invented mails as the experiment's arrays, small enough to enumerate."""

from __future__ import annotations

import numpy as np

from foretype.corpus.documents import Document
from foretype.lm.mail_arrays import MailArrays, word_arrays
from foretype.lm.spelling import Spelling
from foretype.lm.word_vocabulary import WordVocabulary, choose_vocabulary
from foretype.text.words import split_words

BODIES = (
    "Thanks for the report. See you on Monday.",
    "Please call me. Thanks for the call.",
    "Let me know what you think.\n\nThanks",
    "See you there!",
)


def documents(count: int = 8) -> list[Document]:
    """Mails of two authors in turn, answers and first mails."""
    return [
        Document(
            holder=f"author-{at % 2}",
            text=BODIES[at % len(BODIES)],
            subject="Report" if at % 3 else "",
            previous="Can you call me on Monday?" if at % 2 else "",
            people=("jo@example.com", "ann@example.com"),
            sent_at="2001-05-31T15:27:05-07:00",
        )
        for at in range(count)
    ]


def vocabulary() -> WordVocabulary:
    return choose_vocabulary(
        ((document.holder, split_words(document.text)) for document in documents()), min_holders=1
    )


def mails(count: int = 8) -> MailArrays:
    return word_arrays(documents(count), vocabulary(), Spelling(["zyx"]), home="example.com")


def random_mails(seed: int, *, count: int = 5, longest: int = 400, num_ids: int = 300) -> MailArrays:
    """Arrays of random ids, some longer than a window, some without context."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, longest, count)
    context_lengths = random.integers(1, 9, count)
    text = random.integers(100, num_ids, int(lengths.sum())).astype(np.uint16)
    context = random.integers(100, num_ids, int(context_lengths.sum())).astype(np.uint16)
    return MailArrays(
        text=text,
        text_starts=np.cumsum([0, *lengths]),
        context=context,
        fields=random.integers(0, 7, len(context)).astype(np.uint8),
        context_starts=np.cumsum([0, *context_lengths]),
        chars=lengths.astype(np.int32),
        words=lengths.astype(np.int32),
        unknown_nats=np.zeros(count, np.float32),
        holders=np.zeros(count, np.uint32),
    )
