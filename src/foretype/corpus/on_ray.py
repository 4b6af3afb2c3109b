"""Parts of work on a Ray cluster, through Ray Data.

The files must lie where every machine of the cluster sees them under the same path. It does not know what the
work is.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from foretype.corpus.cluster import LOCAL, connected
from foretype.corpus.parts import Runner
from foretype.errors import ForetypeError, InputError

__all__ = ["LOCAL", "on_ray"]


@contextmanager
def on_ray(address: str) -> Iterator[Runner]:
    """Runs parts on the cluster at `address`, or on one of this machine's cores where that is LOCAL.

    Raises ConfigError where ray is not installed or no cluster answers.
    """
    with connected(address, part="ray.data") as ray:
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # we draw our own bar
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield partial(_run, ray)


def _run(ray: Any, work: Callable[[Any], None], parts: Sequence[Any]) -> Iterator[int]:
    if not parts:
        return
    rows = [{"place": place, "work": pickle.dumps((work, part))} for place, part in enumerate(parts)]
    for row in ray.data.from_items(rows, override_num_blocks=len(rows)).map(_do_row).iter_rows():
        if row["error"]:
            raise InputError(row["error"])
        yield int(row["place"])


def _do_row(row: dict[str, Any]) -> dict[str, Any]:
    """Does a part; an error that a person can mend comes back as its words, as Ray would wrap it in its own."""
    work, part = pickle.loads(row["work"])  # what `_run` wrote a moment ago
    try:
        work(part)
    except ForetypeError as error:
        return {"place": row["place"], "error": str(error)}
    return {"place": row["place"], "error": ""}
