"""Family names of a corpus go; words that are also names stay."""

from __future__ import annotations

import tempfile
from pathlib import Path

from foretype.corpus.documents import Document
from foretype.ngram.family import family_names_of
from foretype.ngram.tokens import write_raw


def test_family_names_are_masked_and_ordinary_words_are_spared() -> None:
    people = tuple(f"jane.{family}@x.org" for family in ("skilling", "may", "roe"))
    texts = ["Ask Jane Skilling about Skilling's plan"] * 4 + ["it may rain in May , it may not"] * 4
    documents = [Document(holder=str(at), text=text, people=people) for at, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        raw = write_raw(documents, Path(folder))
        private = family_names_of(raw)
    assert {"Skilling", "Skilling's", "SKILLING"} <= private
    assert not {"May", "may", "Jane"} & private
