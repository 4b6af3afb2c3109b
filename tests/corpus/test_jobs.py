"""Whole jobs over corpora: what comes out, and that neither kills nor full disks nor odd options harm it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from foretype.corpus.card import write_card
from foretype.corpus.documents import Document, read_documents, row_of
from foretype.corpus.importing import ImportOptions, import_corpus
from foretype.corpus.parts import in_processes, in_this_process
from foretype.corpus.scrub_job import ScrubOptions, scrub_corpus
from foretype.corpus.split_job import By, SplitOptions, side_path, split_corpus
from foretype.corpus.splits import is_valid
from foretype.corpus.steps import read_steps
from foretype.corpus.words_job import write_words
from foretype.errors import ConfigError, InputError

PLAIN = ImportOptions(tell_languages=False, min_likeness=None)


def write_mboxes(folder: Path, *, files: int = 6, mails: int = 20) -> Path:
    """A folder of mbox files; each becomes a part."""
    folder.mkdir()
    for file in range(files):
        with (folder / f"{file}.mbox").open("w", encoding="utf-8") as box:
            for mail in range(mails):
                box.write(f"From x\nFrom: author{mail % 5}@example.org\nSubject: {file}-{mail}\n\n")
                box.write(f"Mail {mail} of file {file}.\n\n")
    return folder


def write_rows(path: Path, documents: Sequence[Document]) -> Path:
    path.write_text("".join(json.dumps(row_of(document)) + "\n" for document in documents), encoding="utf-8")
    return path


def texts(path: Path) -> list[str]:
    return [document.text for document in read_documents(path)]


@pytest.mark.parametrize(("name", "num_workers"), [("out.jsonl", 1), ("out.jsonl.xz", 2)])
def test_any_number_of_processes_keeps_the_order_of_the_files(
    tmp_path: Path, name: str, num_workers: int
) -> None:
    folder = write_mboxes(tmp_path / "mail")
    step = import_corpus([folder], tmp_path / name, options=PLAIN, run=in_processes(num_workers))
    expected = [f"Mail {mail} of file {file}." for file in range(6) for mail in range(20)]
    assert texts(tmp_path / name) == expected
    assert (step["read"], step["kept"], step["dropped"]) == (120, 120, {})
    assert read_steps([tmp_path / name]) == [step]
    assert sorted(found.name for found in tmp_path.iterdir()) == ["mail", name, "out.steps.json"]


def test_work_goes_on_where_kill_9_stopped_it(tmp_path: Path) -> None:
    folder, out = write_mboxes(tmp_path / "mail", files=20, mails=250), tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "foretype", "corpus", "import", str(folder), "--out", str(out)]
    job = subprocess.Popen(
        [*command, "--no-language", "--near", "0", "--workers", "1"], stderr=subprocess.DEVNULL
    )
    parts = tmp_path / ".out.jsonl.parts"
    while not any(parts.glob("*.read.json")) and job.poll() is None:
        pass
    job.kill()
    assert job.wait() == -signal.SIGKILL and not out.exists()
    done = {int(path.name.split(".")[0]) for path in parts.glob("*.read.json")}
    again: list[int] = []

    def run(work: Callable[[Any], None], some: Sequence[Any]) -> Iterator[int]:
        again.extend(part.number for part in some if hasattr(part, "number"))
        return in_this_process(work, some)

    import_corpus([folder], out, options=PLAIN, run=run)
    assert done and sorted([*done, *again]) == list(range(20))
    fresh = tmp_path / "fresh.jsonl"
    import_corpus([folder], fresh, options=PLAIN, run=in_this_process)
    assert out.read_bytes() == fresh.read_bytes() and not parts.exists()


def test_changed_files_or_options_begin_anew(tmp_path: Path) -> None:
    folder, out = write_mboxes(tmp_path / "mail"), tmp_path / "out.jsonl"

    def stopped(work: Callable[[Any], None], some: Sequence[Any]) -> Iterator[int]:
        yield next(iter(in_this_process(work, some)))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_corpus([folder], out, options=PLAIN, run=stopped)
    (folder / "0.mbox").write_text("From x\nFrom: new@example.org\n\nnew\n", encoding="utf-8")
    import_corpus([folder], out, options=PLAIN, run=in_this_process)
    assert texts(out)[0] == "new"


def test_a_corpus_inside_the_folder_that_is_read_is_not_read_itself(tmp_path: Path) -> None:
    folder = write_mboxes(tmp_path / "mail")
    for _ in range(2):
        (folder / ".out.jsonl.parts").mkdir()
        (folder / ".out.jsonl.parts" / "0.jsonl").write_text('{"author": "ann", "body": "left over"}\n')
        step = import_corpus([folder], folder / "out.jsonl", options=PLAIN, run=in_this_process)
        assert step["kept"] == 120


def test_a_full_disk_leaves_no_half_file_and_says_what_to_do(tmp_path: Path) -> None:
    folder, out = write_mboxes(tmp_path / "mail", mails=200), tmp_path / "out.jsonl"
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000));"
        "from foretype.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [
        "corpus",
        "import",
        str(folder),
        "--out",
        str(out),
        "--no-language",
        "--near",
        "0",
        "--workers",
        "1",
    ]
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr and "free space" in done.stderr
    assert not out.exists() and not list(tmp_path.rglob("*.new"))
    import_corpus([folder], out, options=PLAIN, run=in_this_process)
    assert len(texts(out)) == 1200


def test_a_killed_worker_is_told_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="run the command again, it goes on where it stopped"):
        list(in_processes(2)(os._exit, [1, 2, 3]))


def test_an_empty_corpus_is_refused_with_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_text("From x\nFrom: a@b.org\n\n> quoted\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"found no text to keep \(read 1: 1 nothing-typed\)"):
        import_corpus([tmp_path / "a.mbox"], tmp_path / "o.jsonl", options=PLAIN, run=in_this_process)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mbox"]


def test_a_name_that_no_reader_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"o\.txt: wanted a name that ends in"):
        import_corpus([tmp_path], tmp_path / "o.txt", options=PLAIN, run=in_this_process)


def test_doubles_and_other_languages_are_left_out_and_counted(tmp_path: Path) -> None:
    pytest.importorskip("rensa")
    pytest.importorskip("py3langid")
    english = "I think that we should look at the numbers once more before the meeting on Friday, and then decide what to do"
    german = "Ich denke, dass wir uns die Zahlen vor der Besprechung am Freitag noch einmal ansehen sollten"
    rows = [
        Document("ann", english),
        Document("ann", english),
        Document("bob", english + " next"),
        Document("bob", german),
    ]
    path = write_rows(tmp_path / "rows.jsonl", [*rows, Document("bob", "ok")])
    options = ImportOptions(languages=("en",))
    step = import_corpus([path], tmp_path / "o.jsonl", options=options, run=in_this_process)
    assert [found.language for found in read_documents(tmp_path / "o.jsonl")] == ["en", None]
    assert step["dropped"] == {"duplicate": 1, "language": 1, "near-duplicate": 1}


def test_names_and_words_of_too_few_authors_are_masked(tmp_path: Path) -> None:
    people = tuple(f"jane.{name}@example.org" for name in ("skilling", "may", "roe"))
    rows = [
        Document(f"a{at}", "Ask Jane Skilling, or call 713-555-0100", people=(f"a{at}", *people))
        for at in range(4)
    ]
    rows += [Document("a1", "it is zyxgate", people=("a1",)), Document("a2", "it is", people=("a2",))]
    path, out = write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "o.jsonl"
    step = scrub_corpus([path], out, options=ScrubOptions(min_authors=2), run=in_processes(2))
    assert texts(out) == ["Ask Jane <name>, or call <phone>"] * 4 + ["it is <name>", "it is"]
    assert step["masked"] == {"<name>": 5, "<phone>": 4}
    scrub_corpus([path], out, options=ScrubOptions(names=False), run=in_this_process)
    assert texts(out) == ["Ask Jane Skilling, or call <phone>"] * 4 + ["it is zyxgate", "it is"]


def test_more_authors_than_there_are_cannot_be_asked_for(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", [Document("ann", "hello")] * 3)
    with pytest.raises(InputError, match="--min-authors 2: found only 1"):
        scrub_corpus([path], tmp_path / "o.jsonl", options=ScrubOptions(min_authors=2), run=in_this_process)
    with pytest.raises(InputError, match="no word that 2 authors write"):
        write_words([path], tmp_path / "w.tsv", min_authors=2, max_words=9, run=in_this_process)
    assert [found.name for found in tmp_path.iterdir()] == ["rows.jsonl"]


def test_words_are_listed_by_how_often_they_stand(tmp_path: Path) -> None:
    rows = [Document("ann", "the plan, the zyx"), Document("bob", "the plan")]
    path, out = write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "w.tsv"
    write_words([path], out, min_authors=2, max_words=9, run=in_this_process)
    assert out.read_text() == "the\t3\nplan\t2\n"


def dated(holder: str, day: int) -> Document:
    return Document(holder, f"{holder} {day}", sent_at=f"2001-05-{day:02}T09:30:00+02:00", people=(holder,))


def split(path: Path, options: SplitOptions) -> tuple[list[str], list[str]]:
    out = path.with_name("out.jsonl")
    split_corpus([path], out, options=options, run=in_this_process)
    return texts(side_path(out, "train")), texts(side_path(out, "valid"))


def test_a_split_by_author_keeps_each_on_one_side(tmp_path: Path) -> None:
    rows = [dated(f"author{at}", day) for at in range(30) for day in (1, 2)]
    train, valid = split(write_rows(tmp_path / "rows.jsonl", rows), SplitOptions(one_in=5))
    assert {text.split()[0] for text in valid} == {
        f"author{at}" for at in range(30) if is_valid(f"author{at}", one_in=5)
    }
    assert sorted(train + valid) == sorted(row.text for row in rows) and train and valid


def test_a_split_by_time_holds_out_the_last_of_each_author_or_all_from_a_day_on(tmp_path: Path) -> None:
    rows = [dated("ann", day) for day in (4, 1, 2, 3)] + [dated("bob", 9), Document("ann", "undated")]
    path = write_rows(tmp_path / "rows.jsonl", rows)
    assert split(path, SplitOptions(by=By.TIME, one_in=4))[1] == ["ann 4"]
    assert split(path, SplitOptions(by=By.TIME, since="2001-05-04"))[1] == ["ann 4", "bob 9"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (SplitOptions(by=By.TIME, since="soon"), "--since: found 'soon'"),
        (SplitOptions(by=By.TIME, since="2030-01-01"), "nothing would be left to valid"),
        (SplitOptions(by=By.TIME, since="1999-01-01"), "nothing would be left to train"),
    ],
)
def test_a_split_without_two_sides_is_refused(tmp_path: Path, options: SplitOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        split(write_rows(tmp_path / "rows.jsonl", [dated("ann", 1)]), options)


def test_a_card_counts_and_names_nobody(tmp_path: Path) -> None:
    folder = write_mboxes(tmp_path / "mail")
    import_corpus([folder], tmp_path / "a.jsonl", options=PLAIN, run=in_this_process)
    arguments = {"licence": "ours", "plots": False, "run": in_this_process}
    card = write_card([tmp_path / "a.jsonl"], tmp_path / "card", **arguments)  # type: ignore[arg-type]
    assert (card["documents"], card["authors"], card["undated"], card["licence"]) == (120, 5, 120, "ours")
    assert json.loads((tmp_path / "card" / "card.json").read_text()) == card
    whole = "".join(path.read_text() for path in (tmp_path / "card").iterdir())
    assert "author0" not in whole and "Mail 1" not in whole
    assert sorted(path.name for path in (tmp_path / "card").iterdir()) == ["card.json", "card.md"]


@pytest.mark.train
def test_the_same_card_draws_the_same_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = write_rows(tmp_path / "a.jsonl", [dated("ann", 1), dated("bob", 2)])
    for name in ("one", "two"):
        write_card([path], tmp_path / name, licence=None, plots=True, run=in_this_process)
    drawn = {file.name: file.read_bytes() for file in (tmp_path / "one").glob("*.svg")}
    assert set(drawn) == {"months.svg", "languages.svg", "lengths.svg", "authors.svg"}
    assert drawn == {file.name: file.read_bytes() for file in (tmp_path / "two").glob("*.svg")}
