"""SQLite or LMDB under the personal store: durable learns, opening, bytes, forgetting.

How it misleads: a sync costs what the disk (or its cache) says it costs, so learns a second hold for this
machine only; one user writes at a time; the LMDB side is as short as it can be and lacks much that a finished
store needs (checked versions, migrations, damage told). Needs `pip install lmdb`.

    python benchmarks/bench_store.py MAILS.jsonl.xz MAILS_FOR_THE_LEXICON.jsonl.xz
"""

from __future__ import annotations

import json
import lzma
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import lmdb
import msgspec

from foretype.compose.request import Context
from foretype.ngram.lexicon import Lexicon
from foretype.personal.records import Pack
from foretype.personal.shelf import Indexed, Shelf, Written
from foretype.personal.sqlite_shelf import SqliteShelf
from foretype.personal.store import Store
from foretype.text.words import split_words

MakeShelf: TypeAlias = Callable[[Path], Shelf]

NUM_TOKENS = 100_000  # the size that the store promises to open in 5 ms
NUM_REPEATS = 25
LEXICON_WORDS = 40_000
NUM_LEARNS = 1_000
NUM_OTHERS = 20_000  # mails that the lexicon is made of
NUM_OTHERS = 20_000  # mails that the lexicon is made of


class LmdbShelf:
    """The same records in LMDB: one value a user's head, one a row, one an index, one a pack's texts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = lmdb.open(str(folder), map_size=1 << 32, max_dbs=1)

    def version(self, user: str) -> int | None:
        with self._env.begin() as reading:
            head = reading.get(b"v" + user.encode())
            return None if head is None else int(head)

    def indexed(self, user: str) -> Indexed | None:
        with self._env.begin() as reading:
            head = reading.get(b"v" + user.encode())
            if head is None:
                return None
            packs = [msgspec.msgpack.decode(value, type=tuple) for value in self._values(reading, b"i", user)]
            return Indexed(int(head), packs, list(self._values(reading, b"r", user)))

    def written(self, user: str) -> Written | None:
        with self._env.begin() as reading:
            head = reading.get(b"v" + user.encode())
            if head is None:
                return None
            texts, rows = (list(self._values(reading, kind, user)) for kind in (b"t", b"r"))
            return Written(int(head), texts, rows)

    def append(self, user: str, row: bytes) -> int:
        with self._env.begin(write=True) as writing:
            rows = list(self._values(writing, b"r", user))
            writing.put(self._key(b"r", user, len(rows)), row)
            self._touch(writing, user)
            return sum(map(len, rows)) + len(row)

    def seal(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        with self._env.begin(write=True) as writing:
            self._drop(writing, b"r", user)
            first = len(list(self._values(writing, b"i", user)))
            for number, pack in enumerate(packs, start=first):
                head = msgspec.msgpack.encode((pack.lexicon_hash, pack.index, pack.strange))
                writing.put(self._key(b"i", user, number), head)
                writing.put(self._key(b"t", user, number), pack.texts)
            self._touch(writing, user)
            return True

    def reindex(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        return self.rewrite(user, packs, version=version)

    def rewrite(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        with self._env.begin(write=True) as writing:
            for kind in (b"r", b"i", b"t"):
                self._drop(writing, kind, user)
        return self.seal(user, packs, version=version) and self._compact()

    def delete(self, user: str) -> bool:
        with self._env.begin(write=True) as writing:
            for kind in (b"r", b"i", b"t"):
                self._drop(writing, kind, user)
            found = writing.delete(b"v" + user.encode())
        return self._compact() and bool(found)

    def num_bytes(self, user: str) -> int:
        with self._env.begin() as reading:
            return sum(
                len(value) for kind in (b"r", b"i", b"t") for value in self._values(reading, kind, user)
            )

    def users(self) -> list[str]:
        with self._env.begin() as reading:
            return [bytes(key[1:]).decode() for key, _ in reading.cursor() if key[:1] == b"v"]

    def close(self) -> None:
        self._env.close()

    def _compact(self) -> bool:
        """Pages keep what was deleted; only a copy without free pages is clean."""
        with tempfile.TemporaryDirectory(dir=self._folder.parent) as fresh:
            self._env.copy(fresh, compact=True)
            self._env.close()
            shutil.move(Path(fresh) / "data.mdb", self._folder / "data.mdb")
        self._env = lmdb.open(str(self._folder), map_size=1 << 32, max_dbs=1)
        return True

    def _touch(self, writing: Any, user: str) -> None:
        head = writing.get(b"v" + user.encode()) or b"0"
        writing.put(b"v" + user.encode(), str(int(head) + 1).encode())

    def _key(self, kind: bytes, user: str, number: int) -> bytes:
        return kind + user.encode() + b"\0" + number.to_bytes(4, "big")

    def _values(self, reading: Any, kind: bytes, user: str) -> Iterator[bytes]:
        prefix = kind + user.encode() + b"\0"
        cursor = reading.cursor()
        if cursor.set_range(prefix):
            for key, value in cursor:
                if not key.startswith(prefix):
                    return
                yield bytes(value)

    def _drop(self, writing: Any, kind: bytes, user: str) -> None:
        for number, _ in enumerate(list(self._values(writing, kind, user))):
            writing.delete(self._key(kind, user, number))


SHELVES: dict[str, MakeShelf] = {"sqlite": SqliteShelf, "lmdb": LmdbShelf}


def main() -> None:
    bodies, others = list(mails(Path(sys.argv[1]))), mails(Path(sys.argv[2]))
    counts = Counter(word for body in islice(others, NUM_OTHERS) for word in split_words(body))
    lexicon = Lexicon(word for word, _ in counts.most_common(LEXICON_WORDS))
    print(f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print(f"LMDB {'.'.join(map(str, lmdb.version()))}, {Path(sys.argv[1]).name}, lexicon {len(lexicon)}")
    learns = learn_times(bodies, lexicon)
    results = []
    for name, make in SHELVES.items():
        results.append({"shelf": name, **learns[name], **measure(make, bodies, lexicon)})
    for result in results:
        print("\n".join(f"  {key:28} {value}" for key, value in result.items()))
    print(json.dumps(results))


def learn_times(bodies: Sequence[str], lexicon: Lexicon) -> dict[str, dict[str, Any]]:
    """Each mail learned by every shelf before the next, so that busy neighbours hit all alike."""
    took_ms: dict[str, list[float]] = {name: [] for name in SHELVES}
    with ExitStack() as stack:
        folders = {name: Path(stack.enter_context(tempfile.TemporaryDirectory())) for name in SHELVES}
        stores = {
            name: stack.enter_context(opened(make, folders[name], lexicon)) for name, make in SHELVES.items()
        }
        for body in bodies[:NUM_LEARNS]:
            for name, store in stores.items():
                took_ms[name].append(learn_ms(store, "u1", body))
    return {
        name: {
            "durable_learns_a_second": round(1000 * len(took) / sum(took)),
            "learn_ms_p50_p99": percentiles(took, 50, 99),
        }
        for name, took in took_ms.items()
    }


def measure(make: MakeShelf, bodies: Sequence[str], lexicon: Lexicon) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return {
            **bytes_a_token(make, bodies, lexicon),
            **open_times(make, Path(folder), bodies, lexicon),
        }


def open_times(make: MakeShelf, folder: Path, bodies: Sequence[str], lexicon: Lexicon) -> dict[str, Any]:
    with opened(make, folder, lexicon) as store:
        for number in range(3):
            learn_until(store, f"u{number}", bodies, NUM_TOKENS)
    start_ms, open_ms, open_cpu_ms, again_us = [], [], [], []
    for _ in range(NUM_REPEATS):
        begun = time.perf_counter()
        with opened(make, folder, lexicon) as store:
            start_ms.append(1e3 * (time.perf_counter() - begun))
            begun_cpu = time.process_time()
            open_ms.append(1e3 * timed(lambda: store.memory("u1")))
            open_cpu_ms.append(1e3 * (time.process_time() - begun_cpu))
            again_us.append(1e6 * timed(lambda: store.memory("u1")))
    with opened(make, folder, lexicon) as store:
        strange = len(memory.strange) if (memory := store.memory("u1")) else 0
        memory = store.memory("u1")
        phrases_ms = 1e3 * min(timed(lambda: store.phrases("u1")) for _ in range(3))
        forget_ms = 1e3 * timed(lambda: store.forget("u1"))
    return {
        "strange_words_100k": strange,
        "start_ms": percentiles(start_ms, 50),
        "open_100k_ms_best_p50_max": percentiles(open_ms, 0, 50, 100),
        "open_100k_cpu_ms_p50": percentiles(open_cpu_ms, 50),
        "open_again_us_best_p50": percentiles(again_us, 0, 50),
        "phrases_100k_ms_best": round(phrases_ms, 1),
        "forget_100k_of_300k_ms": round(forget_ms, 1),
    }


def bytes_a_token(make: MakeShelf, bodies: Sequence[str], lexicon: Lexicon) -> dict[str, Any]:
    """Beyond the first 10 KB; of mails, and of the same words sent as chat lines of a few words each."""
    lines = [line for body in bodies for line in body.splitlines() if 3 < len(line) < 40]
    found = {}
    for kind, texts in (("mail", bodies), ("chat", lines)):
        with tempfile.TemporaryDirectory() as folder:
            with opened(make, Path(folder), lexicon) as store:
                num_tokens = learn_until(store, "u1", texts, NUM_TOKENS // 4)
                memory = store.memory("u1")
                in_memory = memory.num_bytes / len(memory) if memory else 0.0
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
        found[f"disk_bytes_a_token_{kind}"] = round((size - 10_000) / num_tokens, 2)
        found[f"memory_bytes_a_token_{kind}"] = round(in_memory, 2)
    return found


def learn_until(store: Store, user: str, texts: Sequence[str], num_tokens: int) -> int:
    """Learn texts until `num_tokens` are learned; how many were."""
    learned = 0
    for text in texts:
        store.learn(user, text, context=Context())
        learned += len(split_words(text)) + 2
        if learned >= num_tokens:
            break
    return learned


def learn_ms(store: Store, user: str, text: str) -> float:
    return 1e3 * timed(lambda: store.learn(user, text, context=Context()))


@contextmanager
def opened(make: MakeShelf, folder: Path, lexicon: Lexicon) -> Iterator[Store]:
    store = Store(make(folder), lexicon)
    try:
        yield store
    finally:
        store.close()


def mails(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt") as lines:
        yield from (json.loads(line)["body"] for line in lines)


def timed(call: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    call()
    return time.perf_counter() - start_s


def percentiles(values: Sequence[float], *asked: int) -> list[float]:
    ordered = sorted(values)
    return [round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 2) for share in asked]


if __name__ == "__main__":
    main()
