"""How fast `foretype corpus` reads, cleans, scrubs, splits, counts and describes, and what memory it takes.

How it misleads: the mbox is written by Python out of rows that were cleaned once, so headers are short, nothing
is attached and little has to be cut; real mailboxes have more bytes a message. Processor seconds of one worker
are told, as seconds on the clock depend on neighbours; several workers share the work of all but a few seconds.

    python benchmarks/bench_corpus.py FILE.jsonl.xz [--messages 50000]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Any

from foretype.corpus.documents import Document, read_documents
from foretype.evals.machine import this_machine

STEPS = {
    "import, texts only": ("import", "mail.mbox", "--out", "a.jsonl.xz", "--no-language", "--near", "0"),
    "import, near-duplicates": ("import", "mail.mbox", "--out", "b.jsonl.xz", "--no-language"),
    "import, languages too": ("import", "mail.mbox", "--out", "mail.jsonl.xz"),
    "scrub": ("scrub", "mail.jsonl.xz", "--out", "clean.jsonl.xz"),
    "scrub, words of 3 authors": ("scrub", "mail.jsonl.xz", "--out", "c.jsonl.xz", "--min-authors", "3"),
    "split": ("split", "clean.jsonl.xz", "--out", "s.jsonl.xz"),
    "words": ("words", "clean.jsonl.xz", "--out", "w.tsv"),
    "card": ("card", "clean.jsonl.xz", "--out", "card"),
}


def write_mbox(documents: Iterable[Document], path: Path) -> int:
    """How many there were; none is held, as a child's memory is told from its parent's on."""
    count = 0
    with path.open("wb") as box:
        for document in documents:
            raw = as_mail(document).as_bytes().replace(b"\nFrom ", b"\n>From ")
            box.write(b"From x Mon May 14 09:30:00 2001\n" + raw + b"\n\n")
            count += 1
    return count


def as_mail(document: Document) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = _address(document.holder)
    mail["Subject"] = (
        document.subject.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")
    )
    if document.sent_at:
        mail["Date"] = format_datetime(datetime.fromisoformat(document.sent_at))
    quoted = "".join(f"> {line}\n" for line in document.previous.splitlines())
    body = document.text + (f"\n\nOn Mon, 14 May 2001, Susan Bell wrote:\n{quoted}" if quoted else "")
    mail.set_content(body.encode("utf-8", "replace").decode())
    return mail


def _address(holder: str) -> str:
    name = "".join(
        char for char in holder.split("@")[0] if char.isascii() and (char.isalnum() or char in ".-")
    )
    return f"{name.strip('.') or 'x'}@example.org"


def measure(words: Sequence[str], folder: Path, *, messages: int) -> dict[str, Any]:
    """Run a command in one worker; its processor time and its memory at most, children included."""
    command = [sys.executable, "-m", "foretype", "corpus", *words, "--workers", "1"]
    job = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(job.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)}: ended with {status}")
    cpu_s = used.ru_utime + used.ru_stime
    return {"cpu_s": round(cpu_s, 1), "per_s": round(messages / cpu_s), "memory_mb": used.ru_maxrss // 1000}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--messages", type=int, default=50_000)
    args = parser.parse_args()
    print(this_machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        messages = write_mbox(islice(read_documents(args.file), args.messages), folder / "mail.mbox")
        size_mb = (folder / "mail.mbox").stat().st_size / 1e6
        print(f"{args.file.name}: {messages:,} messages, {size_mb:.1f} MB as mbox")
        results = {}
        for step, words in STEPS.items():
            results[step] = found = measure(words, folder, messages=messages)
            print(
                f"{step:28} {found['cpu_s']:7.1f} s  {found['per_s']:7,} messages a second  {found['memory_mb']} MB"
            )
    print(json.dumps({"messages": messages, "mbox_mb": round(size_mb, 1), "steps": results}))


if __name__ == "__main__":
    main()
