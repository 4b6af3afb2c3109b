"""The same training on a Ray cluster, through Ray Train: each worker is a process of the run.

The run's folder must lie where every machine sees it under the same path. A worker that dies is replaced, and all go on
from the newest checkpoint. It does not know what is trained.
"""

from __future__ import annotations

import importlib
import pickle
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from foretype.corpus.cluster import connected
from foretype.errors import ForetypeError, InputError
from foretype.lm.config_file import TrainConfig
from foretype.lm.fabric import Fabric, cluster_fabric
from foretype.lm.train_run import train

MAX_FAILURES = 3  # workers that may die before the run does


def train_on_ray(
    config: TrainConfig, *, address: str, workers: int, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Train on `workers` of the cluster at `address`; the run's summary and judgement.

    Raises ConfigError where ray is not installed or no cluster answers, InputError for what stopped the training.
    """
    with connected(address, part="ray.train.torch"), _scratch(config.output.folder) as scratch:
        parts = importlib.import_module("ray.train")
        trainer = importlib.import_module("ray.train.torch").TorchTrainer(
            _work,
            train_loop_config={"run": pickle.dumps((config, dict(facts)))},
            scaling_config=parts.ScalingConfig(num_workers=workers, use_gpu=_wants_gpu(config)),
            run_config=parts.RunConfig(
                name="run",
                storage_path=str(scratch),  # of what Ray notes; the run keeps its own checkpoints
                failure_config=parts.FailureConfig(max_failures=MAX_FAILURES),
            ),
        )
        found: dict[str, Any] = trainer.fit().metrics
    if found["error"]:
        raise InputError(found["error"])
    return {name: found[name] for name in ("parameters", "summary", "valid", "model")}


def _work(options: Mapping[str, Any]) -> None:
    """One worker's part; an error that a person can mend comes back as its words."""
    config, facts = pickle.loads(options["run"])  # what train_on_ray wrote a moment ago
    try:
        outcome = train(config, _fabric(config), facts=facts)
    except ForetypeError as error:
        _tell({"error": str(error)})
        return
    valid = None if outcome.valid is None else asdict(outcome.valid)
    line = {"parameters": outcome.parameters, "summary": asdict(outcome.summary), "valid": valid}
    _tell({**line, "model": str(outcome.model), "error": ""})


def _tell(found: Mapping[str, Any]) -> None:
    """Hand `found` to whoever started the workers; Ray passes on only what comes with a checkpoint."""
    parts = importlib.import_module("ray.train")
    with tempfile.TemporaryDirectory() as nothing:
        parts.report(dict(found), checkpoint=parts.Checkpoint.from_directory(nothing))


def _fabric(config: TrainConfig) -> Fabric:
    """Fabric inside the processes that Ray started and connected."""
    device = importlib.import_module("ray.train.torch").get_device()
    return cluster_fabric(
        device, precision=config.training.precision, in_pieces=config.training.strategy == "pieces"
    )


def _wants_gpu(config: TrainConfig) -> bool:
    """Whether each worker gets a GPU: where one is asked for, or any machine has one."""
    wanted = config.training.accelerator
    cluster: Mapping[str, float] = importlib.import_module("ray").cluster_resources()
    return wanted == "cuda" or (wanted == "auto" and cluster.get("GPU", 0) > 0)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A place that every machine sees, for the time of the run."""
    scratch = folder / "ray"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
