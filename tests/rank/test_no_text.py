"""Nothing that is kept, counted, logged or told of outcomes holds text: no word, nor four letters of one.

Canary words stand wherever a user can put text: the message, what it answers, the subject, recipients, names and locale.
The user's memory knows them, so that they are suggested, shown, taken and rejected.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.request import Context, OutcomeKind
from foretype.compose.strengths import Strengths
from foretype.monitor import logs
from foretype.ngram.automaton import Automaton
from foretype.rank.counts import By, groups
from foretype.rank.journal import Journal
from foretype.serve.door import Composer as ServedComposer
from serving import with_client
from small_world import Memories, small_background

LETTERS = "qzxjvkw"  # four of these stand side by side in no word of ours
NUM_TOGETHER = 4

words = st.text(LETTERS, min_size=NUM_TOGETHER, max_size=9)
messages = st.lists(words, min_size=3, max_size=8, unique=True)


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


@contextmanager
def logging_to(stream: io.StringIO) -> Iterator[None]:
    """The server's logging, into a string; put back afterwards."""
    logger = logging.getLogger("foretype")
    before = list(logger.handlers), logger.level, logger.propagate
    logs.configure("debug", stream)
    try:
        yield
    finally:
        logger.handlers[:], logger.propagate = before[0], before[2]
        logger.setLevel(before[1])


def written_of(
    background: Automaton, message: list[str], outcomes: list[OutcomeKind], *, folder: Path
) -> bytes:
    """Everything that is left, anywhere, of a message that is typed key by key, all of it suggested."""
    memories, log = Memories(background), io.StringIO()
    text, user = " ".join(message), message[0]
    for _ in range(2):
        memories.learn(user, text, context=Context())
    journal = Journal(folder)
    composer = Composer(
        background,
        store=memories,
        strengths=Strengths(),
        gate=Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0),
        outcomes=journal,
    )
    told: list[str] = []

    async def scene(client: httpx.AsyncClient) -> None:
        for at in range(len(text)):
            answer = (await client.post("/v1/suggest", json=body_of(message, text[:at]))).json()
            if answer["suggestions"] and at % 3 == 0:
                outcome = outcomes[at % len(outcomes)]
                feedback = {"id": answer["id"], "outcome": outcome.value, "characters": 3}
                for more in ({}, {"persisted": at % 2 == 0}):
                    told.append((await client.post("/v1/feedback", json=feedback | more)).text)
        assert groups(journal)[0].shown > 0
        told.append(str([groups(journal, by) for by in By]))
        told.append((await client.get("/metrics")).text)

    with logging_to(log):
        with_client(scene, cast(ServedComposer, composer), data_dir=folder)
    files = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    assert journal.fault is None and len(files) > 4096
    return files + "\n".join([*told, log.getvalue()]).encode()


def body_of(message: list[str], text: str) -> dict[str, Any]:
    context = {
        "subject": message[1],
        "previous": " ".join(message[::-1]),
        "to": [f"{message[2]}@example.org"],
        "locale": message[-1],
    }
    return {"text": text, "user": message[0], "session": message[1], "context": context}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=messages, outcomes=st.lists(st.sampled_from(OutcomeKind), min_size=1, max_size=4))
def test_nothing_that_is_kept_counted_or_logged_holds_text(
    background: Automaton, message: list[str], outcomes: list[OutcomeKind]
) -> None:
    with TemporaryDirectory() as folder:
        left = written_of(background, message, outcomes, folder=Path(folder)).lower()
    for word in message:
        for at in range(len(word) - NUM_TOGETHER + 1):
            piece = word[at : at + NUM_TOGETHER]
            assert piece.encode() not in left
            assert piece.encode("utf-16-le") not in left
