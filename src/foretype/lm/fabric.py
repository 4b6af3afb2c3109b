"""Lightning Fabric, under either of its names, set up for one machine, many processes, or weights in pieces.

`lightning_fabric` stands alone, `lightning` brings the same inside. It does not know what runs on it.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor

if TYPE_CHECKING:
    from lightning_fabric import Fabric
else:
    try:
        from lightning_fabric import Fabric
    except ImportError:
        from lightning.fabric import Fabric

Accelerator: TypeAlias = Literal["auto", "cpu", "cuda"]

__all__ = ["Fabric", "cluster_fabric", "default_fabric", "is_sharded", "sharded_fabric", "whole_weights"]


def default_fabric(
    *,
    accelerator: Accelerator = "auto",
    devices: int | list[int] = 1,
    precision: str | None = None,
    num_nodes: int = 1,
    plugins: Any = None,
) -> Fabric:
    """Fabric on this machine's best device; bf16 with float32 weights on a GPU, float32 on a CPU.

    More than one device: each process holds the whole network (data parallel).
    """
    many = {"strategy": "ddp"} if _number(devices) * num_nodes > 1 else {}
    return _launched(
        accelerator=accelerator,
        devices=devices,
        num_nodes=num_nodes,
        precision=precision or _precision(accelerator),
        plugins=plugins,
        **many,
    )


def sharded_fabric(
    *,
    accelerator: Accelerator = "auto",
    devices: int | list[int],
    num_nodes: int = 1,
    precision: str | None = None,
    plugins: Any = None,
) -> Fabric:
    """Each process holds a share of every weight and of its optimiser state (FSDP2), for what fits no single device."""
    strategy = _module("strategies").ModelParallelStrategy(
        parallelize_fn=_shard, data_parallel_size=_number(devices) * num_nodes, tensor_parallel_size=1
    )
    return _launched(
        accelerator=accelerator,
        devices=devices,
        num_nodes=num_nodes,
        precision=precision or _precision(accelerator),
        strategy=strategy,
        plugins=plugins,
    )


def cluster_fabric(device: torch.device, *, precision: str | None, in_pieces: bool) -> Fabric:
    """Fabric in one of the processes that somebody else started and told of each other by torchrun's variables.

    `device` is this process's; `in_pieces`: as sharded_fabric, else as default_fabric.
    """
    world = int(os.environ["WORLD_SIZE"])
    accelerator: Accelerator = "cuda" if device.type == "cuda" else "cpu"
    devices: Any = [device.index or 0] if accelerator == "cuda" else 1
    plugins = [_one_device_each()]
    if in_pieces:
        return sharded_fabric(
            accelerator=accelerator, devices=devices, num_nodes=world, precision=precision, plugins=plugins
        )
    return default_fabric(
        accelerator=accelerator, devices=devices, num_nodes=world, precision=precision, plugins=plugins
    )


def _one_device_each() -> Any:
    """torchrun's variables, read so that each process is a machine of its own with one device."""
    environment = _module("plugins.environments").TorchElasticEnvironment()
    environment.local_rank = lambda: 0
    environment.node_rank = environment.global_rank
    return environment


def is_sharded(fabric: Fabric) -> bool:
    """Whether no process holds the whole network."""
    return isinstance(fabric.strategy, _module("strategies").ModelParallelStrategy)


def whole_weights(network: nn.Module) -> dict[str, Tensor]:
    """The weights by name, put together where processes hold pieces of them: every process must ask."""
    found = network.state_dict()
    return {
        name: (value.full_tensor() if isinstance(value, DTensor) else value).detach().cpu()
        for name, value in found.items()
    }


def _shard(learner: nn.Module, mesh: Any) -> nn.Module:
    """Layers are gathered one at a time; what is outside them is gathered with the whole."""
    replicas = mesh["data_parallel"]
    for module in learner.modules():
        if isinstance(module, nn.ModuleList):
            for layer in module:
                fully_shard(layer, mesh=replicas)
    fully_shard(learner, mesh=replicas)
    return learner


def _number(devices: int | list[int]) -> int:
    return devices if isinstance(devices, int) else len(devices)


def _precision(accelerator: str) -> str:
    return "bf16-mixed" if accelerator != "cpu" and torch.cuda.is_available() else "32-true"


def _launched(**options: Any) -> Fabric:
    fabric = Fabric(**{name: value for name, value in options.items() if value is not None})
    fabric.launch()
    return fabric


def _module(name: str) -> Any:
    """A part of Fabric, whichever package it came in."""
    return importlib.import_module(f"{Fabric.__module__.rpartition('.')[0]}.{name}")
