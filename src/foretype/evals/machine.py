"""What a figure was measured on: processor, cores, memory, versions.

It knows no host name, no user and no path, so that a published figure tells nothing else.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from foretype.versions import installed_versions

PACKAGES = ("foretype", "numpy", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory_gib` is None where the system does not tell."""

    processor: str
    cores: int  # that this process may use
    memory_gib: float | None
    system: str
    python: str
    versions: dict[str, str]

    def __str__(self) -> str:
        memory = "" if self.memory_gib is None else f", {self.memory_gib:.0f} GiB"
        packages = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return (
            f"{self.processor}, {self.cores} cores{memory}; {self.system}; Python {self.python}; {packages}"
        )


def this_machine() -> Machine:
    """The machine this runs on, as far as it tells."""
    return Machine(
        processor=_processor(),
        cores=_num_cores(),
        memory_gib=_memory_gib(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        versions=installed_versions(PACKAGES),
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _num_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_gib() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return None
