"""Work in parts that survives a kill: each part leaves its files and then its facts, and is never done twice.

The same functions run in this process, in several, or on a Ray cluster; only the runner differs. It does not
know what the work is.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from foretype.corpus.files import written_whole
from foretype.corpus.sources import PARTS_SUFFIX
from foretype.errors import ConfigError, InputError

Facts = dict[str, Any]  # what a part says of itself, as JSON


class Part(Protocol):
    """A piece of work; whole when its `done` file stands."""

    @property
    def done(self) -> Path: ...


PartT = TypeVar("PartT", bound=Part)
Work = Callable[[PartT], Facts]
Heard = Callable[[str, float], None]  # a stage, and the share of it that is done
Runner = Callable[[Callable[[Any], None], Sequence[Any]], Iterator[int]]  # yields places of finished parts


def run_parts(
    work: Work[PartT],
    parts: Sequence[PartT],
    *,
    run: Runner,
    finished: Callable[[PartT], None] = lambda part: None,
) -> list[Facts]:
    """Do the parts that are not done yet; the facts of all, in their order. `finished` hears each."""
    waiting: list[PartT] = []
    for part in parts:
        if part.done.exists():
            finished(part)
        else:
            waiting.append(part)
    for place in run(partial(_do_one, work), waiting):
        finished(waiting[place])
    return [json.loads(part.done.read_text(encoding="utf-8")) for part in parts]


def meter(stage: str, parts: Sequence[Any], heard: Heard) -> Callable[[Any], None]:
    """A `finished` that tells `heard` which share of the parts is done."""
    done = 0

    def finished(part: Any) -> None:
        nonlocal done
        done += 1
        heard(stage, done / len(parts))

    heard(stage, 0)
    return finished


def in_this_process(work: Callable[[Any], None], parts: Sequence[Any]) -> Iterator[int]:
    """One part after the other."""
    for place, part in enumerate(parts):
        work(part)
        yield place


def in_processes(num_workers: int) -> Runner:
    """Runs parts in this many new processes."""
    return in_this_process if num_workers <= 1 else partial(_in_processes, num_workers)


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def resumable(out: Path, plan: Mapping[str, Any]) -> Iterator[Path]:
    """A folder beside `out` that outlives a kill, for as long as `plan` stays the same; gone after success."""
    folder = out.with_name(f".{out.name}{PARTS_SUFFIX}")
    written = json.dumps(plan, sort_keys=True)
    note = folder / "plan.json"
    if not note.exists() or note.read_text(encoding="utf-8") != written:
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder)
        with written_whole(note) as file:
            file.write(written.encode())
    yield folder
    shutil.rmtree(folder)


def refused(folder: Path, message: str) -> InputError:
    """The error for work that no second run would bring further; its folder goes."""
    shutil.rmtree(folder)
    return InputError(message)


def fingerprint(paths: Sequence[Path]) -> list[list[Any]]:
    """What tells whether files are still the same: path, size, time of change. Raises InputError for one that is gone."""
    try:
        stats = [(path, path.stat()) for path in paths]
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be read ({error.strerror}); name a file that can be read"
        ) from error
    return [[str(path.resolve()), stat.st_size, stat.st_mtime_ns] for path, stat in stats]


def _do_one(work: Work[PartT], part: PartT) -> None:
    facts = work(part)
    with written_whole(part.done) as file:
        file.write(json.dumps(facts).encode())


def _in_processes(num_workers: int, work: Callable[[Any], None], parts: Sequence[Any]) -> Iterator[int]:
    fresh = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
    with ProcessPoolExecutor(min(num_workers, len(parts) or 1), mp_context=fresh) as pool:
        places = {pool.submit(work, part): place for place, part in enumerate(parts)}
        try:
            for future in as_completed(places):
                future.result()
                yield places[future]
        except BrokenProcessPool as error:
            raise ConfigError(
                "a worker process ended, perhaps killed for memory; run the command again, it goes on where it "
                "stopped, with fewer --workers if it happens again"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(
            f"{folder}: cannot be made ({error.strerror}); name an --out in a folder that can be written"
        ) from error
