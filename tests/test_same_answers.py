"""Answers as they were recorded before keys were made quicker: the same words, as sure, over some thousand keys.

The digests are of a composer with counts and the fixed gate alone, and of confidences to nine digits: what follows the
ninth may differ from one processor to the next. A change that is meant to change answers records them anew:
`python tests/test_same_answers.py` prints them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.assemble import open_composer
from foretype.compose.composer import Composer
from foretype.compose.request import Answer, Request
from foretype.config import load_settings
from foretype.evals.messages import Message
from foretype.evals.samples import SAMPLES

NEVER_MS = 1e9
RECORDED = (
    "f389ccc05e78",
    "a879f7d53670",
    "5654a5408399",
    "6419d9b35000",
    "db927077f4d1",
    "0e1acbb71c68",
    "9f1109a682fe",
    "d4ff04bf9bb1",
    "33891e145d85",
    "42fc3fb1f873",
)


def test_thousands_of_keys_are_answered_as_they_were(tmp_path: Path) -> None:
    assert tuple(digests(tmp_path)) == RECORDED


def digests(folder: Path) -> Iterator[str]:
    """One of all answers to each sample as it is typed, for a user of whom nothing is known, then of whom all is."""
    settings = load_settings(env={}, model="none", ranker="none", outcome_days=0, data_dir=folder)
    composer = open_composer(settings)
    for user in (None, "ann"):
        for message in SAMPLES:
            if user is not None:
                composer.learn(message.body, user=user, context=message.context)
            found = hashlib.sha256()
            for answer in typed(composer, message, user):
                found.update(told(answer).encode())
            yield found.hexdigest()[:12]
    composer.close()


def typed(composer: Composer, message: Message, user: str | None) -> Iterator[Answer]:
    for end in range(len(message.body) + 1):
        for n in (1, 3):
            yield composer.answer(
                Request(
                    message.body[:end],
                    user=user,
                    session=f"{message.id}-{n}",
                    context=message.context,
                    n=n,
                    deadline_ms=NEVER_MS,
                )
            )


def told(answer: Answer) -> str:
    """What a writer sees, and whose it is."""
    shown = [
        (
            each.text,
            [f"{prob:.9f}" for prob in each.word_confidences],
            {source: f"{share:.9f}" for source, share in each.sources.items()},
        )
        for each in answer.suggestions
    ]
    return repr((shown, answer.silence))


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        print(*digests(Path(scratch)))
