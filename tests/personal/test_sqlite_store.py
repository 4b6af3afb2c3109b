"""The embedded store passes the contract; what only its files can show."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype.errors import StoreError
from foretype.ngram.lexicon import Lexicon
from foretype.personal.store import Store, open_store
from personal_contract import LEXICON, MAIL, PersonalContract, counts
from store_files import (
    fill,
    opened_memory,
    twin_of,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, LEXICON)
    yield opened
    opened.close()


class TestSqliteStore(PersonalContract):
    """The contract, on the embedded store."""


def test_what_was_learned_is_there_after_closing(tmp_path: Path) -> None:
    first = open_store(tmp_path, LEXICON)
    fill(first, "u1", num_messages=60)
    before = first.memory("u1")
    first.close()
    second = open_store(tmp_path, LEXICON)
    after = second.memory("u1")
    assert before is not None and after is not None
    assert after.stream.tolist() == before.stream.tolist() and after.strange == before.strange
    second.close()


def test_another_lexicon_gives_the_same_words_and_then_its_own_ids(tmp_path: Path) -> None:
    first = open_store(tmp_path, LEXICON)
    fill(first, "u1", num_messages=60)
    first.close()
    lexicon = Lexicon(["zebra", "eats", "u1w5"])
    for _ in range(2):  # the first learn renews the ids on disk
        store = open_store(tmp_path, lexicon)
        memory = opened_memory(store, "u1")
        assert counts(memory, "zebra eats") == {"purple": 60}
        assert memory.stream.tolist() == twin_of(store, "u1", lexicon).stream.tolist()
        store.learn("u1", "hello", context=MAIL)
        assert counts(store.memory("u1"), "zebra eats") == {"purple": 60}
        store.close()


def test_no_memory_is_kept_open_beyond_the_bound(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON, max_open_mb=0)
    for user in ("u1", "u2"):
        store.learn(user, "let me know", context=MAIL)
    first = store.memory("u1")
    store.memory("u2")
    assert store.memory("u1") is not first
    assert counts(store.memory("u1"), "let me") == {"know": 1}
    store.close()


def test_the_folder_and_file_are_for_their_owner_only(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data", LEXICON)
    store.learn("u1", "let me know", context=MAIL)
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert not [path for path in (tmp_path / "data").iterdir() if path.stat().st_mode & 0o077]
    store.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.learn("u1", "let me know", context=MAIL)


def test_a_learned_token_takes_at_most_twelve_bytes(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON)
    chance = random.Random(1)
    common = [
        f"{end}{letter}" for end in ("tion", "ment", "able", "ness") for letter in "abcdefghijklmnopqrstuv"
    ]
    for _ in range(400):
        store.learn("u1", " ".join(chance.choices(common, k=60)) + ".", context=MAIL)
    memory = opened_memory(store, "u1")
    store.close()
    on_disk = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert on_disk <= 10_000 + 12 * len(memory)
    assert memory.num_bytes <= 10_000 + 12 * len(memory)
