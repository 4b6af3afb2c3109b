"""A corpus in numbers: how many texts, authors, words, dates, languages, lengths. Added up part by part.

Numbers only: an author's name is counted and forgotten. It does not know how numbers are drawn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from foretype.corpus.documents import Document
from foretype.corpus.parts import Facts, Heard, Runner, meter, refused, resumable, run_parts
from foretype.corpus.row_parts import RowPart, cut_rows, part_documents, round_of, row_plan
from foretype.corpus.steps import total

LENGTHS = (1, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)  # characters: where classes begin
TOP = 10  # authors whose share is told

Tally = dict[str, dict[str, int]]  # by what is counted: counts by value


def tally_corpus(
    paths: Sequence[Path], out: Path, *, run: Runner, heard: Heard = lambda stage, share: None
) -> dict[str, Any]:
    """The numbers of some corpus files as JSON; scratch files lie beside `out`.

    Raises InputError for an empty corpus and for files that cannot be read.
    """
    with resumable(out, row_plan(paths, {})) as folder:
        parts = round_of("tally", cut_rows(paths, folder), folder)
        facts = run_parts(tally_part, parts, run=run, finished=meter("counting", parts, heard))
        found = {name: total(fact[name] for fact in facts) for name in facts[0]} if facts else {}
        if not found.get("sums"):
            names = ", ".join(map(str, paths))
            raise refused(folder, f"{names}: found no documents; name a corpus file with rows in it")
    return {
        **found["sums"],
        **_authors(found["authors"].values()),
        "first": min(found["months"], default=None),
        "last": max(found["months"], default=None),
        "kinds": found["kinds"],
        "sources": found["sources"],
        "languages": found["languages"],
        "months": found["months"],
        "lengths": {name: found["lengths"].get(name, 0) for name in map(_class_name, range(len(LENGTHS)))},
    }


def tally_part(part: RowPart) -> Facts:
    """A part's tally."""
    return dict(tally(part_documents(part)))


def tally(documents: Iterable[Document]) -> Tally:
    """Counts of everything about these documents."""
    found = {
        name: Counter[str]()
        for name in ("sums", "authors", "kinds", "sources", "languages", "months", "lengths")
    }
    for document in documents:
        found["sums"].update(_sums(document))
        found["authors"][document.holder] += 1
        found["kinds"][document.kind] += 1
        found["sources"][document.source or "unknown"] += 1
        found["languages"][document.language or "unknown"] += 1
        if document.sent_at:
            found["months"][document.sent_at[: len("2001-05")]] += 1
        found["lengths"][_class_name(max(bisect_right(LENGTHS, len(document.text)) - 1, 0))] += 1
    return {name: dict(counts) for name, counts in found.items()}


def _sums(document: Document) -> dict[str, int]:
    return {
        "documents": 1,
        "characters": len(document.text),
        "words": len(document.text.split()),
        "answers": bool(document.previous),
        "with_greeting": bool(document.greeting),
        "with_closing": bool(document.closing),
        "undated": document.sent_at is None,
    }


def _authors(counts: Iterable[int]) -> dict[str, Any]:
    """How many authors there are, and how texts are spread over them: the count of the first, second, fourth, ..."""
    ranked = sorted(counts, reverse=True)
    ranks = {1 << power: ranked[(1 << power) - 1] for power in range(len(ranked).bit_length())}
    return {
        "authors": len(ranked),
        "top_authors_share": round(sum(ranked[:TOP]) / sum(ranked), 4),
        "documents_by_rank": {str(rank): count for rank, count in ranks.items()},
    }


def _class_name(place: int) -> str:
    return f"{LENGTHS[place]}+"
