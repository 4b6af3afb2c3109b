"""A Ray cluster, connected to for the time of some work.

It does not know what the work is: on_ray.py prepares texts, lm/ray_train.py trains.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foretype.errors import ConfigError

LOCAL = "local"  # start a cluster of this machine alone


@contextmanager
def connected(address: str, *, part: str) -> Iterator[Any]:
    """The package ray, connected to the cluster at `address`; `part` of it, such as ray.data, is imported too.

    Raises ConfigError where ray is not installed or no cluster answers.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    try:
        ray = importlib.import_module("ray")
        importlib.import_module(part)
    except ImportError as error:
        raise ConfigError("--ray: the package ray is not installed; install foretype[ray]") from error
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"--ray {address}: no cluster can be reached ({error}); start one, or use --ray {LOCAL}"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()
