"""A corpus file in, the same without what tells who somebody is: three rounds over it.

Who is there (addresses, authors), what is private (family names, words of too few authors), and then each
text. It does not know what an entity looks like: scrubbing.py does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from foretype.corpus.documents import Document
from foretype.corpus.files import written_whole
from foretype.corpus.names import Names, bare_name, family_names, is_given, names_in
from foretype.corpus.parts import Facts, Heard, Runner, meter, refused, resumable, run_parts
from foretype.corpus.row_parts import (
    RowPart,
    check_name,
    cut_rows,
    join,
    part_documents,
    round_of,
    row_plan,
    write_rows,
)
from foretype.corpus.scrubbing import MaskOf, count_entities, scrub_document
from foretype.corpus.shares import Shares
from foretype.corpus.spans import Span
from foretype.corpus.steps import Step, total, write_steps
from foretype.text.words import is_word, split_words


@dataclass(frozen=True, slots=True)
class ScrubOptions:
    """What goes, besides addresses, links, numbers and secrets."""

    names: bool = True  # family names that stand in addresses
    min_authors: int = 1  # a word that fewer write becomes <name>, or <num> where it has digits


def scrub_corpus(
    paths: Sequence[Path],
    out: Path,
    *,
    options: ScrubOptions,
    run: Runner,
    heard: Heard = lambda stage, share: None,
) -> Step:
    """Write the documents of some corpus files, scrubbed, to `out`; tell what was masked.

    After a kill the same call goes on where it stopped. Raises InputError for an empty corpus, for one of
    fewer authors than a word needs, and for files that cannot be read or written.
    """
    check_name(out)
    with resumable(out, row_plan(paths, asdict(options))) as folder:
        spans = cut_rows(paths, folder)
        private = folder / "private.json"
        if not private.exists():
            _find_private(spans, folder, private, options=options, run=run, heard=heard)
        parts = round_of("scrubbed", spans, folder, suffix=f".jsonl{'.xz' if out.suffix == '.xz' else ''}")
        facts = run_parts(scrub_part, parts, run=run, finished=meter("scrubbing", parts, heard))
        join([part.out for part in parts], out)
        step = _step(paths, facts, json.loads(private.read_text(encoding="utf-8")), options)
        write_steps(out, inputs=paths, step=step)
    return step


def people_part(part: RowPart) -> Facts:
    """First round. Facts: addresses and authors."""
    people: set[str] = set()
    holders: set[str] = set()
    for document in part_documents(part):
        people.update(document.people)
        holders.add(document.holder)
    return {"people": sorted(people), "holders": sorted(holders)}


def words_part(part: RowPart) -> Facts:
    """Second round: who writes which words, and how often names stand."""
    found = json.loads((part.folder / "people.json").read_text(encoding="utf-8"))
    names = Names(frozenset(found["given"]), frozenset(found["family"]))
    shares = Shares(min_holders=found["min_authors"])
    counts, after_given = Counter[str](), Counter[str]()
    for document in part_documents(part):
        words = [word for word in split_words(document.text) if is_word(word)]
        if found["min_authors"] > 1:
            shares.learn_one(document.holder, map(str.lower, words))
        counts.update(word for word in words if bare_name(word) in names.family)
        after_given.update(word for before, word in pairwise(words) if is_given(before, names))
    return {"shares": shares.state(), "counts": counts, "after_given": after_given}


def scrub_part(part: RowPart) -> Facts:
    """Third round: write the scrubbed rows. Facts: documents, and what was masked."""
    path = part.folder / "private.json"
    private = _mask_of(path, path.stat().st_mtime_ns)
    masked, skipped = Counter[str](), Counter[str]()
    kept = write_rows(part.out, _scrubbed(part_documents(part, skipped), private, masked))
    return {"kept": kept, "dropped": dict(skipped), "masked": dict(masked)}


def _scrubbed(documents: Iterable[Document], private: MaskOf, masked: Counter[str]) -> Iterator[Document]:
    for document in documents:
        scrubbed = scrub_document(document, private)
        masked.update(count_entities(scrubbed.text))
        yield scrubbed


def _find_private(
    spans: Sequence[Span], folder: Path, private: Path, *, options: ScrubOptions, run: Runner, heard: Heard
) -> None:
    """The first two rounds; leaves what is private in the file `private`."""
    parts = round_of("people", spans, folder)
    found = run_parts(people_part, parts, run=run, finished=meter("finding people", parts, heard))
    _refuse_too_few({holder for fact in found for holder in fact["holders"]}, folder, options)
    names = names_in(person for fact in found for person in fact["people"] if options.names)
    sought = {
        "given": sorted(names.given),
        "family": sorted(names.family),
        "min_authors": options.min_authors,
    }
    _write_json(folder / "people.json", sought)
    parts = round_of("words", spans, folder)
    counted = run_parts(words_part, parts, run=run, finished=meter("counting words", parts, heard))
    _write_json(private, _private(counted, names, options))


def _refuse_too_few(authors: set[str], folder: Path, options: ScrubOptions) -> None:
    if not authors:
        raise refused(folder, "found no documents to scrub; name a corpus file with rows in it")
    if len(authors) < options.min_authors:
        raise refused(
            folder,
            f"--min-authors {options.min_authors}: found only {len(authors)} in the corpus, so no word would be "
            "left; ask for fewer, or add texts of other people",
        )


def _private(counted: Sequence[Facts], names: Names, options: ScrubOptions) -> dict[str, Any]:
    """Spellings of family names, and, where a word needs several authors, the words that have them."""
    counts, after_given = (total(fact[name] for fact in counted) for name in ("counts", "after_given"))
    shares = Shares(min_holders=options.min_authors)
    for fact in counted:
        shares.merge(fact["shares"])
    return {
        "family": sorted(family_names(counts, after_given, names)),
        "common": sorted(shares.common()) if options.min_authors > 1 else None,
    }


@lru_cache(maxsize=1)
def _mask_of(path: Path, changed_ns: int) -> MaskOf:
    """What tells of a word whether it is private here; read once a process, and anew when the file has `changed_ns`."""
    found = json.loads(path.read_text(encoding="utf-8"))
    family = frozenset(found["family"])
    common = None if found["common"] is None else frozenset(found["common"])

    def mask_of(word: str) -> str | None:
        if word in family:
            return "<name>"
        if common is None or word.lower() in common:
            return None
        return "<num>" if any(map(str.isdigit, word)) else "<name>"

    return mask_of


def _step(
    paths: Sequence[Path], facts: Sequence[Facts], private: dict[str, Any], options: ScrubOptions
) -> Step:
    dropped, kept = total(fact["dropped"] for fact in facts), sum(fact["kept"] for fact in facts)
    return {
        "command": "scrub",
        "inputs": [path.name for path in paths],
        "options": asdict(options),
        "read": kept + sum(dropped.values()),
        "kept": kept,
        "dropped": dropped,
        "masked": total(fact["masked"] for fact in facts),
        "family_names": len(private["family"]),
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    with written_whole(path) as file:
        file.write(json.dumps(value).encode())
