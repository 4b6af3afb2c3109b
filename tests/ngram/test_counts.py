"""Counting: what a dict counts, whatever the chunks, and nothing that too few people share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.ngram import spill
from foretype.ngram.counts import Table
from foretype.text.words import END, START, split_words
from ngram_twins import all_grams, counted, invented, model

DOCUMENTS = st.lists(
    st.builds(
        Document,
        holder=st.sampled_from("uvwxyz"),
        text=st.lists(st.sampled_from("abcde"), max_size=9).map(" ".join),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS, st.integers(1, 3))
def test_counts_and_holders_are_those_of_a_dict(documents: list[Document], min_holders: int) -> None:
    corpus, tables = counted(documents, order=3, min_holders=min_holders)
    for n, table in enumerate(tables[1:], 2):
        expected = by_dict(documents, n, set(corpus.lexicon.words), min_holders)
        assert (
            dict(zip(grams(tables[:n], corpus.lexicon.words), table.counts.tolist(), strict=True)) == expected
        )


@settings(max_examples=30, deadline=None)
@given(DOCUMENTS, st.integers(1, 40))
def test_many_chunks_count_as_one(documents: list[Document], chunk_tokens: int) -> None:
    _, in_one = counted(documents, order=4, min_holders=2)
    _, in_many = counted(documents, order=4, min_holders=2, chunk_tokens=chunk_tokens)
    assert all(same(one, many) for one, many in zip(in_one, in_many, strict=True))


def test_many_ranges_of_keys_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = invented(80, seed=6)
    _, in_one = counted(documents, order=4, min_holders=2)
    monkeypatch.setattr(spill, "BUCKET_RECORDS", 50)
    _, in_many = counted(documents, order=4, min_holders=2, chunk_tokens=100)
    assert all(same(one, many) for one, many in zip(in_one, in_many, strict=True))


def test_the_order_of_the_files_changes_no_count() -> None:
    documents = invented(80, seed=7)
    _, forth = counted(documents, order=3, min_holders=2)
    _, back = counted(documents[::-1], order=3, min_holders=2)
    assert all(same(one, other) for one, other in zip(forth, back, strict=True))


def test_what_two_authors_repeat_ten_times_never_appears(tmp_path: Path) -> None:
    canaries = ["the launch word is zanzibar", "our secret plan b", "call me old friend"]
    documents = invented(60, seed=8)
    for author in ("p", "q"):
        documents += [Document(holder=author, text=text) for text in canaries * 10]
    everyday = "the word is our plan call me friend launch secret old b"
    documents += [Document(holder=author, text=everyday) for author in "rst"]
    automaton = model(documents, tmp_path / "m.ngram", order=4, min_holders=3, exact=False)
    known = set(all_grams(automaton))
    assert not automaton.lexicon.knows("zanzibar")
    assert automaton.lexicon.knows("secret") and ("call", "me") in known
    assert not {("launch", "word"), ("secret", "plan"), ("old", "friend")} & known


def test_an_ngram_of_three_holders_is_kept(tmp_path: Path) -> None:
    documents = [Document(holder=holder, text="see you soon") for holder in "abc"]
    automaton = model(documents, tmp_path / "m.ngram", order=3, min_holders=3)
    assert ("see", "you", "soon") in all_grams(automaton)


def by_dict(
    documents: Sequence[Document], n: int, known: set[str], min_holders: int
) -> dict[tuple[str, ...], int]:
    counts: Counter[tuple[str, ...]] = Counter()
    holders: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for document in documents:
        words = [START, *split_words(document.text), END]
        words = [word if word in known else "<unk>" for word in words]
        for at in range(len(words) - n + 1):
            gram = tuple(words[at : at + n])
            counts[gram] += 1
            holders[gram].add(document.holder)
    return {gram: count for gram, count in counts.items() if len(holders[gram]) >= min_holders}


def grams(tables: Sequence[Table], words: Sequence[str]) -> list[tuple[str, ...]]:
    found = [(word,) for word in words]
    longer: list[tuple[str, ...]] = list(found)
    for table in tables[1:]:
        longer = [(*longer[p], words[w]) for p, w in zip(table.prefixes, table.words, strict=True)]
    return longer


def same(one: Table, other: Table) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Table.__slots__)
