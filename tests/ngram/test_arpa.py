"""The ARPA export is whole and lossless, and kenlm reads the probabilities that we give."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from foretype.__main__ import main
from foretype.corpus.documents import Document, read_documents
from foretype.ngram.arpa import escaped, log_prob, write_arpa
from foretype.text.words import END, LINE, START, split_words
from ngram_twins import all_grams, invented, model

SECTION = re.compile(r"\\(\d)-grams:")


def lines_of(path: Path) -> Iterator[tuple[int, float, list[str]]]:
    """(order, log10 probability, escaped words) of each n-gram."""
    order = 0
    for line in path.read_text(encoding="utf-8").split("\n"):
        if found := SECTION.fullmatch(line):
            order = int(found[1])
        elif order and "\t" in line:
            log, text, *_ = line.split("\t")
            yield order, float(log), text.split(" ")


def test_the_file_lists_each_ngram_once_with_our_probability(tmp_path: Path) -> None:
    documents = [*invented(60, seed=1), Document(holder="x", text="back\\slash\n\nka ⁀odd \\n\nka")]
    automaton = model(documents, tmp_path / "m.ngram", order=4)
    write_arpa(automaton, tmp_path / "m.arpa")
    name_of = {escaped(word): word for word in automaton.lexicon.words}
    assert len(name_of) == len(automaton.lexicon)
    found = {}
    for order, log, words in lines_of(tmp_path / "m.arpa"):
        gram = tuple(name_of[word] for word in words)
        assert len(gram) == order
        found[gram] = log
    assert set(found) == set(all_grams(automaton))
    for gram, log in found.items():
        ours = log_prob(automaton, gram[:-1], gram[-1]) / math.log(10)
        assert log == pytest.approx(max(ours, -99), abs=1e-5)


def test_the_command_exports_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    model(invented(20, seed=2), tmp_path / "m.ngram")
    assert main(["background", "arpa", str(tmp_path / "m.ngram"), "--out", str(tmp_path / "m.arpa")]) == 0
    assert (tmp_path / "m.arpa").read_text(encoding="utf-8").endswith("\\end\\\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.arpa", "m.ngram"]


@pytest.mark.kenlm
@pytest.mark.parametrize("exact", [True, False], ids=["exact", "packed"])
@pytest.mark.parametrize("min_gain", [None, 3.0], ids=["whole", "pruned"])
def test_kenlm_gives_our_probabilities_for_real_mail(
    tmp_path: Path, shared: Path, exact: bool, min_gain: float | None
) -> None:
    documents = list(islice(read_documents(shared / "data" / "enron-train.jsonl.xz"), 1_500))
    automaton = model(
        documents[:1_200], tmp_path / "m.ngram", order=5, min_holders=2, exact=exact, min_gain=min_gain
    )
    write_arpa(automaton, tmp_path / "m.arpa")
    orders = set()
    for document in documents[1_200:1_400]:  # unseen: many unknown words
        words = [START, *split_words(document.text)[:150], END]
        theirs = [*kenlm_scores(tmp_path / "m.arpa", words)]
        for at, (log, order) in enumerate(theirs, 1):
            assert log_prob(automaton, words[:at], words[at]) == pytest.approx(log, abs=1e-4)
            orders.add(order)
    assert orders == {1, 2, 3, 4, 5}


@pytest.mark.kenlm
def test_kenlm_reads_breaks_and_backslashes_as_words(tmp_path: Path) -> None:
    automaton = model(
        [Document(holder=holder, text="dear c:\\temp\nyours \\n") for holder in "abc"],
        tmp_path / "m.ngram",
        order=3,
    )
    write_arpa(automaton, tmp_path / "m.arpa")
    words = [START, "dear", "c:\\temp", LINE, "yours", "\\n", END]
    for at, (log, _) in enumerate(kenlm_scores(tmp_path / "m.arpa", words), 1):
        assert log_prob(automaton, words[:at], words[at]) == pytest.approx(log, abs=1e-4)


_MODELS: dict[Path, object] = {}


def kenlm_scores(path: Path, words: list[str]) -> Iterator[tuple[float, int]]:
    """Natural-log probability of each word behind the first, START, and the length of the n-gram it came from."""
    kenlm = pytest.importorskip("kenlm")
    if path not in _MODELS:
        _MODELS[path] = kenlm.Model(str(path))
    sentence = " ".join(map(escaped, words[1:-1]))
    for log10, length, _ in _MODELS[path].full_scores(sentence):  # type: ignore[attr-defined]
        yield log10 * math.log(10), length
