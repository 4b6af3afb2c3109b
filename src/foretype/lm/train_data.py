"""From corpus files to examples on disk, for learning and for judging; done once, then only opened.

It does not know networks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import is_valid, train_part, valid_part
from foretype.errors import InputError, ModelError
from foretype.lm.config_file import DataTable
from foretype.lm.examples import CARD_FILE, Codec, Examples, joined, open_examples, write_examples

READ_BYTES = 1 << 20

Part: TypeAlias = Callable[[Iterable[Document]], Iterator[Document]]


@dataclass(frozen=True, slots=True)
class TrainData:
    """What is learned, what judges (None: nothing does), and checksums of all that was read."""

    train: Examples
    valid: Examples | None
    hashes: Mapping[str, str]


def prepare_data(
    data: DataTable, codec: Codec, folder: Path, *, say: Callable[[str], None] = lambda text: None
) -> TrainData:
    """Examples of the texts that `data` names, in `folder`; what stands there of the same texts is opened.

    Raises InputError for texts without a word, and where nobody can be held out.
    """
    holds_out = data.hold_out and not data.valid
    if holds_out:
        _check_holders(data)
    make = _Maker(data, codec, folder, say)
    train = make.examples(data.train, train_part if holds_out else _all, "train")
    valid = None
    if holds_out and _corpora(data.train):
        valid = make.examples(_corpora(data.train), valid_part, "valid")
    elif data.valid:
        valid = make.examples(data.valid, _all, "valid")
    return TrainData(train, valid, {path.name: _hash(path) for path in (*data.train, *data.valid)})


def texts_to_learn(data: DataTable) -> Iterator[str]:
    """The training texts of the corpus files, for a tokenizer."""
    part = train_part if data.hold_out and not data.valid else _all
    for path in _corpora(data.train):
        yield from (document.text for document in part(_documents(path, data.limit)))


def _documents(path: Path, limit: int | None) -> Iterator[Document]:
    return islice(read_documents(path), limit)


def _all(documents: Iterable[Document]) -> Iterator[Document]:
    return iter(documents)


def _corpora(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Those that are files of texts; the others are folders of examples."""
    return tuple(path for path in paths if not path.is_dir())


def _check_holders(data: DataTable) -> None:
    """Raise InputError unless some holders would teach and some would judge."""
    paths = _corpora(data.train)
    holders = {document.holder for path in paths for document in _documents(path, data.limit)}
    judges = sum(map(is_valid, holders))
    names = ", ".join(path.name for path in paths)
    if paths and not holders:
        raise InputError(f"{names}: found no text at all, wanted some; name a corpus that has messages")
    if paths and not 0 < judges < len(holders):
        raise InputError(
            f"{names}: found {len(holders)} authors, of whom {judges} would be held out to judge; wanted some of "
            "each: add texts of more authors, name others in data.valid, or set data.hold_out = false"
        )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes examples out of parts of the texts."""

    data: DataTable
    codec: Codec
    folder: Path
    say: Callable[[str], None]

    def examples(self, paths: Iterable[Path], part: Part, name: str) -> Examples:
        """Corpora, each its part, and folders as one."""
        paths = tuple(paths)
        files = _corpora(paths)
        found = [_fitting(open_examples(path), path, self.codec) for path in paths if path.is_dir()]
        if files:
            found.append(self._made(files, part, self.folder / name))
        return found[0] if len(found) == 1 else joined(found)

    def _made(self, files: tuple[Path, ...], part: Part, folder: Path) -> Examples:
        """Examples of corpora; those that stand in the folder are taken."""
        sources = {path.name: _hash(path) for path in files}
        made_of = {"max_tokens": self.data.max_tokens, "limit": self.data.limit, "sources": sources}
        if not _stands(folder, self.codec, made_of):
            self.say(f"reading {', '.join(sources)}")
            documents = (document for path in files for document in part(_documents(path, self.data.limit)))
            write_examples(documents, folder, self.codec, max_tokens=self.data.max_tokens, card=made_of)
        return open_examples(folder)


def _stands(folder: Path, codec: Codec, made_of: Mapping[str, Any]) -> bool:
    """Whether the folder holds these texts in this tokenizer's tokens."""
    if not (folder / CARD_FILE).exists():
        return False
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    wanted = {**made_of, "tokenizer_sha256": codec.sha256}
    return bool(all(card.get(name) == value for name, value in wanted.items()))


def _fitting(examples: Examples, path: Path, codec: Codec) -> Examples:
    if examples.card["tokenizer_sha256"] != codec.sha256:
        raise ModelError(
            f"{path}: found examples of another tokenizer, wanted those of the network's; make them again, "
            "or name the tokenizer they were made with"
        )
    return examples


def _hash(path: Path) -> str:
    """SHA-256 of a file, or of a folder's tokens."""
    digest = hashlib.sha256()
    try:
        with (path / "tokens.npy" if path.is_dir() else path).open("rb") as stream:
            while block := stream.read(READ_BYTES):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a corpus or examples") from error
    return digest.hexdigest()
