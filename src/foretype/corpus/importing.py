"""Mailboxes in, one clean corpus file out: read, clean, tell languages, drop doubles, write.

Two rounds of parts, so that all cores work and a kill costs a part: the first reads, the second leaves out
what the texts of all parts together show to be doubles. It does not know which formats there are, nor where
parts run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np

from foretype.corpus.documents import Document
from foretype.corpus.doubles import Marks, find_doubles, read_marks
from foretype.corpus.files import packed_for, written_whole
from foretype.corpus.language import language_of
from foretype.corpus.parts import Facts, Heard, Runner, fingerprint, meter, refused, resumable, run_parts
from foretype.corpus.row_parts import check_name, join, row_bytes
from foretype.corpus.skips import Reason, Skip
from foretype.corpus.sources import Source, find_sources
from foretype.corpus.spans import Span, cut, read_span
from foretype.corpus.steps import Step, total, write_steps

BATCH = 500  # texts that are in memory at once


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What goes in."""

    languages: tuple[str, ...] = ()  # only these, and texts too short to tell; all when empty
    tell_languages: bool = True
    min_likeness: float | None = 0.8  # of near-duplicates; None: they stay


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A span to read into `rows`, with `marks` (keys and signatures) of its texts."""

    number: int
    folder: Path
    span: Span
    options: ImportOptions

    @property
    def done(self) -> Path:
        return self.folder / f"{self.number:06}.read.json"

    @property
    def rows(self) -> Path:
        return self.folder / f"{self.number:06}.rows.jsonl"

    @property
    def marks(self) -> Path:
        return self.folder / f"{self.number:06}.marks.npz"


@dataclass(frozen=True, slots=True)
class WritePart:
    """Rows to write to `out` in the final form, but for those that `drops` marks."""

    rows: Path
    drops: Path
    out: Path

    @property
    def done(self) -> Path:
        return self.out.with_suffix(".json")


def import_corpus(
    paths: Sequence[Path],
    out: Path,
    *,
    options: ImportOptions,
    run: Runner,
    heard: Heard = lambda stage, share: None,
) -> Step:
    """Write the texts of `paths` to `out` (.jsonl or .jsonl.xz), and tell what became of them.

    After a kill the same call goes on where it stopped. Raises InputError where nothing is left to write, and
    where a file cannot be read or written.
    """
    check_name(out)
    heard("looking", 0)
    found = list(chain.from_iterable(map(find_sources, paths)))
    sources = [item for item in found if isinstance(item, Source) and item.path.resolve() != out.resolve()]
    plan = {"files": fingerprint([source.path for source in sources]), "options": asdict(options)}
    with resumable(out, plan) as folder:
        spans = cut(sources, scratch=folder)
        parts = [ReadPart(number, folder, span, options) for number, span in enumerate(spans)]
        facts = run_parts(read_part, parts, run=run, finished=meter("reading", parts, heard))
        heard("comparing", 0)
        dropped, writes = _compared(parts, out, options)
        skipped = Counter[str](item.reason for item in found if isinstance(item, Skip))
        step = _step(paths, facts, [dict(skipped), dropped], options)
        if not step["kept"]:
            raise refused(
                folder,
                f"{', '.join(map(str, paths))}: found no text to keep ({_told(step)}); name mail or chats",
            )
        run_parts(write_part, writes, run=run, finished=meter("writing", writes, heard))
        join([part.out for part in writes], out)
        write_steps(out, inputs=[path for path in paths if path.is_file()], step=step)
    return step


def read_part(part: ReadPart) -> Facts:
    """Read a part's span. Facts: texts read and kept, counts of what was skipped."""
    skipped = Counter[str]()
    marks = Marks(is_near=part.options.min_likeness is not None)
    with written_whole(part.rows) as file:
        for batch in _batches(_chosen(part, skipped)):
            marks.add(batch)
            for document in batch:
                file.write(row_bytes(document))
    marks.write(part.marks)
    return {"read": len(marks) + sum(skipped.values()), "dropped": dict(skipped)}


def write_part(part: WritePart) -> Facts:
    """Write a part's rows that are no doubles."""
    drops = np.load(part.drops)
    with part.rows.open("rb") as rows, written_whole(part.out) as file, packed_for(part.out, file) as packed:
        for line, is_double in zip(rows, drops.tolist(), strict=True):
            if not is_double:
                packed.write(line)
    return {"kept": int(len(drops) - drops.sum())}


def _chosen(part: ReadPart, skipped: Counter[str]) -> Iterator[Document]:
    """The span's documents in the languages that are wanted; what is not is counted."""
    options = part.options
    for found in read_span(part.span):
        if isinstance(found, Skip):
            skipped[found.reason] += 1
            continue
        document = _with_language(found) if options.tell_languages else found
        if options.languages and document.language not in (None, *options.languages):
            skipped[Reason.LANGUAGE] += 1
        else:
            yield document


def _with_language(document: Document) -> Document:
    return replace(document, language=document.language or language_of(document.text))


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def _compared(
    parts: Sequence[ReadPart], out: Path, options: ImportOptions
) -> tuple[dict[str, int], list[WritePart]]:
    """How many doubles there are, and the parts to write without them."""
    marks = read_marks([part.marks for part in parts])
    is_same, is_near = find_doubles(marks, min_likeness=options.min_likeness)
    writes = []
    start = 0
    for part, length in zip(parts, marks.lengths, strict=True):
        drops = part.rows.with_suffix(".drops.npy")
        with written_whole(drops) as file:
            np.save(file, (is_same | is_near)[start : start + length])
        name = f"{part.number:06}.out{out.suffix}"
        writes.append(WritePart(part.rows, drops, part.folder / name))
        start += length
    return {
        Reason.DUPLICATE: int(is_same.sum()),
        Reason.NEAR_DUPLICATE: int((is_near & ~is_same).sum()),
    }, writes


def _step(
    paths: Sequence[Path], facts: Sequence[Facts], dropped: Sequence[dict[str, int]], options: ImportOptions
) -> Step:
    counts = {
        name: count
        for name, count in total([*dropped, *(fact["dropped"] for fact in facts)]).items()
        if count
    }
    read = sum(fact["read"] for fact in facts) + sum(dropped[0].values())
    return {
        "command": "import",
        "inputs": [path.name for path in paths],
        "options": {**asdict(options), "languages": list(options.languages)},
        "read": read,
        "kept": read - sum(counts.values()),
        "dropped": counts,
    }


def _told(step: Step) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in step["dropped"].items())
    return f"read {step['read']}: {reasons}" if reasons else f"read {step['read']}"
