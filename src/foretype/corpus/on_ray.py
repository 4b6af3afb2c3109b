"""Parts of work on a Ray cluster, through Ray Data.

The files must lie where every machine of the cluster sees them under the same path. It does not know what the
work is.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from foretype.corpus.parts import Runner
from foretype.errors import ConfigError

LOCAL = "local"  # start a cluster of this machine alone


def on_ray(address: str) -> Runner:
    """Runs parts on the cluster at `address`, or on one of this machine's cores where that is LOCAL."""
    return partial(_on_ray, address)


def _on_ray(address: str, work: Callable[[Any], None], parts: Sequence[Any]) -> Iterator[int]:
    if not parts:
        return
    ray = _connected(address)
    try:
        rows = [{"place": place, "work": pickle.dumps((work, part))} for place, part in enumerate(parts)]
        data = ray.data.from_items(rows, override_num_blocks=len(rows)).map(_do_row)
        for row in data.iter_rows():
            yield int(row["place"])
    finally:
        ray.shutdown()


def _do_row(row: dict[str, Any]) -> dict[str, Any]:
    work, part = pickle.loads(row["work"])  # what `_on_ray` wrote a moment ago
    work(part)
    return {"place": row["place"]}


def _connected(address: str) -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ConfigError("--ray: the package ray is not installed; install foretype[ray]") from error
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING, include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"--ray {address}: no cluster can be reached ({error}); start one, or leave the address out"
        ) from error
    ray.data.DataContext.get_current().enable_progress_bars = False
    return ray
